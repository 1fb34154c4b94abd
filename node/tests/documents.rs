//! Sealed documents through a node: who reads, who does not, and what is left behind.

use crate::support::{Dev, Reply, run};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

const TYPE: &str = "tax-bureau/contract";
const CONTRACT: &str = "shop-1/contract-7";
const PRICE: &str = "188000.50 for ever";

/// One validator that hosts all keys, with their reading keys published.
fn start() -> Dev {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let field = |name: &str, sealed: bool| json!({"name": name, "sealed": sealed, "required": false});
    let fields = [field("matter", false), field("price", true), field("note", true), field("scan", true)];
    let with = json!({"type": TYPE, "title": "Contracts", "fields": fields, "mandatory_readers": ["tax-bureau"]});
    dev.command("document.define_type", "tax-bureau/dev", &with);
    dev
}

fn contract() -> Value {
    json!({
        "document": CONTRACT,
        "type": TYPE,
        "fields": [{"name": "matter", "value": "lease"}],
        "sealed": [{"name": "price", "value": PRICE}, {"name": "note", "value": "请勿外传"}, {"name": "scan", "bytes": "AAEC"}],
        "readers": ["bank-a"],
    })
}

fn post(dev: &Dev, path: &str, key: &str, body: &Value, more: &[(&str, &str)]) -> Reply {
    let headers = [&[("content-type", "application/json"), ("counterfoil-key", key)], more].concat();
    dev.http.post(path, &headers, body.to_string())
}

fn seal(dev: &Dev, with: &Value) -> Reply {
    post(dev, "/v1/documents/seal", "shop-1/dev", with, &[])
}

/// A path below the contract's version.
fn version(number: u64, rest: &str) -> String {
    format!("/v1/sealed/shop-1%2Fcontract-7/{number}/{rest}")
}

fn open(dev: &Dev, key: &str, number: u64) -> Reply {
    post(dev, &version(number, "open"), key, &json!({"reason": "credit check"}), &[])
}

fn sql_as(dev: &Dev, key: &str, sql: &str) -> Reply {
    post(dev, "/v1/sql", key, &json!({"sql": sql}), &[])
}

fn field<'a>(opened: &'a Value, name: &str) -> &'a Value {
    opened["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap()
}

fn openings(dev: &Dev) -> Value {
    dev.http.value("SELECT count(*) FROM document_opening")
}

#[test]
fn readers_open_what_is_sealed_for_them_and_each_opening_is_on_the_ledger() {
    let dev = start();
    let created = seal(&dev, &contract()).expect(201);
    assert_eq!(created.header("location"), Some("/v1/documents/shop%2D1%2Fcontract%2D7"));
    assert_eq!((created.json()["document"].as_str(), created.json()["version"].as_u64()), (Some(CONTRACT), Some(1)));
    let readers = format!(
        "SELECT group_concat(reader, ' ') FROM (SELECT reader FROM document_reader WHERE subject = '{CONTRACT}' ORDER BY reader)"
    );
    assert_eq!(dev.http.value(&readers), "bank-a shop-1 tax-bureau", "the type's mandatory reader and the sealer too");
    assert_eq!(openings(&dev), 0);

    let reply = open(&dev, "bank-a/dev", 1).expect(200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let opened = reply.json();
    assert_eq!(field(&opened, "price")["value"], PRICE);
    assert_eq!(field(&opened, "note")["value"], "请勿外传");
    assert_eq!(field(&opened, "scan")["bytes"], "AAEC");
    assert_eq!((opened["reader"].as_str(), opened["sealer"].as_str()), (Some("bank-a"), Some("shop-1")));
    assert!(opened["receipt"]["height"].is_u64(), "{opened}");
    let rows = dev.http.sql("SELECT reader, reason, version FROM document_opening").expect(200).json();
    assert_eq!(rows["rows"], json!([["bank-a", "credit check", 1]]));
    // What is answered is what the ledger committed to, and where it says the row is proved.
    let commitment = field(&opened, "price")["commitment"].as_str().unwrap().to_owned();
    let row = "SELECT lower(hex(commitment)) FROM document_field WHERE name = 'price'";
    assert_eq!(dev.http.value(row), commitment);
    dev.http.get(field(&opened, "price")["proof"].as_str().unwrap()).expect(200);

    assert_eq!(field(&open(&dev, "tax-bureau/dev", 1).expect(200).json(), "price")["value"], PRICE);
    assert_eq!(field(&open(&dev, "shop-1/dev", 1).expect(200).json(), "price")["value"], PRICE);
    assert_eq!(openings(&dev), 3);
    let refused = open(&dev, "shop-2/dev", 1).problem(403, "document/29");
    assert!(refused["receipt"]["height"].is_u64(), "it is the ledger that refuses: {refused}");
    open(&dev, "bank-a/dev", 2).expect(404);
    open(&dev, "bank-a/none", 1).problem(403, "http/forbidden");
    post(&dev, &version(1, "open"), "bank-a/dev", &json!({"why": 1}), &[]).problem(422, "http/invalid");
    post(&dev, "/v1/sealed/shop-1%2Fcontract-7/x/open", "bank-a/dev", &json!({}), &[]).problem(400, "http/malformed");
    assert_eq!(openings(&dev), 3, "who is refused leaves no row");
}

#[test]
fn a_vault_is_read_by_its_members_users_and_comes_back_when_it_is_removed() {
    let mut dev = start();
    seal(&dev, &contract()).expect(201);
    let price = "SELECT f.value FROM vault.vault_field f JOIN document d ON d.id = f.subject WHERE f.name = 'price'";
    let readers = ["bank-a/dev", "tax-bureau/dev", "shop-1/dev"];
    for (at, key) in (1..).zip(readers) {
        let before = sql_as(&dev, key, price).expect(200).json();
        assert_eq!(before["rows"], json!([]), "{key}: what was not opened is not in the clear");
        open(&dev, key, 1).expect(200);
        assert_eq!(sql_as(&dev, key, price).expect(200).json()["rows"], json!([[PRICE]]), "{key}");
        assert_eq!(openings(&dev), at, "{key}");
    }
    assert_eq!(sql_as(&dev, "shop-2/dev", price).expect(200).json()["rows"], json!([]), "a vault of its own");
    dev.http.sql(price).problem(422, "sql/2");
    sql_as(&dev, "bank-a/none", price).problem(422, "sql/2");
    sql_as(&dev, "bank-a/dev", "DELETE FROM vault.vault_field").problem(403, "sql/1");
    let output = run(&["sql", price, "--url", dev.http.url(), "--key", "bank-a/dev", "-o", "csv"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("value\n{PRICE}\n"));

    use std::os::unix::fs::PermissionsExt as _;
    let vault = dev.data().join("tax-bureau/vault/bank-a.db");
    assert_eq!(fs::metadata(&vault).unwrap().permissions().mode() & 0o777, 0o600);
    let (log, code) = dev.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(PRICE), "{log}");
    fs::remove_dir_all(vault.parent().unwrap()).unwrap();
    dev.again();
    assert_eq!(sql_as(&dev, "bank-a/dev", price).expect(200).json()["rows"], json!([[PRICE]]));
    dev.stop();
    fs::write(&vault, "this is no database, and was a vault before").unwrap();
    let _ = fs::remove_file(vault.with_extension("db-wal"));
    dev.again();
    assert_eq!(sql_as(&dev, "bank-a/dev", price).expect(200).json()["rows"], json!([[PRICE]]));
    // A key that the ledger knows no longer reads nothing.
    let with = json!({"member": "bank-a", "name": "spare", "public_key": spare(), "roles": ["admin"]});
    dev.command("member.add_key", "bank-a/dev", &with);
    dev.command("member.revoke_key", "bank-a/dev", &json!({"member": "bank-a", "name": "dev"}));
    sql_as(&dev, "bank-a/dev", price).problem(403, "http/forbidden");
}

/// A public key made up.
fn spare() -> String {
    counterfoil_types::SigningKey::for_tests("bank-a/spare").public_key().to_string()
}

#[test]
fn a_reader_is_added_by_a_reader_and_removed_for_later_versions() {
    let dev = start();
    seal(&dev, &contract()).expect(201);
    let share = |key: &str, reader: &str| post(&dev, &version(1, "share"), key, &json!({"reader": reader}), &[]);
    open(&dev, "core-corp/dev", 1).problem(403, "document/29");
    share("core-corp/dev", "core-corp").problem(403, "seal/1");
    assert_eq!(share("bank-a/dev", "nobody").problem(422, "http/no-reading-key")["field"], "/reader");
    share("bank-a/dev", "core-corp").expect(200);
    assert_eq!(field(&open(&dev, "core-corp/dev", 1).expect(200).json(), "price")["value"], PRICE);
    let vault = "SELECT count(*) FROM vault.vault_document";
    assert_eq!(sql_as(&dev, "core-corp/dev", vault).expect(200).json()["rows"], json!([[1]]));

    dev.command("document.remove_reader", "shop-1/dev", &json!({"subject": CONTRACT, "reader": "core-corp"}));
    let mut second = contract();
    second["version"] = 2.into();
    second["readers"] = json!(["bank-a", "core-corp"]);
    seal(&dev, &second).problem(409, "document/27");
    second["readers"] = json!(["bank-a"]);
    second["sealed"][0]["value"] = "200000.00".into();
    seal(&dev, &second).expect(201);
    assert_eq!(field(&open(&dev, "bank-a/dev", 2).expect(200).json(), "price")["value"], "200000.00");
    open(&dev, "core-corp/dev", 2).problem(403, "document/29");
    open(&dev, "core-corp/dev", 1).expect(200);
    assert_eq!(sql_as(&dev, "core-corp/dev", vault).expect(200).json()["rows"], json!([[1]]));
}

#[test]
fn one_field_is_shown_and_proved_offline_without_the_others() {
    let mut dev = start();
    seal(&dev, &contract()).expect(201);
    let disclose = |key: &str, name: &str| {
        post(&dev, &version(1, &format!("fields/{name}/disclosure")), key, &json!({"reason": "audit"}), &[])
    };
    disclose("shop-2/dev", "price").problem(403, "document/29");
    disclose("bank-a/dev", "matter").problem(404, "http/not-found");
    assert_eq!(openings(&dev), 0);
    let file = disclose("bank-a/dev", "price").expect(200).body;
    assert_eq!(openings(&dev), 1, "to show is to open");
    let genesis = dev.http.get("/v1/genesis").expect(200).body;
    dev.stop();

    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.contains(PRICE) && !text.contains("请勿外传"));
    let folder = tempfile::tempdir().unwrap();
    let verify = |bytes: &[u8]| {
        let (file, trusted) = (folder.path().join("d.json"), folder.path().join("g.json"));
        fs::write(&file, bytes).unwrap();
        fs::write(&trusted, &genesis).unwrap();
        let output = run(&["document", "verify", utf8(&file), "--genesis", utf8(&trusted)]);
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, shown) = verify(&file);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(PRICE) && shown.contains(CONTRACT) && shown.contains("Signed at height"), "{shown}");
    let (code, why) = verify(text.replace("188000.50", "188000.60").as_bytes());
    assert_eq!((code, why.contains("seal/13")), (Some(1), true), "{why}");
    let (code, why) = verify(text.replace("\"name\":\"price\"", "\"name\":\"note\"").as_bytes());
    assert_eq!((code, why.contains("seal/")), (Some(1), true), "{why}");
    for at in (0..file.len() - 1).step_by(11) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let checked = counterfoil_seal::Disclosure::from_bytes(&changed).and_then(|file| file.verify(&genesis));
        assert!(checked.is_err(), "byte {at}");
    }
    assert_eq!(verify(&file[..file.len() / 2]).0, Some(1));
}

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_cannot_be_sealed_or_opened_is_refused_by_its_place_and_never_repeated() {
    let mut dev = start();
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut with = contract();
        change(&mut with);
        with
    };
    let cases: Vec<(Value, u16, &str, &str)> = vec![
        (wrong(&|w| w["readers"] = json!(["bank-a", "nobody"])), 422, "http/no-reading-key", "/readers/1"),
        (wrong(&|w| w["sealed"][0]["bytes"] = "AA".into()), 422, "http/invalid", "/sealed/0"),
        (wrong(&|w| w["sealed"][0]["value"] = json!(["hush"])), 422, "http/invalid", "/sealed/0/value"),
        (wrong(&|w| w["sealed"][0]["name"] = "Price!".into()), 422, "seal/7", "/sealed/0"),
        (wrong(&|w| w["sealed"] = json!([])), 422, "seal/8", "/sealed"),
        (wrong(&|w| w["more"] = 1.into()), 422, "http/invalid", "/more"),
        (wrong(&|w| w["type"] = "tax-bureau/none".into()), 404, "document/16", "/type"),
        (wrong(&|w| w["version"] = 2.into()), 404, "document/18", "/document"),
        (wrong(&|w| w["document"] = "shop-2/theirs".into()), 403, "member/12", ""),
    ];
    for (with, status, code, field) in cases {
        let reply = seal(&dev, &with);
        assert_eq!(reply.status, status, "{code}: {}", reply.text());
        assert!(!reply.text().contains("188000") && !reply.text().contains("hush"), "{}", reply.text());
        let document = reply.problem(status, code);
        assert_eq!(document["field"].as_str().unwrap_or_default(), field, "{document}");
    }
    post(&dev, "/v1/documents/seal", "shop-1/dev", &json!("hush"), &[]).problem(422, "http/invalid");
    dev.http
        .post(
            "/v1/documents/seal",
            &[("content-type", "application/json"), ("counterfoil-key", "shop-1/dev")],
            "{\"hush",
        )
        .problem(400, "http/malformed");
    assert_eq!(dev.http.value("SELECT count(*) FROM document"), 0);

    // The same request is the same transaction, although sealing is random.
    let once = |with: &Value| post(&dev, "/v1/documents/seal", "shop-1/dev", with, &[("idempotency-key", "once")]);
    let first = once(&contract()).expect(201).json();
    assert_eq!(once(&contract()).expect(201).json(), first);
    once(&wrong(&|w| w["sealed"][0]["value"] = "other".into())).problem(422, "http/idempotency-key-reused");

    // A ciphertext cut short, by whoever seals it himself.
    let record = dev.http.get("/v1/sealed/shop-1%2Fcontract-7/1").expect(200).json();
    let cut = |bytes: usize| {
        let short = &hex::decode(record["ciphertext"].as_str().unwrap()).unwrap()[..bytes];
        let sealed = json!({
            "ciphertext": counterfoil_seal::Base64(short.to_vec()),
            "fields": record["fields"],
            "readers": record["readers"],
        });
        let with = json!({"document": "shop-1/cut", "type": TYPE, "fields": [], "sealed": sealed});
        dev.http.command("document.create", "shop-1/dev", &with, &[])
    };
    cut(100).problem(422, "document/22");
    // Whole, but of another place.
    cut(record["ciphertext"].as_str().unwrap().len() / 2).expect(200);
    let elsewhere = "/v1/sealed/shop-1%2Fcut/1/open";
    let document = post(&dev, elsewhere, "bank-a/dev", &json!({}), &[]).problem(422, "seal/2");
    let place = document["field"].as_str().unwrap();
    assert!(place.starts_with("/readers/") && place.ends_with("/wrapped"), "{document}");

    // A reading key that is not the published one.
    dev.stop();
    let key: PathBuf = dev.data().join("tax-bureau/keys/bank-a/dev.reading");
    fs::write(&key, format!("x25519-secret:{}\n", "07".repeat(32))).unwrap();
    dev.again();
    open(&dev, "bank-a/dev", 1).problem(422, "seal/2");
    dev.stop();
    fs::remove_file(&key).unwrap();
    dev.again();
    open(&dev, "bank-a/dev", 1).problem(409, "http/no-reading-key");
    assert_eq!(openings(&dev), 0, "what does not open leaves no row");
}

#[test]
fn what_nobody_could_read_is_not_sealed() {
    let dev = Dev::alone();
    let with = json!({"type": TYPE, "title": "Contracts", "fields": [{"name": "price", "sealed": true}]});
    dev.command("document.define_type", "tax-bureau/dev", &with);
    let with = json!({"document": CONTRACT, "type": TYPE, "sealed": [{"name": "price", "value": PRICE}]});
    let document = seal(&dev, &with).problem(422, "http/no-reading-key");
    assert!(document["detail"].as_str().unwrap().contains("\"shop-1\""), "{document}");
}

#[test]
fn the_command_line_anchors_seals_opens_shows_and_verifies() {
    let dev = start();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let ask = |arguments: &[&str]| {
        let output = run(&[arguments, &["--url", dev.http.url()]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    fs::write(path("contract.pdf"), "a contract").unwrap();
    let anchored = ask(&["document", "anchor", &path("contract.pdf"), "--type", "contract", "--key", "shop-1/dev"]);
    let anchored: Value = serde_json::from_str(&anchored).unwrap();
    let hash = counterfoil_types::Hash::of(&[b"a contract"]).to_string();
    assert_eq!(anchored["hash"], hash);
    assert_eq!(dev.http.value("SELECT lower(hex(hash)) FROM document_anchor"), hash);

    // Who anchored a file is told by a node, or proved offline.
    fs::write(path("photo.jpg"), "a photo").unwrap();
    ask(&["document", "anchor", &path("photo.jpg"), "--proof", &path("p.json"), "--key", "bank-a/dev"]);
    assert!(ask(&["document", "verify", &path("photo.jpg")]).contains("bank-a"));
    fs::write(path("g.json"), dev.http.get("/v1/genesis").expect(200).body).unwrap();
    let offline = |file: &str, proof: &str| {
        let output = run(&["document", "verify", &path(file), "--genesis", &path("g.json"), "--proof", &path(proof)]);
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, text) = offline("photo.jpg", "p.json");
    assert_eq!((code, text.contains("Anchored") && text.contains("bank-a")), (Some(0), true), "{text}");
    let (code, text) = offline("contract.pdf", "p.json");
    assert_eq!((code, text.contains("another file")), (Some(1), true), "{text}");
    fs::write(path("member.json"), dev.http.get("/v1/rows/member/bank-a/proof").expect(200).body).unwrap();
    assert_eq!(offline("photo.jpg", "member.json").0, Some(1));
    let nobody = run(&["document", "verify", &path("g.json"), "--url", dev.http.url()]);
    assert_eq!(nobody.status.code(), Some(1), "{}", String::from_utf8_lossy(&nobody.stdout));

    let price = format!("price={PRICE}");
    let scan = format!("scan=@{}", path("photo.jpg"));
    ask(&[
        "document",
        "seal",
        CONTRACT,
        "--type",
        TYPE,
        "--field",
        &price,
        "--field",
        &scan,
        "--clear",
        "matter=lease",
        "--reader",
        "bank-a",
        "--key",
        "shop-1/dev",
    ]);
    let save = format!("scan={}", path("again.jpg"));
    let opened = ask(&["document", "open", CONTRACT, "--key", "bank-a/dev", "-o", "csv", "--save", &save]);
    assert_eq!(opened, format!("field,value\nprice,{PRICE}\nscan,7 bytes; --save scan=FILE writes them\n"));
    assert_eq!(fs::read(path("again.jpg")).unwrap(), b"a photo");
    let shown = ask(&["document", "show", CONTRACT]);
    for line in
        ["owner      shop-1", "field      matter = lease", "sealed     price, commitment ", "readers    bank-a, shop-1"]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!shown.contains(PRICE), "{shown}");
    ask(&["document", "show", CONTRACT, "--field", "price", "--key", "bank-a/dev", "--out", &path("d.json")]);
    let output = run(&["document", "verify", &path("d.json"), "--genesis", &path("g.json")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    ask(&["document", "share", CONTRACT, "--reader", "core-corp", "--key", "bank-a/dev"]);
    ask(&["document", "open", CONTRACT, "--version", "1", "--key", "core-corp/dev"]);
    // Commands of the module are verbs beside them.
    ask(&["document", "remove-reader", "--subject", CONTRACT, "--reader", "core-corp", "--key", "shop-1/dev"]);

    let refused = run(&["document", "open", CONTRACT, "--key", "shop-2/dev", "--url", dev.http.url()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("document/29"));
    let missing = run(&["document", "anchor", &path("none"), "--key", "shop-1/dev", "--url", dev.http.url()]);
    assert_eq!(missing.status.code(), Some(3));
    let usage = run(&["document", "seal", "shop-1/x", "--type", TYPE, "--field", "hush", "--key", "shop-1/dev"]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&usage.stderr).contains("hush"));
}
