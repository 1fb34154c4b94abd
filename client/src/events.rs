use crate::{Client, Error, http::Request};
use std::io::{BufRead, BufReader, Read};

/// A line of a stream of events has at most so many bytes.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Something that happened on the ledger, as `/v1/events` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Where it stands in the stream: pass it to [`Client::events`] to go on after it.
    pub id: String,
    /// Such as `invoice.issued`.
    pub name: String,
    /// JSON.
    pub data: String,
}

/// Events as they happen, without end. After an error: ask again with the id of the last one.
pub struct Events {
    lines: Box<dyn BufRead + Send>,
    request: String,
    id: String,
}

impl Client {
    /// Follows what happens on the ledger: after the event `last_event_id`, or from now on.
    pub fn events(&self, last_event_id: Option<&str>) -> Result<Events, Error> {
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(last_event_id.map(|id| ("last-event-id", id)));
        let request = Request { path: "/v1/events", headers, repeatable: true, ..Request::default() };
        let lines = Box::new(BufReader::new(self.stream(&request)?));
        let id = last_event_id.unwrap_or_default().to_owned();
        Ok(Events { lines, request: format!("GET {}/v1/events", self.url), id })
    }
}

impl Events {
    fn next_event(&mut self) -> std::io::Result<Option<Event>> {
        let mut event = Event::default();
        let mut line = String::new();
        loop {
            line.clear();
            if self.lines.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let text = line.trim_end_matches(['\n', '\r']);
            if text.is_empty() {
                if !event.data.is_empty() {
                    event.id.clone_from(&self.id);
                    return Ok(Some(event));
                }
                event = Event::default();
                continue;
            }
            let (field, value) = text.split_once(':').unwrap_or((text, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => value.clone_into(&mut self.id),
                "event" => value.clone_into(&mut event.name),
                "data" => {
                    if !event.data.is_empty() {
                        event.data.push('\n');
                    }
                    event.data.push_str(value);
                }
                _ => {}
            }
        }
    }
}

impl Iterator for Events {
    type Item = Result<Event, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_event().map_err(|error| {
            let source = Box::new(error.into());
            Error::Transport { request: self.request.clone(), source }
        });
        next.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_the_standard_writes_them() {
        let text =
            ": hello\n\nid: 7-0\nevent: invoice.issued\ndata: {\"a\":\ndata: 1}\n\nid:8-0\r\ndata:x\r\n\r\ndata: cut";
        let mut events = Events { lines: Box::new(text.as_bytes()), request: String::new(), id: String::new() };
        let event = |id: &str, name: &str, data: &str| Event { id: id.into(), name: name.into(), data: data.into() };
        assert_eq!(events.next().unwrap().unwrap(), event("7-0", "invoice.issued", "{\"a\":\n1}"));
        assert_eq!(events.next().unwrap().unwrap(), event("8-0", "", "x"));
        assert!(events.next().is_none());
    }
}
