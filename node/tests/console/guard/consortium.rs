use super::device::Device;
use crate::{
    forms::forms,
    support::{Http, Network, Reply, now_ms, run},
};
use counterfoil_types::{Call, PayloadDraft, SigningKey};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::PathBuf,
    process::{Command, Output},
};

/// Words of what is sealed: an item, a remark and a buyer of invoices, and a field of a document.
pub const SEALED: [&str; 4] = ["Zirkonring-7741", "Nachtschicht-5520", "Silberfaden-6204", "Kaltmiete-3317"];
/// Words that stand on the ledger in the clear, for its members: an account, what a payment is for, a field of a document.
pub const PRIVATE: [&str; 3] = ["geheimkonto-5512", "rahmenvertrag-8806", "Lagerhalle-4129"];
/// The seats of the node, and whether the member has opened what is sealed for it.
pub const SEATS: [(&str, bool); 5] =
    [("a/main", false), ("seller/main", false), ("buyer/main", true), ("bank/main", false), ("other/main", false)];
/// The seller's taxpayer id.
pub const SELLER: &str = "91440300MA5EN1680G";

const JSON: (&str, &str) = ("content-type", "application/json");
/// An action that everybody may call.
const PACKAGE: &str = "PACKAGE tally VERSION 1 OWNERS ('buyer');
CREATE TABLE mark (id INTEGER PRIMARY KEY, by TEXT NOT NULL);
CREATE ACTION add (id INTEGER) AS BEGIN
    INSERT INTO mark VALUES (:id, caller());
    SELECT id, by FROM mark WHERE id = :id;
END;";

/// Which of some words are in bytes, however they are written.
pub fn shown<'w>(bytes: &[u8], words: &[&'w str]) -> Vec<&'w str> {
    let holds = |form: Vec<u8>| bytes.windows(form.len()).any(|window| window == form);
    words.iter().copied().filter(|word| forms(word).into_iter().any(holds)).collect()
}

/// A validator with members of several roles, each with a token and with a device that signs in.
pub struct Consortium {
    pub network: Network,
    tokens: BTreeMap<String, String>,
    pub devices: BTreeMap<String, Device>,
    cookies: BTreeMap<String, String>,
}

/// What was sealed, by the names that it has in addresses.
pub struct Sealed {
    /// The id of the invoice for `buyer`.
    pub invoice: String,
    /// Its subject.
    pub subject: String,
    /// The transaction that issued it, and its block.
    pub transaction: String,
    pub height: u64,
    /// The id of the invoice for a person.
    pub held: String,
    /// A proposal of the consortium.
    pub proposal: String,
    /// The person.
    pub person: Person,
}

impl Consortium {
    /// Founds it, and has everything made but what is sealed.
    pub fn start() -> Self {
        let members = ["seller:enterprise@a", "buyer:enterprise@a", "bank:bank@a", "other:enterprise@a"];
        let mut network = Network::found(&["a:tax-authority"], &members, &[]);
        let node = &mut network.validators[0];
        let settings = node.folder.join("counterfoil.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, format!("phone = true\n{text}\n[sql]\nlisten = \"127.0.0.1:0\"\n")).unwrap();
        node.start();
        let mut made = Self { network, tokens: BTreeMap::new(), devices: BTreeMap::new(), cookies: BTreeMap::new() };
        for (kid, _) in SEATS {
            made.tokens.insert(kid.to_owned(), made.network.validators[0].token(kid));
            made.sign_in(kid);
        }
        made.found();
        made
    }

    /// Binds one more device to a key.
    pub fn sign_in(&mut self, kid: &str) {
        let (device, cookie) = Device::set_up(self.http(), &self.folder(), kid);
        self.devices.insert(kid.to_owned(), device);
        self.cookies.insert(kid.to_owned(), cookie);
    }

    pub fn http(&self) -> &Http {
        &self.network.validators[0].http
    }

    pub fn folder(&self) -> PathBuf {
        self.network.validators[0].folder.clone()
    }

    /// The session of a key.
    pub fn cookie(&self, kid: &str) -> &str {
        &self.cookies[kid]
    }

    /// The header that states the token of a key.
    pub fn bearer(&self, kid: &str) -> String {
        format!("Bearer {}", self.tokens[kid])
    }

    /// A page, as a seat has it.
    pub fn page(&self, kid: &str, path: &str) -> Reply {
        let from_page = ("sec-fetch-site", "same-origin");
        self.http().get_with(path, &[("cookie", self.cookie(kid)), ("accept-language", "en"), from_page])
    }

    /// What the API answers to the holder of a token.
    pub fn get(&self, kid: &str, path: &str) -> Reply {
        self.http().get_with(path, &[("authorization", &self.bearer(kid))])
    }

    pub fn post(&self, kid: &str, path: &str, body: &Value) -> Reply {
        self.http().post(path, &[JSON, ("authorization", &self.bearer(kid))], body.to_string())
    }

    /// Has a hosted key do something.
    #[track_caller]
    pub fn command(&self, kid: &str, name: &str, with: &Value) -> Value {
        self.post(kid, &format!("/v1/commands/{name}"), with).expect(200).json()
    }

    /// What `psql` does for the holder of a token; nothing where there is no psql.
    pub fn psql(&self, kid: &str, statement: &str) -> Option<Output> {
        let ready: Value = serde_json::from_slice(&fs::read(self.folder().join("ready.json")).unwrap()).unwrap();
        let (host, port) = ready["sql"].as_str().unwrap().split_once(':').unwrap();
        let connection = format!("host={host} port={port} user={kid} dbname=ledger");
        let mut psql = Command::new("psql");
        psql.args(["-X", "-At", &connection, "-c", statement]).env("PGPASSWORD", &self.tokens[kid]);
        match psql.output() {
            Ok(done) => Some(done),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("psql is not there: not tested");
                None
            }
            Err(error) => panic!("psql: {error}"),
        }
    }

    /// The rows of a SELECT.
    pub fn sql(&self, kid: &str, sql: &str) -> Reply {
        self.post(kid, "/v1/sql", &json!({"sql": sql}))
    }

    fn found(&self) {
        let folder = self.folder();
        for (kid, _) in SEATS {
            let key = run(&["document", "key", "--key", kid, "--dir", folder.to_str().unwrap()]);
            let key = String::from_utf8(key.stdout).unwrap();
            let with = json!({"member": kid.split('/').next(), "name": "main", "public_key": key.trim()});
            self.command(kid, "document.publish_reading_key", &with);
        }
        for (id, member) in [(SELLER, "seller"), ("91440300MA5FC0013E", "buyer")] {
            let with = json!({"id": id, "name": format!("{member} GmbH"), "member": member, "regime": "cn-vat"});
            self.command("a/main", "invoice.register_taxpayer", &with);
        }
        let field = |name: &str, sealed: bool| json!({"name": name, "sealed": sealed, "required": false});
        let lease = json!({"type": "a/lease", "title": "Leases", "fields": [field("matter", false), field("rent", true)], "mandatory_readers": []});
        self.command("a/main", "document.define_type", &lease);
        let money = json!({"asset": "bank/CNY", "title": "Renminbi", "kind": "currency", "currency": "CNY", "decimals": 2, "day_offset_minutes": 480});
        self.command("bank/main", "asset.define", &money);
        let account = format!("buyer/{}", PRIVATE[0]);
        self.command("buyer/main", "asset.open_account", &json!({"account": account, "asset": "bank/CNY"}));
        let paid = json!({"account": account, "asset": "bank/CNY", "amount": "7300.41", "reference": PRIVATE[1]});
        self.command("bank/main", "asset.issue", &paid);
        self.command("buyer/main", "package.propose", &json!({"source": PACKAGE}));
        let admit = json!({"member": "guest-1", "name": "Guest", "roles": ["enterprise"], "keys": [{"name": "main", "public_key": public("guest-1"), "roles": ["admin"]}]});
        let proposed = json!({"title": "A guest", "calls": [{"do": "member.admit", "with": admit}]});
        self.command("a/main", "member.propose", &proposed);
    }

    /// Seals an invoice and a document, opens them, seals an invoice for a person, who passes it on.
    pub fn seal(&self) -> Sealed {
        let organisation =
            json!({"kind": "organisation", "name": "Buyer", "taxpayer": "91440300MA5FC0013E", "member": "buyer"});
        let issued = self.command("seller/main", "invoice.issue", &invoice(&organisation, SEALED[0], SEALED[1]));
        let id = issued["id"].as_str().unwrap().to_owned();
        let lease = json!({
            "document": "seller/lease-1", "type": "a/lease", "fields": [{"name": "matter", "value": PRIVATE[2]}],
            "sealed": [{"name": "rent", "value": SEALED[3]}], "readers": ["buyer"],
        });
        self.post("seller/main", "/v1/documents/seal", &lease).expect(201);
        let subject = self.subject(&id);
        for subject in [subject.as_str(), "seller/lease-1"] {
            let open = format!("/v1/sealed/{}/1/open", encoded(subject));
            let opened = self.post("buyer/main", &open, &json!({})).expect(200);
            assert!(!shown(&opened.body, &SEALED).is_empty(), "a reader is shown it: {}", opened.text());
            self.post("other/main", &open, &json!({})).expect(403);
        }
        let person = Person::register(self, "p-ann");
        let individual = json!({"kind": "individual", "name": SEALED[2], "member": "p-ann"});
        let held = self.command("seller/main", "invoice.issue", &invoice(&individual, SEALED[0], SEALED[1]));
        let held = held["id"].as_str().unwrap().to_owned();
        person.open_and_pass_on(self, &held, "other");
        let receipt = &issued["receipt"];
        Sealed {
            invoice: id,
            subject,
            transaction: receipt["transaction"].as_str().unwrap().to_owned(),
            height: receipt["height"].as_u64().unwrap(),
            held,
            proposal: self.text("SELECT id FROM member_proposal"),
            person,
        }
    }

    /// Under what an invoice is sealed.
    fn subject(&self, invoice: &str) -> String {
        self.text(&format!("SELECT subject FROM invoice WHERE id = '{invoice}'"))
    }

    /// The single text that a SELECT gives.
    fn text(&self, sql: &str) -> String {
        self.sql("a/main", sql).expect(200).json()["rows"][0][0].as_str().unwrap().to_owned()
    }
}

fn invoice(buyer: &Value, item: &str, remark: &str) -> Value {
    json!({
        "seller": SELLER, "net": "100.00", "tax": "13.00", "total": "113.00", "remark": remark, "buyer": buyer,
        "items": [{"tax_code": "1090512010000000000", "name": item, "amount": "100.00", "tax": "13.00", "total": "113.00", "rate": "0.13"}],
    })
}

fn public(name: &str) -> String {
    SigningKey::for_tests(name).public_key().to_string()
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Somebody without a node, whose key is in his phone.
pub struct Person {
    kid: String,
    key: SigningKey,
    pub cookie: String,
}

impl Person {
    /// Has a person registered, who signs in and can be sealed for.
    pub fn register(consortium: &Consortium, member: &str) -> Self {
        let key = SigningKey::for_tests(member);
        let with = json!({"member": member, "key": {"name": "phone", "public_key": key.public_key().to_string()}});
        consortium.command("a/main", "member.register_person", &with);
        let mut person = Self { kid: format!("{member}/phone"), key, cookie: String::new() };
        person.cookie = person.sign_in(consortium);
        let asked = person.get(consortium, "/phone/reading-key").expect(200).json();
        person.submit(consortium, "reading-key", &[asked["call"].clone()]);
        person
    }

    /// A new session.
    pub fn sign_in(&self, consortium: &Consortium) -> String {
        let (http, now) = (consortium.http(), now_ms());
        let host = http.url().strip_prefix("http://").unwrap();
        let text = format!("counterfoil/phone/sign-in/1\n{}\n{host}\n{}\n{now}", ledger(http), self.kid);
        let signature = hex::encode(self.key.sign(text.as_bytes()));
        let sent = json!({"kid": self.kid, "time_ms": now, "signature": signature});
        let begun = http.post("/phone/session", &[JSON], sent.to_string()).expect(204);
        begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    pub fn get(&self, consortium: &Consortium, path: &str) -> Reply {
        consortium.http().get_with(path, &[("cookie", &self.cookie)])
    }

    /// Signs calls and has them done.
    pub fn submit(&self, consortium: &Consortium, id: &str, calls: &[Value]) {
        let http = consortium.http();
        let kid = self.kid.parse().unwrap();
        let calls: Vec<Call> = calls.iter().map(|call| serde_json::from_value(call.clone()).unwrap()).collect();
        let draft = PayloadDraft {
            ledger: ledger(http).parse().unwrap(),
            id,
            expires_ms: now_ms() + 60_000,
            signers: std::slice::from_ref(&kid),
            calls: &calls,
        };
        http.submit(&self.key.sign_compact(&kid, &draft.to_bytes())).expect(200);
    }

    fn open_and_pass_on(&self, consortium: &Consortium, invoice: &str, to: &str) {
        let open = json!({"do": "document.open", "with": {"subject": consortium.subject(invoice), "version": 1}});
        self.submit(consortium, "open", &[open]);
        let page = format!("/phone/invoices/{invoice}");
        assert!(!shown(&self.get(consortium, &page).expect(200).body, &SEALED).is_empty(), "the holder is shown it");
        let headers = [JSON, ("cookie", self.cookie.as_str())];
        let sent = json!({"to": to}).to_string();
        let passing = consortium.http().post(&format!("{page}/pass-on"), &headers, sent).expect(200).json();
        self.submit(consortium, "pass-on", passing["calls"].as_array().unwrap());
    }
}

fn ledger(http: &Http) -> String {
    http.get("/v1/status").expect(200).json()["ledger"].as_str().unwrap().to_owned()
}
