use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long something may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A PostgreSQL of one's own, ended when dropped.
pub struct Cluster {
    folder: TempDir,
    bin: PathBuf,
    port: u16,
}

/// A session in the middle of a transaction, which is rolled back when this is dropped.
pub struct Held {
    psql: Child,
    /// PostgreSQL's process for it.
    pub pid: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.psql.kill();
        let _ = self.psql.wait();
    }
}

impl Cluster {
    /// Starts one; nothing where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            assert!(std::env::var_os("CI").is_none(), "CI has it: postgresql");
            eprintln!("not tested: PostgreSQL's initdb is not there");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { folder, bin, port };
        let data = cluster.data();
        cluster.own("initdb", &["-D", &data, "-A", "trust", "-U", "mirror", "-E", "UTF8", "--locale=C", "--no-sync"]);
        cluster.pg_ctl(&["start", "-o", &cluster.options()]);
        Some(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").to_str().unwrap().to_owned()
    }

    fn options(&self) -> String {
        format!("-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories=''", self.port)
    }

    /// The server refuses to run as root.
    fn own(&self, program: &str, arguments: &[&str]) {
        let path = self.bin.join(program);
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        let mut command = Command::new(if root { "runuser" } else { path.to_str().unwrap() });
        if root {
            command.args(["-u", "postgres", "--"]).arg(&path);
        }
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("tools.log")).unwrap();
        let (out, err) = (Stdio::from(log.try_clone().unwrap()), Stdio::from(log));
        let status =
            command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(out).stderr(err);
        let status = status.status().unwrap();
        let said = || std::fs::read_to_string(self.folder.path().join("tools.log")).unwrap_or_default();
        assert!(status.success(), "{program}: {}", said());
    }

    fn pg_ctl(&self, arguments: &[&str]) {
        let (data, log) = (self.data(), self.folder.path().join("data/server.log"));
        self.own("pg_ctl", &[&["-D", &data, "-l", log.to_str().unwrap(), "-w"], arguments].concat());
    }

    /// As after a crash.
    pub fn restart(&self) {
        self.pg_ctl(&["restart", "-m", "immediate", "-o", &self.options()]);
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!("postgres://mirror@127.0.0.1:{}/postgres", self.port)
    }

    fn psql(&self) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", &self.url()]);
        command
    }

    /// Runs SQL; what it gives, or nothing where it fails.
    pub fn ask(&self, sql: &str) -> Option<String> {
        let output = self.psql().args(["-c", sql]).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim_end().to_owned())
    }

    /// Runs SQL that must not fail.
    pub fn sql(&self, sql: &str) -> String {
        self.ask(sql).unwrap_or_else(|| panic!("it fails: {sql}"))
    }

    /// Waits until the mirror is at a height at least.
    pub fn wait_for_height(&self, height: u64) {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.ask("SELECT height FROM ledger_mirror.progress").unwrap_or_default();
            if found.parse().is_ok_and(|found: i64| found >= height as i64) {
                return;
            }
            assert!(Instant::now() < until, "at height {found}, not {height}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a statement in a transaction that goes on: whoever writes the same rows waits in the middle of its own.
    pub fn hold(&self, sql: &str) -> Held {
        let mut psql = self.psql().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = psql.stdin.as_mut().unwrap();
        writeln!(input, "BEGIN; {sql}; SELECT 'pid', pg_backend_pid();").unwrap();
        input.flush().unwrap();
        let lines = BufReader::new(psql.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
        let pid = lines.filter_map(|line| line.strip_prefix("pid|")?.parse().ok()).next().expect("it holds it");
        Held { psql, pid }
    }

    /// Waits until a session waits for one that holds something; its process.
    pub fn wait_for_waiting(&self, pid: u32) -> u32 {
        let until = Instant::now() + PATIENCE;
        let waiting = format!("SELECT min(pid) FROM pg_stat_activity WHERE {pid} = ANY (pg_blocking_pids(pid))");
        loop {
            if let Ok(found) = self.sql(&waiting).parse() {
                return found;
            }
            assert!(Instant::now() < until, "nobody waits for {pid}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if Path::new(&self.data()).join("postmaster.pid").exists() {
            self.pg_ctl(&["stop", "-m", "immediate"]);
        }
    }
}

/// Where PostgreSQL's programs are: Debian keeps them out of the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = debian.chain(std::env::split_paths(&path)).collect::<Vec<_>>();
    all.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}
