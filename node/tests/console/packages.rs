//! Packages and generic forms: clicked through, and what they cost and refuse.

use crate::{browser::Browser, support::Dev};
use serde_json::{Value, json};

#[test]
fn a_package_is_checked_proposed_voted_on_called_and_frozen_in_both_languages() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start(&["--members", "1"]);
    for (language, width) in [("en", 1280), ("zh-CN", 390)] {
        browser.run("console/packages.cjs", &json!({"url": dev.http.url(), "language": language, "width": width}));
    }
}

/// The commands that the node knows, by its own document.
fn commands(dev: &Dev) -> Vec<String> {
    let document = dev.http.get("/openapi.json").expect(200).json();
    let paths = document["paths"].as_object().unwrap();
    paths.keys().filter_map(|path| path.strip_prefix("/v1/commands/")).map(str::to_owned).collect()
}

#[test]
fn each_command_has_a_form_with_all_members_of_its_input() {
    let dev = Dev::alone();
    let commands = commands(&dev);
    assert!(commands.len() > 60);
    let index = dev.http.get("/do").expect(200).text();
    let document = dev.http.get("/openapi.json").expect(200).json();
    for name in &commands {
        assert!(index.contains(&format!("href=\"/do/{name}\"")), "{name}");
        let form = dev.http.get(&format!("/do/{name}")).expect(200);
        let reads: u64 = form.header("counterfoil-reads").unwrap().parse().unwrap();
        assert!(reads <= 5, "{name}: {reads}");
        let form = form.text();
        assert!(form.contains(&format!("data-send-to=\"/v1/commands/{name}\"")), "{name}");
        let schemas = &document["components"]["schemas"];
        let clear = &schemas[format!("{name}.clear")];
        let schema: &Value = if clear.is_object() { clear } else { &schemas[name] };
        for member in schema["properties"].as_object().into_iter().flatten().map(|(member, _)| member) {
            let whole = format!("data-field=\"/{member}\"");
            let parts = [format!("data-field=\"/{member}/"), format!("data-rows=\"/{member}\"")];
            assert!(form.contains(&whole) || parts.iter().any(|part| form.contains(part)), "{name}: {member}");
        }
    }
    dev.http.get("/do/none.such").expect(404);
    dev.http.get("/do/none/such").expect(404);
    dev.http.get("/packages/none").expect(404);
}

/// A package whose only version is retired is not in force, and nobody is led to what will be refused.
#[test]
fn a_retired_package_says_so_and_offers_no_call() {
    let dev = Dev::alone();
    let source = "-- Of one\n-- sentence.\nPACKAGE gone VERSION 1 OWNERS ('core-corp') APPROVALS 1;\n\
                  CREATE TABLE t (id TEXT PRIMARY KEY);\nCREATE ACTION a () AS BEGIN INSERT INTO t VALUES ('x'); END;\n";
    dev.command("package.propose", "core-corp/dev", &json!({"source": source}));
    let shown = |path: &str| dev.http.get(path).expect(200).text();
    let before = shown("/packages/gone");
    assert!(before.contains("in force") && before.contains("href=\"/do/gone/a\""), "{before}");
    assert!(before.contains("Of one sentence."), "lines of a comment flow on: {before}");
    assert!(!shown("/do/gone/a").contains("will be refused"));
    dev.command("package.retire", "core-corp/dev", &json!({"package": "gone", "version": 1, "agree": true}));
    for path in ["/packages", "/packages/gone"] {
        let after = shown(path);
        assert!(after.contains("retired") && !after.contains("in force"), "{path}: {after}");
        assert!(!after.contains("href=\"/do/gone/a\""), "{path}: {after}");
    }
    assert!(shown("/do/gone/a").contains("will be refused"));
}

/// Texts of strangers stand in pages as text, and other origins have nothing checked.
#[test]
fn what_owners_write_is_shown_as_text() {
    let dev = Dev::alone();
    let evil = "<img src=x onerror=alert(1)>";
    let source = format!(
        "-- {evil} \u{202e}\n PACKAGE evil VERSION 1 OWNERS ('core-corp') APPROVALS 1;\nCREATE TABLE t (id TEXT PRIMARY KEY);\n-- {evil}\nCREATE ACTION a () AS BEGIN INSERT INTO t VALUES ('{evil}'); END;\n"
    );
    dev.command("package.propose", "core-corp/dev", &json!({"source": source}));
    let pages = ["/packages", "/packages/evil", "/do", "/do/evil/a", "/do/asset.transfer?to=%22%3E%3Cimg%20src%3Dx%3E"];
    for path in pages {
        let page = dev.http.get(path).expect(200);
        let reads: u64 = page.header("counterfoil-reads").unwrap().parse().unwrap();
        assert!(reads <= 5, "{path}: {reads}");
        assert!(!page.text().contains("<img"), "{path}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let report = dev.http.post("/deploy", &form, "source=%3Cimg+src%3Dx%3E").expect(200).text();
    assert!(report.contains("data-state=\"failed\"") && !report.contains("<img"), "{report}");
    let elsewhere = [form[0], ("origin", "http://evil.example")];
    dev.http.post("/deploy", &elsewhere, "source=x").problem(403, "http/forbidden");
    let long = format!("source={}", "x".repeat(70_000));
    let report = dev.http.post("/deploy", &form, long).expect(200).text();
    assert!(report.contains("64 KiB"));
}
