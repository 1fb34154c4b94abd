use crate::{
    browser::Browser,
    support::{Dev, Receiver, Request, run},
};
use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// Where a validator of `dev` serves.
fn url(dev: &Dev, member: &str) -> String {
    let file = std::fs::read(dev.data().join(member).join("ready.json")).unwrap();
    serde_json::from_slice::<Value>(&file).unwrap()["url"].as_str().unwrap().to_owned()
}

/// What the shop's software is: it takes webhooks, and believes none that is not signed with its secret.
struct Erp {
    receiver: Receiver,
    secret: Vec<u8>,
}

impl Erp {
    fn of(dev: &Dev, key: &str) -> Self {
        let receiver = Receiver::start(&[204]);
        let url = ["--url", dev.http.url()];
        let made = run(&[&["webhook", "add", &receiver.url, "--events", "invoice.", "--key", key], &url[..]].concat());
        let text = String::from_utf8(made.stdout).unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let secret = text.split_whitespace().find_map(|word| word.strip_prefix("whsec_")).unwrap();
        Self { receiver, secret: Base64::decode_vec(secret).unwrap() }
    }

    /// The next event, if its signature is that of Standard Webhooks.
    fn next(&self) -> Value {
        let Request { headers, body, .. } = self.receiver.next();
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).unwrap();
        mac.update(format!("{}.{}.{body}", headers["webhook-id"], headers["webhook-timestamp"]).as_bytes());
        let stated = headers["webhook-signature"].strip_prefix("v1,").unwrap();
        mac.verify_slice(&Base64::decode_vec(stated).unwrap()).expect("the signature is right");
        serde_json::from_str(&body).unwrap()
    }

    /// All events up to the first of this name.
    fn until(&self, name: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.next());
            if events.last().is_some_and(|event| event["type"] == name) {
                return events;
            }
        }
    }
}

/// From the till to the employer's money, by a person and for a company, in both languages; and the shop's software learns each step.
#[test]
fn the_phone_story_is_clicked_through_in_both_languages() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start_with_samples(&[]);
    let erp = Erp::of(&dev, "shop-1/dev");
    let (till, employer) =
        (format!("{}/till/shop-1", dev.http.url()), format!("{}/office/core-corp", url(&dev, "core-corp")));
    for language in ["en", "zh-CN"] {
        let given = json!({"till": till, "employer": employer, "language": language});
        let told = browser.run("phone/story.cjs", &given);
        let [.., told] = told.as_slice() else { panic!("the story tells what it did") };
        println!("{language}: {told}");

        let events = erp.until("invoice.closed");
        let happened: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(
            happened,
            [
                "invoice.registered_payment",
                "invoice.rule_set",
                "invoice.rule_set",
                "invoice.applied",
                "invoice.issued",
                "invoice.registered_payment",
                "invoice.applied",
                "invoice.issued",
                "invoice.red_requested",
                "invoice.issued",
                "invoice.red_issued",
                "invoice.passed_on",
                "invoice.taken_back",
                "invoice.passed_on",
                "invoice.returned",
                "invoice.passed_on",
                "invoice.locked",
                "invoice.unlocked",
                "invoice.locked",
                "invoice.closed",
            ]
        );
        let number = &told["number"];
        assert_eq!(
            (&events[4]["data"]["number"], &events[4]["data"]["kind"]),
            (number, &json!("special")),
            "{events:?}"
        );
        let all = json!(events).to_string();
        for secret in told["secrets"].as_array().unwrap() {
            let secret = secret.as_str().unwrap();
            assert!(!all.contains(secret), "an event says {secret}");
        }
        // Who the buyer is stands in no table that all members have.
        let tables = ["invoice_application", "invoice", "invoice_holder", "invoice_step"];
        for table in tables {
            let rows = dev.http.sql(&format!("SELECT * FROM {table}")).expect(200).text();
            for secret in told["secrets"].as_array().unwrap() {
                assert!(!rows.contains(secret.as_str().unwrap()), "{table}");
            }
        }
    }
    let broken = run(&["audit", "--url", dev.http.url()]);
    assert!(broken.status.success(), "{}", String::from_utf8_lossy(&broken.stdout));
}
