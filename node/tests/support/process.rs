use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_counterfoil");

/// How long a node may take to be ready on a busy machine.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to stop.
const STOP: Duration = Duration::from_secs(30);

/// A running node, killed when dropped.
pub struct Process {
    child: Child,
    log: tempfile::NamedTempFile,
}

impl Process {
    /// Runs the binary with arguments; what it writes goes to a file, so that it never waits for a reader.
    pub fn start(arguments: &[impl AsRef<std::ffi::OsStr>]) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let out = || Stdio::from(log.reopen().unwrap());
        let appended = fs::OpenOptions::new().append(true).open(log.path()).unwrap();
        let child = Command::new(BINARY).args(arguments).stdout(out()).stderr(appended).spawn().unwrap();
        Self { child, log }
    }

    /// Waits until the node says in `file` where it serves.
    pub fn ready(&mut self, file: &Path) -> String {
        let until = Instant::now() + READY;
        loop {
            let document = fs::read(file).ok().and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
            if let Some(document) = document
                && document["pid"] == self.child.id()
            {
                return document["url"].as_str().unwrap().to_owned();
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("ended with {status}: {}", self.output());
            }
            assert!(Instant::now() < until, "not ready: {}", self.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it wrote so far.
    pub fn output(&self) -> String {
        let mut text = String::new();
        self.log.reopen().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; what it wrote, and its exit code.
    pub fn stop(self) -> (String, Option<i32>) {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        self.end()
    }

    /// Waits until it ends; what it wrote, and its exit code.
    pub fn end(mut self) -> (String, Option<i32>) {
        let until = Instant::now() + STOP;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (self.output(), status.code());
            }
            assert!(Instant::now() < until, "does not end: {}", self.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the node wrote: {}", self.output());
        }
    }
}

/// Runs the binary to its end.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).stdin(Stdio::null()).output().unwrap()
}
