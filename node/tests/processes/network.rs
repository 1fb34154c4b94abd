use crate::load::{READING_KEY, reading_key};
use counterfoil_client::{Client, Hash, Kid, SigningKey, Status};
use serde_json::Value;
use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_counterfoil");
/// How long anything that must happen may take on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// How often a condition is looked at.
pub const POLL: Duration = Duration::from_millis(5);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Holds off the networks of other tests.
pub fn alone() -> MutexGuard<'static, ()> {
    // A test that failed while it ran alone is no reason for others not to run.
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until `condition` gives something.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "after {PATIENCE:?} still waiting: {what}");
        thread::sleep(POLL);
    }
}

/// Runs the binary to its end; what it wrote to stdout.
pub fn run(arguments: &[&str]) -> String {
    let output = Command::new(BINARY).args(arguments).stdin(Stdio::null()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "counterfoil {}: {error}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// A process that serves, killed when it goes out of scope.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    /// Runs the binary, which says in `ready` where it listens; its log goes to `log`.
    pub fn start(arguments: &[&str], ready: &Path, log: &Path) -> Self {
        Self::start_logging(arguments, ready, log, "error")
    }

    fn start_logging(arguments: &[&str], ready: &Path, log: &Path, what: &str) -> Self {
        let log_file = File::options().create(true).append(true).open(log).unwrap();
        let mut command = Command::new(BINARY);
        command.env("RUST_LOG", what);
        command.args(arguments).stdin(Stdio::null()).stdout(log_file.try_clone().unwrap()).stderr(log_file);
        let mut child = command.spawn().unwrap();
        let url = wait_for(&format!("counterfoil {}", arguments.join(" ")), || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("counterfoil {}: {status}\n{}", arguments.join(" "), fs::read_to_string(log).unwrap());
            }
            // One of an earlier process may still be there.
            let said: Value = serde_json::from_slice(&fs::read(ready).ok()?).ok()?;
            (said["pid"] == child.id()).then(|| said["url"].as_str().unwrap().to_owned())
        });
        Self { child, url }
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A consortium of processes, founded by `counterfoil network new`.
pub struct Network {
    pub processes: Vec<Option<Process>>,
    pub ledger: Hash,
    tokens: Vec<String>,
    names: Vec<String>,
    folder: tempfile::TempDir,
    logs: &'static str,
    _alone: MutexGuard<'static, ()>,
}

/// The member that issues; its key is hosted by the first validator.
pub const SELLER: &str = "seller";

impl Network {
    /// Founds and starts a network of so many validators, named a, b, c …; the first is the tax authority.
    pub fn start(validators: u8) -> Self {
        Self::start_logging(validators, "error")
    }

    /// The same, with what the filter `logs` says in the logs.
    pub fn start_logging(validators: u8, logs: &'static str) -> Self {
        let alone = alone();
        let names: Vec<String> = (0..validators).map(|at| char::from(b'a' + at).to_string()).collect();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("net");
        let first = free_ports(2 * u16::from(validators));
        run(&[
            "network",
            "new",
            "--validators",
            &names.join(","),
            "--members",
            &format!("{SELLER}:enterprise@a"),
            "--out",
            out.to_str().unwrap(),
            "--http-port",
            &first.to_string(),
            "--consensus-port",
            &(first + u16::from(validators)).to_string(),
        ]);
        let ledger = Hash::of(&[&fs::read(out.join("genesis.json")).unwrap()]);
        let token = |name: &String| {
            let dir = out.join(name);
            run(&["token", "new", "--key", &format!("{name}/main"), "--dir", dir.to_str().unwrap()]).trim().to_owned()
        };
        let tokens = names.iter().map(token).collect();
        let processes = names.iter().map(|_| None).collect();
        let mut network = Self { processes, ledger, tokens, names, folder, logs, _alone: alone };
        for at in 0..network.names.len() {
            network.start_one(at);
        }
        network
    }

    /// A validator's directory.
    pub fn dir(&self, at: usize) -> PathBuf {
        self.folder.path().join("net").join(&self.names[at])
    }

    /// Starts a validator that does not run.
    pub fn start_one(&mut self, at: usize) {
        let dir = self.dir(at);
        let process = Process::start_logging(
            &["start", "--dir", dir.to_str().unwrap()],
            &dir.join("ready.json"),
            &self.log(at),
            self.logs,
        );
        self.processes[at] = Some(process);
    }

    /// Where a validator's log is.
    pub fn log(&self, at: usize) -> PathBuf {
        self.folder.path().join(format!("{}.log", self.names[at]))
    }

    /// kill -9 of a validator.
    pub fn kill(&mut self, at: usize) {
        self.processes[at].take().unwrap().kill();
    }

    /// A client of a running validator with a token of its own key.
    pub fn client(&self, at: usize) -> Client {
        let process = self.processes[at].as_ref().unwrap();
        Client::new(&process.url).with_token(&self.tokens[at]).with_ledger(self.ledger)
    }

    /// A token for another key that the first validator hosts.
    pub fn token(&self, key: &str) -> String {
        run(&["token", "new", "--key", key, "--dir", self.dir(0).to_str().unwrap()]).trim().to_owned()
    }

    /// The seller's key, with which clients sign themselves.
    pub fn seller_key(&self) -> (Kid, SigningKey) {
        let path = self.dir(0).join("keys").join(SELLER).join("main.key");
        let text = fs::read_to_string(path).unwrap();
        let digits = text.trim().strip_prefix("ed25519:").unwrap();
        let mut seed = [0; 32];
        hex::decode_to_slice(digits, &mut seed).unwrap();
        (format!("{SELLER}/main").parse().unwrap(), SigningKey::ed25519(seed))
    }

    /// Registers a taxpayer for whom the seller's key signs, by the tax authority's key, which also publishes a key to read with.
    pub fn register(&self, id: &str, name: &str, regime: &str) {
        let with = serde_json::json!({"id": id, "name": name, "member": SELLER, "regime": regime});
        let key = "a/main".parse().unwrap();
        let once = Hash::of(&[id.as_bytes(), regime.as_bytes()]).to_string();
        self.client(0).call("invoice.register_taxpayer", &with, &key, Some(&once)).unwrap();
        let (member, name) = READING_KEY.split_once('/').unwrap();
        let reading = serde_json::json!({"member": member, "name": name, "public_key": reading_key().public_key()});
        self.client(0).call("document.publish_reading_key", &reading, &key, Some("reading-key")).unwrap();
    }

    /// What each running validator says of itself.
    pub fn statuses(&self) -> Vec<Status> {
        self.running().map(|at| self.client(at).status().unwrap()).collect()
    }

    fn running(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.names.len()).filter(|at| self.processes[*at].is_some())
    }

    /// Waits until every running validator has executed and certified `height`, and checks that all came to the same there.
    pub fn agree(&self, height: u64) {
        wait_for(&format!("all have executed and certified {height}"), || {
            self.statuses().iter().all(|status| status.executed >= height && status.certified >= height).then_some(())
        });
        let block = |at: usize| self.client(at).get(&format!("/v1/blocks/{height}")).unwrap();
        let roots =
            |block: Value| ["digest", "state_root", "changes_root", "receipts_root"].map(|name| block[name].clone());
        let all: Vec<_> = self.running().map(|at| roots(block(at))).collect();
        assert!(all[0].iter().all(Value::is_string), "{:?}", all[0]);
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "height {height}: {all:?}");
    }

    /// Counts the rows of a table on every running validator; all have as many.
    pub fn count(&self, table: &str) -> u64 {
        let counts: Vec<u64> = self
            .running()
            .map(|at| {
                let found = self.client(at).sql(&format!("SELECT count(*) FROM {table}"), &[]).unwrap();
                found.rows[0][0].as_u64().unwrap()
            })
            .collect();
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{table}: {counts:?}");
        counts[0]
    }
}

/// The first of `count` ports in a row that are free on loopback, below those that the system hands out.
fn free_ports(count: u16) -> u16 {
    let start = 10_000 + (std::process::id() % 1000) as u16 * 16;
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut first = (start..32_000).step_by(usize::from(count));
    first.find(|first| (*first..first + count).all(free)).expect("some ports are free")
}
