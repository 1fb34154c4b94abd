use super::{Http, Process, run};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A consortium of processes.
pub struct Network {
    /// The validators, in the order in which they were named.
    pub validators: Vec<Validator>,
    folder: TempDir,
}

/// One validator's process.
pub struct Validator {
    /// Its member.
    pub id: String,
    /// Its directory.
    pub folder: PathBuf,
    /// How to ask it.
    pub http: Http,
    process: Option<Process>,
}

impl Network {
    /// Founds a consortium on free ports and starts all of it. `members` are further members, as `network new --members` takes them.
    pub fn start(validators: &[&str], members: &[&str]) -> Self {
        let mut network = Self::found(validators, members, &[]);
        for validator in &mut network.validators {
            validator.start();
        }
        network
    }

    /// Founds a consortium on free ports, with further arguments of `network new`.
    pub fn found(validators: &[&str], members: &[&str], more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("net");
        let port = free_ports(validators.len() as u16).to_string();
        let (names, others) = (validators.join(","), members.join(","));
        let mut arguments = vec!["network", "new", "--validators", &names, "--out", out.to_str().unwrap()];
        arguments.extend(["--consensus-port", &port]);
        if !members.is_empty() {
            arguments.extend(["--members", &others]);
        }
        arguments.extend(more);
        let output = run(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let validators = validators.iter().map(|text| {
            let id = text.split(':').next().unwrap().to_owned();
            Validator { folder: out.join(&id), id, http: Http::new(""), process: None }
        });
        Self { validators: validators.collect(), folder }
    }

    /// The folder with all directories and `genesis.json`.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("net")
    }
}

impl Validator {
    /// Starts it, on any HTTP port.
    pub fn start(&mut self) {
        let folder = self.folder.to_str().unwrap().to_owned();
        let mut process = Process::start(&["start", "--dir", &folder, "--listen", "127.0.0.1:0"]);
        self.http = Http::new(&process.ready(&self.folder.join("ready.json")));
        self.process = Some(process);
    }

    /// SIGTERM; what it wrote, and its exit code.
    pub fn stop(&mut self) -> (String, Option<i32>) {
        self.process.take().expect("it runs").stop()
    }

    /// A token for a key that it hosts.
    pub fn token(&self, kid: &str) -> String {
        token(&self.folder, kid)
    }
}

/// Makes a token for a key hosted in a validator's directory.
pub fn token(folder: &Path, kid: &str) -> String {
    let output = run(&["token", "new", "--key", kid, "--dir", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The first of `count` consecutive free ports, below those that systems give to outgoing connections.
fn free_ports(count: u16) -> u16 {
    let mut seed = random();
    loop {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let first = 12_000 + (seed >> 16) as u16 % 7_000;
        let held: Vec<_> =
            (first..first + count).filter_map(|port| TcpListener::bind(("127.0.0.1", port)).ok()).collect();
        if held.len() == usize::from(count) {
            return first;
        }
    }
}

/// Something that differs between tests that run at once.
fn random() -> u32 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(()) as u32
}
