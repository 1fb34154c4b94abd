use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver as Queue},
    },
    time::Duration,
};

/// Somebody who takes webhooks, on a port of its own.
pub struct Receiver {
    /// Its address.
    pub url: String,
    answers: Arc<Mutex<Vec<u16>>>,
    requests: Queue<Request>,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// What was answered.
    pub status: u16,
}

impl Receiver {
    /// Answers requests with these statuses in turn, and all further ones with the last.
    pub fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let (sender, requests) = mpsc::channel();
        let queue = answers.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let status = {
                    let mut queue = queue.lock().unwrap();
                    if queue.len() > 1 { queue.remove(0) } else { queue[0] }
                };
                if sender.send(take(socket.unwrap(), status)).is_err() {
                    return;
                }
            }
        });
        Self { url, answers, requests }
    }

    /// What is answered from now on, as at the start.
    pub fn answer(&self, answers: &[u16]) {
        *self.answers.lock().unwrap() = answers.to_vec();
    }

    /// The next request.
    #[track_caller]
    pub fn next(&self) -> Request {
        self.requests.recv_timeout(Duration::from_secs(30)).expect("a request")
    }
}

fn take(socket: TcpStream, status: u16) -> Request {
    let mut lines = BufReader::new(socket);
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        lines.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    lines.read_exact(&mut body).unwrap();
    write!(lines.get_mut(), "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    Request { headers, body: String::from_utf8(body).unwrap(), status }
}
