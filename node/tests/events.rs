use crate::support::Dev;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A reader of server-sent events, by hand.
struct Stream {
    lines: BufReader<TcpStream>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    id: String,
    name: String,
    data: String,
}

impl Stream {
    fn open(dev: &Dev, path: &str, last: Option<&str>) -> Self {
        let address = dev.http.url().strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let last = last.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{last}\r\n").unwrap();
        let mut lines = BufReader::new(socket);
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        while line != "\r\n" {
            line.clear();
            lines.read_line(&mut line).unwrap();
        }
        Self { lines }
    }

    fn next(&mut self) -> Event {
        let mut event = Event { id: String::new(), name: String::new(), data: String::new() };
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream ended");
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                event.id = id.to_owned();
            } else if let Some(name) = line.strip_prefix("event: ") {
                event.name = name.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                event.data = data.to_owned();
            } else if line.is_empty() && !event.data.is_empty() {
                return event;
            }
        }
    }

    fn take(&mut self, count: usize) -> Vec<Event> {
        (0..count).map(|_| self.next()).collect()
    }
}

fn add(dev: &Dev, from: usize, to: usize) {
    for at in from..to {
        dev.add_key("shop-1", &format!("k{at}")).expect(200);
    }
}

#[test]
fn a_stream_is_resumed_from_any_event_without_gap_or_duplicate() {
    let mut dev = Dev::start(&[]);
    add(&dev, 0, 6);
    let mut live = Stream::open(&dev, "/v1/events?from=1", None);
    let mut all = live.take(6);
    add(&dev, 6, 9);
    all.extend(live.take(3));
    let name = |event: &Event| {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(data["name"], event.name);
        data["data"]["name"].as_str().unwrap().to_owned()
    };
    let names: Vec<_> = all.iter().map(name).collect();
    assert_eq!(names, (0..9).map(|at| format!("k{at}")).collect::<Vec<_>>());

    for at in 0..all.len() - 1 {
        let mut resumed = Stream::open(&dev, "/v1/events", Some(&all[at].id));
        assert_eq!(resumed.take(all.len() - 1 - at), all[at + 1..], "after {}", all[at].id);
    }
    // After a restart too, from history, and on into what comes.
    dev.kill();
    dev.again();
    let mut resumed = Stream::open(&dev, "/v1/events?name=member.", Some(&all[3].id));
    assert_eq!(resumed.take(5), all[4..]);
    add(&dev, 9, 10);
    assert_eq!(name(&resumed.next()), "k9");

    dev.http.get_with("/v1/events", &[("last-event-id", "x")]).problem(400, "http/malformed");
}

#[test]
fn what_lapses_at_the_beginning_of_a_block_is_told_and_read_again() {
    let dev = Dev::start(&[]);
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let calls = serde_json::json!([{"do": "member.set_threshold", "with": {"numerator": 1, "denominator": 2}}]);
    let with = serde_json::json!({"title": "Soon over", "calls": calls, "expires_ms": now_ms + 2_000});
    let mut stream = Stream::open(&dev, "/v1/events?name=member.&from=1", None);
    dev.command("member.propose", "tax-bureau/dev", &with);
    let lapsed = loop {
        let event = stream.next();
        if event.name == "member.decided" {
            break event;
        }
    };
    assert!(lapsed.data.contains("\"state\":\"lapsed\""), "{}", lapsed.data);
    assert!(lapsed.id.ends_with("-16384-0"), "{}", lapsed.id);
    let height = lapsed.id.split('-').next().unwrap();
    let again = Stream::open(&dev, &format!("/v1/events?name=member.&from={height}"), None).next();
    assert_eq!(again, lapsed);
}
