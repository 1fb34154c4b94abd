use super::consortium::{Consortium, PRIVATE, SEALED, SEATS, shown};
use crate::support::{Receiver, add_key};
use serde_json::{Value, json};
use std::{
    io::Read as _,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};
use ureq::Agent;

/// How long something may take to come on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a stream so far, and whether it has ended.
#[derive(Default)]
struct Came {
    bytes: Vec<u8>,
    ended: bool,
}

/// Somebody who follows a stream.
pub struct Listener {
    who: String,
    came: Arc<(Mutex<Came>, Condvar)>,
}

impl Listener {
    /// Begins to follow; the stream must be given.
    pub fn start(consortium: &Consortium, path: &str, headers: &[(&str, &str)]) -> Self {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut request = agent.get(format!("{}{path}", consortium.http().url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
        let came = Arc::<(Mutex<Came>, Condvar)>::default();
        let into = came.clone();
        std::thread::spawn(move || {
            let (mut reader, mut buffer) = (response.body_mut().as_reader(), [0; 16 * 1024]);
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut came = into.0.lock().unwrap();
                came.bytes.extend_from_slice(&buffer[..read]);
                came.ended = read == 0;
                into.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self { who: format!("{path} {headers:?}"), came }
    }

    fn wait(&self, for_what: &str, holds: impl Fn(&Came) -> bool) -> Vec<u8> {
        let came = self.came.0.lock().unwrap();
        let (came, waited) = self.came.1.wait_timeout_while(came, PATIENCE, |came| !holds(came)).unwrap();
        let text = String::from_utf8_lossy(&came.bytes);
        assert!(!waited.timed_out(), "{}: {for_what} does not come: {text}", self.who);
        came.bytes.clone()
    }

    /// Waits until a text has come; all that came.
    fn until(&self, text: &str) -> Vec<u8> {
        self.wait(text, |came| String::from_utf8_lossy(&came.bytes).contains(text))
    }

    /// Waits until a line tells of the block of a height or a later one; all that came.
    fn until_height(&self, height: u64) -> Vec<u8> {
        let tells = |line: &str| {
            let told: Option<Value> = serde_json::from_str(line.trim_start_matches("data:")).ok();
            let told = told.map(|told| told["executed"]["height"].as_u64().or(told["executed"].as_u64()));
            told.flatten().is_some_and(|told| told >= height)
        };
        let told = |came: &Came| String::from_utf8_lossy(&came.bytes).lines().any(tells);
        self.wait(&format!("height {height}"), told)
    }

    /// Waits until the node has ended it; all that came.
    pub fn until_end(&self) -> Vec<u8> {
        self.wait("the end", |came| came.ended)
    }
}

/// While things are sealed, opened and passed on, no stream tells of what is sealed, to readers neither; and strangers are given none.
#[test]
fn streams_never_carry_what_is_sealed() {
    let consortium = Consortium::start();
    let forged = consortium.cookie("a/main").replace("a%2Fmain", "buyer%2Fmain");
    for path in ["/live", "/v1/events", "/v1/events?from=1", "/v1/changes", "/overview/now"] {
        let own = ("sec-fetch-site", "same-origin");
        for headers in [&[][..], &[("authorization", "Bearer cft_00")], &[("cookie", &forged), own]] {
            let status = consortium.http().get_with(path, headers).status;
            assert_eq!(status, if path == "/overview/now" { 303 } else { 401 }, "{path} {headers:?}");
        }
    }

    let receiver = Receiver::start(&[204]);
    let hook = json!({"url": receiver.url, "events": ["document.", "invoice.", "member."]});
    consortium.post("bank/main", "/v1/webhooks", &hook).expect(201);
    let (mut events, mut heights) = (Vec::new(), Vec::new());
    for (kid, _) in SEATS {
        let bearer = [("authorization", consortium.bearer(kid))];
        let bearer = bearer.each_ref().map(|(name, value)| (*name, value.as_str()));
        let session = [("cookie", consortium.cookie(kid)), ("sec-fetch-site", "same-origin")];
        for headers in [&bearer[..], &session] {
            events.push(Listener::start(&consortium, "/v1/events", headers));
            events.push(Listener::start(&consortium, "/v1/events?from=0", headers));
            heights.push(Listener::start(&consortium, "/v1/changes", headers));
        }
        heights.push(Listener::start(&consortium, "/live", &session));
    }
    let sealed = consortium.seal();
    let marked = consortium.command("other/main", "member.add_key", &add_key("other", "the-end"));
    let height = marked["receipt"]["height"].as_u64().unwrap();

    for listener in &events {
        let came = listener.until("the-end");
        let text = String::from_utf8_lossy(&came);
        for name in ["invoice.issued", "document.opened", "invoice.passed_on"] {
            assert!(text.contains(name), "{}: {name} is told of", listener.who);
        }
        assert_eq!(shown(&came, &SEALED), Vec::<&str>::new(), "{}", listener.who);
    }
    for listener in &heights {
        let came = listener.until_height(height);
        assert_eq!(shown(&came, &SEALED), Vec::<&str>::new(), "{}", listener.who);
        // What is in the clear is there, so the search finds what there is.
        if listener.who.starts_with("/v1/changes") {
            assert_eq!(shown(&came, &PRIVATE), PRIVATE, "{}", listener.who);
        }
    }
    for (kid, _) in SEATS {
        let part = consortium.page(kid, "/overview/now").expect(200);
        assert_eq!(shown(&part.body, &SEALED), Vec::<&str>::new(), "{kid}");
    }
    loop {
        let request = receiver.next();
        assert_eq!(shown(request.body.as_bytes(), &SEALED), Vec::<&str>::new(), "{}", request.body);
        if request.body.contains("the-end") {
            break;
        }
    }
    assert!(!sealed.held.is_empty());
}
