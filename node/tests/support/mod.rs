//! Running nodes and asking them.

mod network;
mod process;
mod receiver;
mod reply;
mod signing;

pub use network::Network;
pub use process::{BINARY, Process, run};
pub use receiver::{Receiver, Request};
pub use reply::{Http, Reply};
pub use signing::{Draft, now_ms};

use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// A running `counterfoil dev`.
pub struct Dev {
    /// How to ask the gateway.
    pub http: Http,
    process: Option<Process>,
    folder: TempDir,
    arguments: Vec<String>,
}

impl Dev {
    /// Starts a consortium without samples, in a directory of its own, with further arguments.
    pub fn start(arguments: &[&str]) -> Self {
        let arguments = [&["--no-samples"], arguments].concat();
        Self::start_with_samples(&arguments)
    }

    /// Starts a consortium, with samples unless the arguments say otherwise.
    pub fn start_with_samples(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|text| (*text).to_owned()).collect();
        let folder = tempfile::tempdir().unwrap();
        let mut dev = Self { http: Http::new(""), process: None, folder, arguments };
        dev.again();
        dev
    }

    /// One validator: the quickest ledger.
    pub fn alone() -> Self {
        Self::start(&["--members", "1"])
    }

    /// Its directory.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// What the node of a member says of where it serves.
    fn ready_of(&self, member: &str) -> Value {
        let ready = std::fs::read(self.data().join(member).join("ready.json")).expect("it is ready");
        serde_json::from_slice(&ready).expect("JSON")
    }

    /// Where the node of a member serves HTTP.
    pub fn url_of(&self, member: &str) -> String {
        self.ready_of(member)["url"].as_str().expect("a URL").to_owned()
    }

    /// Where the node of a member serves PostgreSQL clients.
    pub fn sql_address(&self, member: &str) -> std::net::SocketAddr {
        self.ready_of(member)["sql"].as_str().and_then(|address| address.parse().ok()).expect("an address")
    }

    /// Starts it again in the same directory.
    pub fn again(&mut self) {
        let data = self.folder.path().to_str().unwrap().to_owned();
        let fixed = ["dev", "--data", &data, "--listen", "127.0.0.1:0"].map(str::to_owned);
        let all: Vec<String> = fixed.into_iter().chain(self.arguments.iter().cloned()).collect();
        let mut process = Process::start(&all);
        self.http = Http::new(&process.ready(&self.folder.path().join("ready.json")));
        self.process = Some(process);
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.take().expect("it runs").kill();
    }

    /// SIGTERM; what it wrote to stdout and stderr, and its exit code.
    pub fn stop(&mut self) -> (String, Option<i32>) {
        self.process.take().expect("it runs").stop()
    }

    /// Runs a hosted command and expects it done.
    pub fn command(&self, name: &str, key: &str, with: &Value) -> Value {
        self.http.command(name, key, with, &[]).expect(200).json()
    }

    /// A cheap command that works once for each name: adds a key to `member`.
    pub fn add_key(&self, member: &str, name: &str) -> Reply {
        self.http.command("member.add_key", &format!("{member}/dev"), &add_key(member, name), &[])
    }
}

/// The arguments of `member.add_key` for a key made up from its name.
pub fn add_key(member: &str, name: &str) -> Value {
    let key = counterfoil_types::SigningKey::for_tests(&format!("{member}/{name}")).public_key().to_string();
    json!({"member": member, "name": name, "public_key": key, "roles": []})
}
