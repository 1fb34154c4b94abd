//! The runner itself, and every package of `platform/packages` with its scenarios.

use super::{File, check, run};
use crate::{Module, approval, asset, document, member, package, sql};
use std::{fs, path::Path};

const MEMBERS: &str = "[[member]]\nid = \"bank-a\"\nroles = [\"bank\"]\n[[member]]\nid = \"shop-1\"\n";

const COUNTER: &str = "PACKAGE counter VERSION 1 OWNERS ('bank-a', 'shop-1');
CREATE TABLE entry (id TEXT PRIMARY KEY, value INTEGER NOT NULL, until_ms INTEGER, note TEXT);
CREATE ACTION put (id TEXT, value INTEGER, until_ms INTEGER NULL, note TEXT NULL) AS BEGIN
    SELECT require(:until_ms IS NULL OR :until_ms > now(), 'it is too late');
    INSERT INTO entry VALUES (:id, :value, :until_ms, :note);
    SELECT emit('put', json_object('id', :id));
    SELECT id, value, note FROM entry WHERE id = :id;
END;
CREATE INVARIANT no_value_is_negative AS SELECT id FROM entry WHERE value < 0;
";

fn modules() -> Vec<Module> {
    vec![member::MODULE, approval::MODULE, document::MODULE, asset::MODULE, sql::MODULE, package::MODULE]
}

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), text: text.to_owned() }
}

/// What comes of a scenario of the counter whose steps these are.
fn outcome(steps: &str) -> Result<usize, String> {
    let scenario = file("s.toml", &format!("{MEMBERS}{steps}"));
    let run = run(modules(), &[file("package.sql", COUNTER)], &scenario);
    run.map(|passed| passed.steps).map_err(|failed| failed.to_string())
}

#[test]
fn a_scenario_that_holds_passes() {
    let steps = r#"
        [[step]]
        as = "shop-1"
        call = "counter.put"
        with = { id = "a", value = 3, until_ms = 2026-01-02T00:00:00Z, note = { null = true } }
        result = [["a", 3, { null = true }]]
        event = ["put", "package.called"]
        [[step]]
        wait = "1 day"
        [[step]]
        as = ["shop-1", "bank-a"]
        call = "counter.put"
        with = { id = "b", value = 3, until_ms = 2026-01-02T00:00:00Z }
        refused = "too late"
        [[step]]
        as = "shop-1"
        do = "sql.execute"
        with = { statements = [{ sql = "CREATE TABLE shop.note (id TEXT PRIMARY KEY)" }] }
        event = "sql.created_table"
        [[step]]
        sql = "SELECT id, until_ms FROM counter.entry ORDER BY id"
        rows = [["a", 1767312000000]]
        [[step]]
        sql = "DELETE FROM counter.entry"
        refused = "sql/1"
    "#;
    assert_eq!(outcome(steps), Ok(6));
}

#[test]
fn a_scenario_that_does_not_hold_names_line_expected_and_found() {
    let put = |more: &str| format!("[[step]]\nas = \"shop-1\"\ncall = \"counter.put\"\n{more}\n");
    let with = "with = { id = \"a\", value = 1 }";
    for (steps, says) in [
        (
            put(&format!("{with}\nresult = [[\"a\", 2, {{ null = true }}]]")),
            "s.toml:6: expected result = [[\"a\",2,null]], found [[\"a\",1,null]]",
        ),
        (
            put(&format!("{with}\nrefused = \"package/13\"")),
            "s.toml:6: expected refused = \"package/13\", found that it is done",
        ),
        (put(with) + &put(with), "s.toml:10: expected that it is done, found that it is refused: package/14"),
        (
            put(with) + &put(&format!("{with}\nrefused = \"package/13\"")),
            "s.toml:10: expected refused = \"package/13\", found package/14",
        ),
        (put(&format!("{with}\nevent = \"taken\"")), "s.toml:6: expected event = \"taken\", found package.called, put"),
        (
            put("with = { id = \"a\", value = -1 }"),
            "s.toml:6: after it an invariant does not hold: counter.no_value_is_negative, of",
        ),
        ("[[step]]\nsql = \"SELECT 1\"\nrows = [[2]]".to_owned(), "s.toml:6: expected rows = [[2]], found [[1]]"),
        ("[[step]]\nsql = \"SELECT 1\"".to_owned(), "s.toml:6: sql has rows"),
        ("[[step]]\nwait = \"soon\"".to_owned(), "s.toml:6: wait = \"soon\""),
        (
            "[[step]]\nwait = \"1 day\"\nsql = \"SELECT 1\"".to_owned(),
            "s.toml:6: a step has one of call, do, sql and wait",
        ),
        ("[[step]]\ncall = \"counter.put\"".to_owned(), "s.toml:6: call and do have as"),
        ("[[step]]\nwait = \"1 day\"\nrefused = \"x\"".to_owned(), "s.toml:6: this step has no refused"),
        (put("rows = [[1]]"), "s.toml:6: this step has no rows"),
        (put("refused = \"x\"\nresult = [[1]]"), "s.toml:6: what is refused has no result"),
        (put("with = { id = \"a\", value = 1.5 }"), "s.toml:6: 1.5: there are no fractional numbers"),
        ("\n[[step]]\nwaits = \"1 day\"".to_owned(), "s.toml:8: unknown field `waits`"),
        ("[[step]]\nas = \"a b\"\ndo = \"member.vote\"".to_owned(), "s.toml:6: \"a b\" is neither"),
    ] {
        let found = outcome(&steps).expect_err(&steps);
        assert!(found.starts_with(says), "{steps}\nexpected {says}\nfound    {found}");
    }
    let stranger = file("s.toml", "[[member]]\nid = \"bank-a\"\n");
    let failed = run(modules(), &[file("package.sql", COUNTER)], &stranger).expect_err("an owner is missing");
    assert_eq!(failed.to_string(), "s.toml:1: the owner shop-1 is not a member of the scenario");
    let broken = file("package.sql", &COUNTER.replace("FROM entry WHERE id = :id", "FROM entry"));
    let failed = run(modules(), &[broken], &file("s.toml", MEMBERS)).expect_err("rows without order");
    assert!(failed.to_string().starts_with("package.sql:7: it is not deployed: package/1"), "{failed}");
}

#[test]
fn a_source_is_checked_without_its_ledger() {
    assert_eq!(check(modules(), COUNTER), []);
    let found = check(modules(), &COUNTER.replace("now()", "random()"));
    assert_eq!((found[0].line, found[0].rule.as_str()), (Some(4), "function/unknown"), "{found:?}");
    let unknown = COUNTER.replace("emit('put', ", "call('none.such', ");
    let found = check(modules(), &unknown);
    assert_eq!((found[0].line, found[0].rule.as_str()), (None, "package/1"), "{found:?}");
    assert!(found[0].message.starts_with("line 3: none.such"), "{found:?}");
    // A later version needs its ledger: only the checker's rules are looked at.
    assert_eq!(check(modules(), &unknown.replace("VERSION 1", "VERSION 2")), []);
}

/// Each package of the folder is short, is checked without findings, and holds in each of its scenarios.
#[test]
fn the_packages_hold_in_their_scenarios() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packages");
    let mut names = Vec::new();
    for package in list(&folder).into_iter().filter(|path| path.is_dir()) {
        let name = package.file_name().unwrap().to_string_lossy().into_owned();
        let source = file("package.sql", &fs::read_to_string(package.join("package.sql")).unwrap());
        assert_eq!(check(modules(), &source.text), [], "{name}");
        assert!(source.text.lines().count() < 150, "{name} has 150 lines or more");
        let scenarios: Vec<_> =
            list(&package).into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
        assert!(!scenarios.is_empty(), "{name} has no scenario");
        for scenario in scenarios {
            let scenario = file(&scenario.display().to_string(), &fs::read_to_string(&scenario).unwrap());
            let passed =
                run(modules(), std::slice::from_ref(&source), &scenario).unwrap_or_else(|failed| panic!("{failed}"));
            assert!(passed.steps > 0, "{}", scenario.name);
        }
        names.push(name);
    }
    assert_eq!(names, package::TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>());
}

#[test]
fn a_template_holds_under_another_name() {
    for template in package::TEMPLATES {
        let (source, scenarios) = template.named("mine");
        for (name, scenario) in scenarios {
            let passed = run(modules(), &[file("package.sql", &source)], &file(name, &scenario));
            passed.unwrap_or_else(|failed| panic!("{}: {failed}", template.name));
        }
    }
}

fn list(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
