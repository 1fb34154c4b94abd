use crate::support::{Dev, Http};
use counterfoil_client::{Client, Followed};
use counterfoil_types::{Hash, merkle};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// An address that leads to wherever a node is now.
pub struct Door {
    pub url: String,
    to: Arc<Mutex<String>>,
}

impl Door {
    pub fn to(dev: &Dev) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let to = Arc::new(Mutex::new(String::new()));
        let door = Self { url, to: to.clone() };
        door.lead_to(dev);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let address = to.lock().unwrap().clone();
                std::thread::spawn(move || {
                    let Ok(node) = TcpStream::connect(address) else { return };
                    let (client_too, node_too) = (client.try_clone().unwrap(), node.try_clone().unwrap());
                    let there = std::thread::spawn(move || pass(client, node));
                    pass(node_too, client_too);
                    let _ = there.join();
                });
            }
        });
        door
    }

    pub fn lead_to(&self, dev: &Dev) {
        *self.to.lock().unwrap() = dev.http.url().strip_prefix("http://").unwrap().to_owned();
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

/// How a node lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// It leaves out what the newest block with rows wrote.
    LeavesOut,
    /// The same, with roots and results that fit.
    LeavesOutConsistently,
}

/// Where a node answers that sends other changes than the ledger's, and else passes on what a node says.
pub fn liar(dev: &Dev, lie: Lie) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (http, client) = (dev.http.clone(), Client::new(dev.http.url()));
    let executed = client.status().unwrap().executed;
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (http, client) = (http.clone(), client.clone());
            // One each: a stream of changes has no end.
            std::thread::spawn(move || answer(stream, &http, &client, executed, lie));
        }
    });
    address
}

/// What ends it is that one side is gone.
fn answer(mut stream: TcpStream, http: &Http, client: &Client, executed: u64, lie: Lie) {
    let Some(path) = path_of(&stream) else { return };
    if path.starts_with("/v1/changes") {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n";
        let _ = stream.write_all(head.as_bytes());
        let _ = forge(client, executed, lie, &mut stream);
        return;
    }
    let reply = http.get(&path);
    let length = reply.body.len();
    let head = format!("HTTP/1.1 {} Answer\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n", reply.status);
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&reply.body));
}

fn path_of(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    lines.read_line(&mut first).ok()?;
    let mut line = first.clone();
    while line != "\r\n" {
        line.clear();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
    }
    Some(first.split(' ').nth(1)?.to_owned())
}

/// Sends the changes up to and beyond the height at which the node lies.
fn forge(client: &Client, executed: u64, lie: Lie, out: &mut TcpStream) -> std::io::Result<()> {
    let upstream = client.url().to_owned() + "/v1/changes";
    let body = ureq::get(upstream).call().map_err(std::io::Error::other)?.into_body().into_reader();
    let at = newest_with_rows(client, executed);
    let mut result = Hash::ZERO;
    let blocks = client.changes(0).map_err(std::io::Error::other)?;
    let mut records = blocks.filter_map(|line| match line {
        Ok(Followed::Block(block)) => Some(block),
        _ => None,
    });
    for line in BufReader::new(body).lines() {
        let mut line: Value = serde_json::from_str(&line?).unwrap();
        if let Some(height) = line["height"].as_u64() {
            let mut execution = records.next().unwrap().execution;
            if height == at {
                line.as_object_mut().unwrap().remove("changes");
            }
            if lie == Lie::LeavesOutConsistently {
                if height == at {
                    execution.changes_root = merkle::root(&[]);
                    line["changes_root"] = json!(execution.changes_root);
                }
                result = execution.result(&result);
                line["result"] = json!(result);
            }
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn newest_with_rows(client: &Client, executed: u64) -> u64 {
    let mut newest = 0;
    for line in client.changes(0).unwrap() {
        if let Followed::Block(block) = line.unwrap() {
            if block.changes.is_some() {
                newest = block.header.height;
            }
            if block.header.height >= executed {
                return newest;
            }
        }
    }
    newest
}
