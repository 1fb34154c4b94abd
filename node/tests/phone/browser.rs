use serde_json::Value;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Chromium, driven by playwright-core in Node.js.
pub struct Browser {
    modules: PathBuf,
}

fn works(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|run| run.status.success())
}

impl Browser {
    /// The machine's; nothing, and a line that says so, where something of it is not there.
    pub fn find() -> Option<Self> {
        // `target/debug/counterfoil`: what tests need besides is kept beside `debug`.
        let target = Path::new(env!("CARGO_BIN_EXE_counterfoil")).ancestors().nth(2).unwrap();
        let modules = target.join("playwright/node_modules");
        let missing = [
            (works("chromium"), "chromium"),
            (works("node"), "node"),
            (modules.join("playwright-core").exists(), "playwright-core"),
            (modules.join("axe-core").exists(), "axe-core"),
        ];
        let missing: Vec<_> = missing.iter().filter(|(there, _)| !there).map(|(_, name)| *name).collect();
        if missing.is_empty() {
            return Some(Self { modules });
        }
        assert!(std::env::var_os("CI").is_none(), "CI has them: {missing:?}");
        println!("skipped, no {}", missing.join(", "));
        None
    }

    /// Runs a script of the tests, such as `phone/story.cjs`, with a value on stdin; the lines that it prints as JSON.
    pub fn run(&self, script: &str, given: &Value) -> Vec<Value> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
        let mut node = Command::new("node")
            .arg(path)
            .env("NODE_PATH", &self.modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        node.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
        let output = node.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{script}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }
}
