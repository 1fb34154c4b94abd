use crate::support::{BINARY, Dev, Network, run};
use serde_json::Value;
use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn dev_says_what_there_is_and_stops_cleanly() {
    let begun = Instant::now();
    let mut dev = Dev::start(&[]);
    let took = begun.elapsed();
    eprintln!("dev was ready after {took:?}");
    let url = dev.http.url().to_owned();
    let (output, code) = dev.stop();
    assert_eq!(code, Some(0), "{output}");
    let data = dev.data().display().to_string();
    for text in [
        "NOT FOR PRODUCTION",
        env!("CARGO_PKG_VERSION"),
        &url,
        &data,
        "tax-bureau/dev",
        "core-corp/dev",
        "bank-a/dev",
        "cloud-provider/dev",
        "shop-1/dev",
        "supplier-1/dev",
        "accounting-1/dev",
        "person-2/dev",
        "curl ",
        "/docs",
    ] {
        assert!(output.contains(text), "{text} in {output}");
    }
}

#[test]
fn a_kept_ledger_goes_on_and_a_temporary_one_leaves_nothing() {
    let mut dev = Dev::alone();
    dev.add_key("shop-1", "till").expect(200);
    let before = dev.http.get("/v1/status").json();
    dev.stop();
    dev.again();
    let after = dev.http.get("/v1/status").json();
    assert_eq!(before["ledger"], after["ledger"]);
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'shop-1'"), 2);
    dev.add_key("shop-1", "till-2").expect(200);

    let folders = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(BINARY);
    command.args(["dev", "--members", "1", "--no-samples", "--listen", "127.0.0.1:0"]).env("TMPDIR", folders.path());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
    while !text.contains("Ctrl-C") {
        assert!(std::io::BufRead::read_line(&mut lines, &mut text).unwrap() > 0, "{text}");
    }
    assert_eq!(fs::read_dir(folders.path()).unwrap().count(), 1);
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(folders.path()).unwrap().count(), 0);
}

#[test]
fn dev_refuses_addresses_that_others_reach() {
    let output = run(&["dev", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("loopback"), "{}", stderr(&output));
}

#[test]
fn a_port_in_use_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let output = run(&["dev", "--members", "1", "--listen", &format!("127.0.0.1:{port}")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains(&format!("port {port}")), "{}", stderr(&output));
}

#[test]
fn a_directory_in_use_or_of_something_else_is_named() {
    let dev = Dev::alone();
    let data = dev.data().to_str().unwrap();
    let output = run(&["dev", "--data", data, "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(3));
    let text = stderr(&output);
    assert!(text.contains("tax-bureau") && text.contains("locked by another process"), "{text}");

    let output = run(&["dev", "--data", data, "--members", "4", "--listen", "127.0.0.1:0"]);
    assert!(stderr(&output).contains("1 validators"), "{}", stderr(&output));

    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("holiday.jpg"), "x").unwrap();
    let output = run(&["dev", "--data", other.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains(other.path().to_str().unwrap()), "{}", stderr(&output));
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1, "nothing is written there");
}

/// Starts a validator that must not start; why.
fn refused(folder: &Path) -> String {
    let output = run(&["start", "--dir", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn a_genesis_that_does_not_match_is_refused() {
    let (first, second) = (Network::found(&["a"], &[], &[]), Network::found(&["a"], &[], &[]));
    let (folder, other) = (&first.validators[0].folder, &second.validators[0].folder);
    fs::copy(other.join("genesis.json"), folder.join("genesis.json")).unwrap();
    let text = refused(folder);
    assert!(text.contains("validator.key") && text.contains("genesis.json"), "{text}");

    fs::write(folder.join("genesis.json"), "{}").unwrap();
    let text = refused(folder);
    assert!(text.contains("genesis.json") && text.contains("format"), "{text}");

    let text = refused(first.folder().as_path());
    assert!(text.contains("counterfoil.toml"), "{text}");
}

#[test]
fn state_of_another_ledger_is_refused() {
    let (mut first, second) = (Network::start(&["a"], &[]), Network::found(&["a"], &[], &[]));
    first.validators[0].stop();
    let (folder, other) = (&first.validators[0].folder, &second.validators[0].folder);
    for file in ["genesis.json", "validator.key"] {
        fs::copy(other.join(file), folder.join(file)).unwrap();
    }
    let text = refused(folder);
    assert!(text.contains("state.db") && text.contains("belongs to ledger"), "{text}");
}

#[test]
fn a_corrupt_file_is_named_with_the_way_to_recover() {
    let mut network = Network::start(&["a"], &[]);
    let validator = &mut network.validators[0];
    validator.stop();
    let folder = validator.folder.clone();

    let path = folder.join("state/state.db");
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[..64].fill(0x55);
    for file in ["state.db-wal", "state.db-shm"] {
        let _ = fs::remove_file(folder.join("state").join(file));
    }
    fs::write(&path, &damaged).unwrap();
    let text = refused(&folder);
    assert!(text.contains("state.db") && text.contains("To recover"), "{text}");
    fs::write(&path, &whole).unwrap();

    let key = folder.join("keys/a/main.key");
    let good = fs::read(&key).unwrap();
    fs::write(&key, "ed25519:zz").unwrap();
    let text = refused(&folder);
    assert!(text.contains("main.key") && text.contains("To recover"), "{text}");
    fs::write(&key, good).unwrap();

    let settings = folder.join("counterfoil.toml");
    let good = fs::read(&settings).unwrap();
    fs::write(&settings, "member = 7").unwrap();
    let text = refused(&folder);
    assert!(text.contains("counterfoil.toml") && text.contains("member"), "{text}");
    fs::write(&settings, good).unwrap();
    validator.start();
}

#[test]
fn a_wrong_command_line_exits_with_2_and_an_unreached_node_with_3() {
    assert_eq!(run(&["nonsense"]).status.code(), Some(2));
    assert_eq!(run(&["verify", "p.json"]).status.code(), Some(2));
    assert_eq!(run(&["sql"]).status.code(), Some(2));
    assert_eq!(run(&["dev", "--members", "8", "--listen", "127.0.0.1:0"]).status.code(), Some(2));
    let output = run(&["status", "--url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    assert!(stderr(&output).contains("COUNTERFOIL_URL"), "{}", stderr(&output));
    // Who reads its messages no more, as `head` does, changes nothing of how it ends.
    let mut silent = Command::new(BINARY);
    let mut silent = silent.args(["status", "--url", "http://127.0.0.1:9"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(silent.stderr.take());
    assert_eq!(silent.wait().unwrap().code(), Some(3));
    for url in ["127.0.0.1:9", "ftp://127.0.0.1", "http://", ""] {
        let output = run(&["status", "--url", url]);
        assert_eq!(output.status.code(), Some(2), "{url}: {}", stderr(&output));
        assert!(stderr(&output).contains("http:// or https://"), "{url}: {}", stderr(&output));
    }
    assert_eq!(run(&["--version"]).status.code(), Some(0));
}

/// Serves TLS by a PostgreSQL endpoint that has a certificate; the URL.
fn encrypted(endpoint: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut server = TcpStream::connect(&endpoint).unwrap();
            // SSLRequest, which the endpoint answers by one byte.
            server.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
            server.read_exact(&mut [0; 1]).unwrap();
            let (mut asked, mut answered) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut asked, &mut server));
            thread::spawn(move || io::copy(&mut answered, &mut client));
        }
    });
    url
}

#[test]
fn a_certificate_that_nobody_trusts_is_no_reason_to_go_without_one() {
    let mut network = Network::found(&["a"], &[], &[]);
    let validator = &mut network.validators[0];
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wire/tests/wire/tls");
    let (certificate, key) = (tls.join("cert.pem"), tls.join("key.pem"));
    let settings = validator.folder.join("counterfoil.toml");
    let before = fs::read_to_string(&settings).unwrap();
    let sql = format!("[sql]\nlisten = \"127.0.0.1:0\"\ncertificate = {certificate:?}\nkey = {key:?}\n");
    fs::write(&settings, format!("{before}\n{sql}")).unwrap();
    validator.start();
    let ready = fs::read(validator.folder.join("ready.json")).unwrap();
    let ready: Value = serde_json::from_slice(&ready).unwrap();
    let output = run(&["status", "--url", &encrypted(ready["sql"].as_str().unwrap().to_owned())]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let text = stderr(&output);
    assert!(text.contains("invalid peer certificate") && !text.contains("http://"), "{text}");

    let output = run(&["status", "--url", &validator.http.url().replace("http://", "https://")]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("try http://"), "{}", stderr(&output));
}

#[test]
fn a_network_that_cannot_be_is_not_founded() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("net");
    for (asked, why) in [
        (vec!["a,b", "--http-port", "65535"], "--http-port 65535: 2 validators need ports up to 65536"),
        (vec!["a,b", "--http-port", "7181"], "both need port 7181"),
        (vec!["a,b", "--http-port", "0"], "--http-port"),
        (vec!["a,a"], "stands twice"),
        (vec!["A b"], "is not a member id"),
        (vec!["a", "--members", "shop:enterprise@z"], "\"z\", which is not a validator"),
    ] {
        let output = run(&[&["network", "new", "--out", out.to_str().unwrap(), "--validators"], &asked[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{asked:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{asked:?}: {}", stderr(&output));
        assert!(!out.exists(), "{asked:?} left something");
    }
}

#[test]
fn what_a_node_lacks_to_start_is_named_with_where_it_comes_from() {
    let network = Network::found(&["a"], &[], &[]);
    let folder = &network.validators[0].folder;
    for (file, from) in [("genesis.json", "copy it from another validator"), ("validator.key", "from its backup")] {
        let away = folder.join("away");
        fs::rename(folder.join(file), &away).unwrap();
        let text = refused(folder);
        assert!(text.contains(file) && text.contains(from), "{text}");
        fs::rename(&away, folder.join(file)).unwrap();
    }
    let settings = folder.join("counterfoil.toml");
    let good = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("public_url = \"node.example\"\n{good}")).unwrap();
    let text = refused(folder);
    assert!(text.contains("public_url") && text.contains("node.example"), "{text}");
    fs::write(&settings, good).unwrap();

    fs::write(folder.join("webhooks.db"), "not a database, and longer than its header has to be".repeat(40)).unwrap();
    let text = refused(folder);
    assert!(text.contains("webhooks.db") && text.contains("To recover"), "{text}");

    let output = run(&["dev", "--listen", "127.0.0.1:0", "--data", network.folder().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("none of dev"), "{}", stderr(&output));
}
