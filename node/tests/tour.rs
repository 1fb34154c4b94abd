//! The README's five-minute tour, in both languages: its commands run as they stand there, on another port.

use crate::support::{BINARY, Dev};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A command block of the tour and the lines that its output must have, in order.
struct Stop {
    commands: String,
    expected: Vec<String>,
}

/// The command blocks of the section whose heading has one of these words.
fn section(readme: &str, words: [&str; 2]) -> Vec<Stop> {
    let mut stops: Vec<Stop> = Vec::new();
    let mut fence = None;
    let heads = |line: &str| line.starts_with("## ") && words.iter().any(|word| line.contains(word));
    let begun = readme.lines().skip_while(|line| !heads(line));
    for line in begun.skip(1).take_while(|line| !line.starts_with("## ")) {
        match (line, fence) {
            ("```sh", None) => {
                fence = Some("sh");
                stops.push(Stop { commands: String::new(), expected: Vec::new() });
            }
            ("```text", None) => fence = Some("text"),
            ("```", Some(_)) => fence = None,
            (line, Some("sh")) => {
                let stop = stops.last_mut().expect("a block");
                stop.commands.push_str(line);
                stop.commands.push('\n');
            }
            (line, Some(_)) => stops.last_mut().expect("commands before their output").expected.push(line.to_owned()),
            _ => {}
        }
    }
    stops
}

/// Whether `output` has the pieces of `line`, between its ellipses, one after the other; gives what comes after.
fn after<'a>(mut output: &'a str, line: &str) -> Option<&'a str> {
    for piece in line.split('…') {
        output = &output[output.find(piece)? + piece.len()..];
    }
    Some(output)
}

fn take(language: &str, stops: &[Stop]) {
    let dev = Dev::start_with_samples(&[]);
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(project.join("apps"), folder.path().join("apps")).expect("a link");
    let binaries = Path::new(BINARY).parent().expect("a folder").display().to_string();
    let path = format!("{binaries}:{}", std::env::var("PATH").expect("a path"));
    let address = dev.http.url().strip_prefix("http://").expect("a URL").to_owned();
    let sql = dev.sql_address("tax-bureau");
    // The other nodes take the ports after the first.
    let others = ["core-corp", "bank-a"].map(|member| dev.url_of(member));
    for stop in stops {
        if stop.commands.starts_with("psql ") && !PathBuf::from("/usr/bin/psql").exists() {
            println!("psql is not there: left out\n{}", stop.commands);
            continue;
        }
        let commands = stop.commands.replace("127.0.0.1:7080", &address);
        let commands = commands.replace("port=7432", &format!("port={}", sql.port()));
        let commands =
            commands.replace("http://127.0.0.1:7081", &others[0]).replace("http://127.0.0.1:7082", &others[1]);
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &commands])
            .current_dir(&folder)
            .env("PATH", &path)
            .env("COUNTERFOIL_URL", dev.http.url())
            .output()
            .expect("bash runs");
        let shown = String::from_utf8(output.stdout).expect("UTF-8");
        let failed = || format!("{language}:\n{commands}\n{shown}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}", failed());
        let mut rest = shown.as_str();
        for line in &stop.expected {
            rest = after(rest, line).unwrap_or_else(|| panic!("no {line:?} in {}", failed()));
        }
    }
}

/// The README in both languages.
fn readmes() -> [String; 2] {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    ["README.md", "README.zh-CN.md"].map(|name| fs::read_to_string(project.join(name)).expect("a README"))
}

#[test]
fn the_tour_of_the_readme_works_as_it_is_written() {
    let [english, chinese] = readmes().map(|readme| section(&readme, ["tour", "导览"]));
    assert!(english.len() >= 6, "the tour has {} stops", english.len());
    let commands = |stops: &[Stop]| stops.iter().map(|stop| stop.commands.clone()).collect::<Vec<_>>();
    assert_eq!(commands(&english), commands(&chinese), "both languages give the same commands");
    take("README.md", &english);
}

#[test]
fn five_minutes_of_sql_work_as_they_are_written() {
    let [english, chinese] = readmes().map(|readme| section(&readme, ["minutes of SQL", "分钟 SQL"]));
    assert!(english.len() >= 3, "{} stops", english.len());
    let commands = |stops: &[Stop]| stops.iter().map(|stop| stop.commands.clone()).collect::<Vec<_>>();
    assert_eq!(commands(&english), commands(&chinese), "both languages give the same commands");
    take("README.md", &english);
}

#[test]
fn the_readmes_commands_for_processes_make_a_network_and_a_token() {
    let [english, chinese] = readmes().map(|readme| {
        let stops = section(&readme, ["processes", "进程"]);
        let lines = stops.iter().flat_map(|stop| stop.commands.lines());
        lines.map(|line| line.split('#').next().unwrap_or_default().trim().to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(english, chinese, "both languages give the same commands");
    let folder = tempfile::tempdir().expect("a folder");
    // What `start` does, which does not end, has tests of its own.
    let (start, others): (Vec<_>, Vec<_>) = english.iter().partition(|line| line.starts_with("counterfoil start"));
    assert_eq!((start.len(), others.len()), (1, 3));
    for line in others {
        let arguments = line.strip_prefix("counterfoil ").expect("a command of ours").split_whitespace();
        let output = Command::new(BINARY).args(arguments).current_dir(&folder).output().expect("it runs");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
