use crate::support::{Dev, Reply, now_ms};
use counterfoil_types::{Call, Kid, PayloadDraft, SigningKey};
use serde_json::{Value, json};
use std::sync::OnceLock;

const JSON: (&str, &str) = ("content-type", "application/json");

/// A person with a key of its own, as a phone is one.
struct Phone<'a> {
    dev: &'a Dev,
    key: SigningKey,
    kid: Kid,
    session: OnceLock<String>,
}

impl<'a> Phone<'a> {
    fn new(dev: &'a Dev, name: &str) -> Self {
        let (key, kid) = (SigningKey::for_tests(name), format!("p-{name}/phone").parse().unwrap());
        let key_of = json!({"name": "phone", "public_key": key.public_key().to_string()});
        let person = json!({"member": format!("p-{name}"), "key": key_of});
        dev.command("member.register_person", "cloud-provider/dev", &person);
        Self { dev, key, kid, session: OnceLock::new() }
    }

    fn ledger(&self) -> String {
        self.dev.http.get("/v1/status").json()["ledger"].as_str().unwrap().to_owned()
    }

    fn host(&self) -> String {
        self.dev.http.url().strip_prefix("http://").unwrap().to_owned()
    }

    fn sign_in(&self, host: &str, time_ms: u64, more: &[(&str, &str)]) -> Reply {
        let text = format!("counterfoil/phone/sign-in/1\n{}\n{host}\n{}\n{time_ms}", self.ledger(), self.kid);
        let signature = hex::encode(self.key.sign(text.as_bytes()));
        let body = json!({"kid": self.kid, "time_ms": time_ms, "signature": signature});
        self.dev.http.post("/phone/session", &[&[JSON], more].concat(), body.to_string())
    }

    fn cookie(&self) -> &str {
        self.session.get_or_init(|| {
            let signed_in = self.sign_in(&self.host(), now_ms(), &[]).expect(204);
            let cookie = signed_in.header("set-cookie").unwrap();
            for part in ["HttpOnly", "SameSite=Strict", "Path=/phone"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            cookie.split(';').next().unwrap().to_owned()
        })
    }

    fn get(&self, path: &str) -> Reply {
        self.dev.http.get_with(path, &[("cookie", self.cookie())])
    }

    fn post(&self, path: &str, body: &Value) -> Reply {
        self.dev.http.post(path, &[JSON, ("cookie", self.cookie())], body.to_string())
    }

    fn submit(&self, id: &str, call: Value) -> Reply {
        let call: Call = serde_json::from_value(call).unwrap();
        let payload = PayloadDraft {
            ledger: self.ledger().parse().unwrap(),
            id,
            expires_ms: now_ms() + 60_000,
            signers: std::slice::from_ref(&self.kid),
            calls: &[call],
        };
        self.dev.http.submit(&self.key.sign_compact(&self.kid, &payload.to_bytes()))
    }

    /// Publishes the reading key that the node keeps.
    fn publish(&self) {
        let call = self.get("/phone/reading-key").expect(200).json()["call"].clone();
        assert_eq!(call["do"], "document.publish_reading_key");
        self.submit("reading-key", call).expect(200);
        assert_eq!(self.get("/phone/reading-key").json()["call"], Value::Null, "once");
    }

    fn paid(&self, reference: &str) -> String {
        let paid = json!({
            "reference": reference, "payer": self.kid.member(), "payer_member": self.kid.member(),
            "payee": "92440300MA5DL0010T", "currency": "CNY", "amount": "198.00", "paid_ms": 1_700_000_000_000_u64,
        });
        let done = self.dev.command("invoice.register_payment", "cloud-provider/dev", &paid);
        done["payment"].as_str().unwrap().to_owned()
    }
}

fn application(phone: &Phone<'_>, payment: &str) -> Value {
    let buyer = json!({"kind": "individual", "name": "Wang", "member": phone.kid.member()});
    json!({"do": "invoice.apply", "with": {"payment": payment, "amounts": ["10.00"], "buyer": buyer}})
}

/// A node that has the samples' rules and shop, and one validator.
fn dev() -> Dev {
    Dev::start_with_samples(&["--members", "1"])
}

#[test]
fn only_the_own_key_signs_in_here_and_now() {
    let dev = dev();
    let (phone, other) = (Phone::new(&dev, "a"), Phone::new(&dev, "b"));
    let (host, now) = (phone.host(), now_ms());
    for (host, time_ms) in [("elsewhere.example", now), (&host, now - 600_000), (&host, now + 600_000)] {
        phone.sign_in(host, time_ms, &[]).problem(401, "http/session");
    }
    let mut forged = Phone { dev: &dev, key: other.key.clone(), kid: phone.kid.clone(), session: OnceLock::new() };
    forged.sign_in(&host, now, &[]).problem(401, "http/session");
    forged.kid = "p-nobody/phone".parse().unwrap();
    forged.sign_in(&host, now, &[]).problem(401, "http/session");
    phone.sign_in(&host, now, &[("origin", "http://evil.example")]).problem(403, "http/forbidden");
    phone.sign_in(&host, now, &[("origin", dev.http.url())]).expect(204);

    let cookie = phone.cookie().to_owned();
    let stolen = cookie.replace("p-a", "p-b").replace("p%2Da", "p%2Db");
    assert_ne!(stolen, cookie);
    for cookie in [stolen.as_str(), "phone=", "phone=x~1~y"] {
        dev.http.get_with("/phone/reading-key", &[("cookie", cookie)]).problem(401, "http/session");
    }
}

#[test]
fn a_key_that_is_revoked_has_no_session_any_more() {
    let dev = dev();
    let phone = Phone::new(&dev, "a");
    phone.get("/phone/reading-key").expect(200);
    let next = SigningKey::for_tests("next").public_key().to_string();
    let rotated = json!({"do": "member.rotate_key", "with":
        {"member": "p-a", "name": "phone", "new_name": "new", "public_key": next}});
    phone.submit("rotate", rotated).expect(200);
    phone.get("/phone/reading-key").problem(401, "http/session");
}

#[test]
fn nobody_sees_or_applies_for_what_is_somebody_elses() {
    let dev = dev();
    let (phone, other) = (Phone::new(&dev, "a"), Phone::new(&dev, "b"));
    phone.publish();
    other.publish();
    let payment = phone.paid("x-1");
    let at = format!("/phone/apply?payment={}", payment.replace('/', "%2F"));
    assert!(phone.get(&at).expect(200).text().contains("198.00"));
    other.get(&at).expect(404);
    dev.http.post("/phone/prepare", &[JSON], application(&phone, &payment).to_string()).problem(401, "http/session");

    // What is prepared for another is signed by him, and refused: it is not his payment.
    let prepared = other.post("/phone/prepare", &application(&other, &payment)).expect(200).json();
    other.submit("apply", prepared["call"].clone()).problem(403, "invoice/42");

    let prepared = phone.post("/phone/prepare", &application(&phone, &payment)).expect(200).json();
    assert!(!prepared["call"].to_string().contains("Wang"), "sealed: {prepared}");
    assert!(prepared["sealed"][0]["value"].as_str().unwrap().contains("Wang"));
    let applied = phone.submit("apply", prepared["call"].clone()).expect(200).json();
    let number = applied["outputs"][0]["application"].as_str().unwrap();
    let waits = format!("/phone/applications/{number}/wait");
    let answered = phone.get(&waits).expect(200).json();
    assert_eq!(answered["state"], "issued", "{answered}");
    other.get(&waits).problem(404, "http/not-found");
    other.get(&format!("/phone/applications/{number}")).expect(404);

    let invoice = answered["invoice"].as_str().unwrap();
    let page = format!("/phone/invoices/{invoice}");
    assert!(!phone.get(&page).expect(200).text().contains("Wang"), "not before it is opened");
    phone.get(&format!("{page}/invoice.pdf")).expect(403);
    let open = json!({"do": "document.open", "with": {"subject": answered["subject"], "version": 1}});
    other.submit("open", open.clone()).expect(403);
    phone.submit("open", open).expect(200);
    assert!(phone.get(&page).expect(200).text().contains("Wang"));
    assert!(phone.get(&format!("{page}/invoice.pdf")).expect(200).body.starts_with(b"%PDF-"));
    for path in [page.clone(), format!("{page}/invoice.pdf"), format!("{page}/invoice.xml")] {
        other.get(&path).expect(404);
        let unknown = dev.http.get(&path);
        assert!(unknown.status != 200 || !unknown.text().contains("198.00"), "{path}");
    }
    other.post(&format!("{page}/pass-on"), &json!({"to": "core-corp"})).problem(404, "http/not-found");
}

#[test]
fn what_has_nothing_to_be_sealed_is_not_prepared() {
    let dev = dev();
    let phone = Phone::new(&dev, "a");
    phone.publish();
    let lock = json!({"do": "invoice.lock", "with": {}});
    phone.post("/phone/prepare", &lock).problem(404, "http/not-found");
    let none = json!({"do": "invoice.none", "with": {}});
    phone.post("/phone/prepare", &none).problem(404, "http/not-found");
    let buyer = json!({"kind": "organisation", "name": "X", "taxpayer": "1"});
    let with = json!({"payment": phone.paid("x-1"), "amounts": ["1.00"], "buyer": buyer});
    let refused = phone.post("/phone/prepare", &json!({"do": "invoice.apply", "with": with})).problem(422, "invoice/1");
    assert_eq!(refused["field"], "/buyer/taxpayer");
    dev.http.get("/phone/taxpayer-ids/91440300MA5FC0013X").problem(422, "invoice/1");
    dev.http.get("/phone/taxpayer-ids/91440300MA5FC0013E").expect(204);
}

#[test]
fn what_the_shop_cannot_issue_is_declined_with_the_reason() {
    let dev = dev();
    let phone = Phone::new(&dev, "a");
    phone.publish();
    let quota = json!({"taxpayer": "92440300MA5DL0010T", "currency": "CNY", "invoices": 0});
    dev.command("invoice.set_quota", "tax-bureau/dev", &quota);
    let prepared = phone.post("/phone/prepare", &application(&phone, &phone.paid("x-1"))).expect(200).json();
    let applied = phone.submit("apply", prepared["call"].clone()).expect(200).json();
    let number = applied["outputs"][0]["application"].as_str().unwrap();
    let answered = phone.get(&format!("/phone/applications/{number}/wait")).expect(200).json();
    assert_eq!((&answered["state"], &answered["invoice"]), (&json!("declined"), &Value::Null));
    assert!(phone.get(&format!("/phone/applications/{number}")).expect(200).text().contains("invoice/32"));
    let left = "SELECT left_minor FROM invoice_payment WHERE id = 'cloud-provider/x-1'";
    assert_eq!(dev.http.value(left), 19_800, "nothing stays set aside");
}
