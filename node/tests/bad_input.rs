use crate::support::Dev;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

#[test]
fn unknown_routes_methods_and_media_types_are_problems() {
    let dev = Dev::alone();
    dev.http.get("/v1/nothing").problem(404, "http/not-found");
    dev.http.get("/v1/transactions").problem(405, "http/method");
    dev.http.post("/v1/status", &[], "").problem(405, "http/method");
    dev.http.post("/v1/transactions", &[("content-type", "text/plain")], "x").problem(415, "http/media-type");
    dev.http.post("/v1/transactions", &[], "x").problem(415, "http/media-type");
    dev.http.post("/v1/sql", &[("content-type", "application/xml")], "x").problem(415, "http/media-type");
    dev.http.post("/v1/transactions", &[("content-type", "application/json")], "{").problem(400, "http/malformed");
    for path in [
        "/v1/events?from=x",
        "/v1/changes?from=x",
        "/v1/blocks?limit=x",
        "/v1/webhooks/x",
        "/v1/blocks/%FF",
        "/v1/members/%FF",
    ] {
        dev.http.get_with(path, &[("counterfoil-key", "shop-1/dev")]).problem(400, "http/malformed");
    }
    dev.http.get_with("/v1/status", &[("host", "evil.example")]).problem(403, "http/forbidden");
}

#[test]
fn the_input_of_a_command_is_read_strictly() {
    let dev = Dev::alone();
    let post = |body: &[u8]| {
        let headers = [("content-type", "application/json"), ("counterfoil-key", "supplier-1/dev")];
        dev.http.post("/v1/commands/member.revoke_key", &headers, body)
    };
    post(b"").problem(400, "http/malformed");
    post(b"{\"member\":").problem(400, "http/malformed");
    post(b"{\"member\":\"\xff\",\"name\":\"x\"}").problem(400, "http/malformed");
    for (body, field) in [
        (r#"{"member":"supplier-1"}"#, "/name"),
        (r#"{"member":"supplier-1","name":7}"#, "/name"),
        (r#"{"member":"supplier-1","name":"x","more":1}"#, "/more"),
        (r#"{"member":"supplier-1","name":"x","name":"y"}"#, "/name"),
    ] {
        let document = post(body.as_bytes()).problem(422, "platform/2");
        assert_eq!(document["field"], field, "{body}: {document}");
    }
    post(b"[]").problem(422, "platform/2");
}

/// A connection by hand.
fn connect(dev: &Dev) -> TcpStream {
    let stream = TcpStream::connect(dev.http.url().strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends a request by hand and reads the answer.
fn raw(dev: &Dev, head: &str, mut body: impl FnMut(&mut TcpStream) -> std::io::Result<()>) -> String {
    let mut stream = connect(dev);
    stream.write_all(head.as_bytes()).unwrap();
    let _ = body(&mut stream);
    answer(&mut stream)
}

/// Reads what is answered, which is a problem.
fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..count]);
        if answer.windows(2).any(|pair| pair == b"}\n" || pair == b"\"}") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// A client may send its next request on the connection whose last one was refused by its head alone.
#[test]
fn an_answer_before_the_body_is_read_keeps_the_connection() {
    let dev = Dev::alone();
    let mut stream = connect(&dev);
    let head = "Host: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n";
    for _ in 0..2 {
        stream.write_all(format!("POST /v1/transactions HTTP/1.1\r\n{head}").as_bytes()).unwrap();
        let answered = answer(&mut stream);
        assert!(answered.starts_with("HTTP/1.1 415") && answered.contains("http/media-type"), "{answered}");
        stream.write_all(b"hello").unwrap();
    }
    stream.write_all(b"GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let answered = answer(&mut stream);
    assert!(answered.starts_with("HTTP/1.1 404"), "{answered}");
}

#[test]
fn a_body_of_100_megabytes_is_refused_before_it_is_read() {
    let dev = Dev::alone();
    let head = |framing: &str| {
        format!("POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{framing}\r\n\r\n")
    };
    // Declared: the answer comes although not a byte of it was sent.
    let begun = Instant::now();
    let answer = raw(&dev, &head("Content-Length: 104857600"), |_| Ok(()));
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("http/too-large"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    // Not declared: as soon as it is too much.
    let answer = raw(&dev, &head("Transfer-Encoding: chunked"), |stream| {
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        (0..1_600).try_for_each(|_| stream.write_all(&chunk))
    });
    assert!(answer.starts_with("HTTP/1.1 413"), "{}", &answer[..answer.len().min(200)]);
    // A client that sends it all reads the answer.
    let reply = dev.http.post("/v1/sql", &[("content-type", "application/json")], vec![b' '; 100 << 20]);
    reply.problem(413, "http/too-large");
    dev.http.get("/healthz").expect(200);
}

#[test]
fn rubbish_on_the_socket_harms_nobody() {
    let dev = Dev::alone();
    for rubbish in ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", &"x".repeat(200_000)] {
        let address = dev.http.url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let _ = stream.write_all(rubbish.as_bytes());
    }
    dev.http.get("/healthz").expect(200);
    let answer = raw(&dev, "GET /v1/transactions/%00%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", |_| Ok(()));
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}
