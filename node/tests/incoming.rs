use crate::support::{Dev, run};
use serde_json::{Value, json};
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/webhooks/send.py");

/// Sends a message with a library that others wrote; the status and the answer. Nothing where the library is not there.
fn send(dev: &Dev, secret: &str, id: &str, shift_s: i32, body: &Value) -> Option<(u16, Value)> {
    let present = Command::new("python3").args(["-c", "import standardwebhooks"]).output();
    if !present.is_ok_and(|run| run.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI has it: pip install standardwebhooks");
        println!("skipped, no standardwebhooks (pip install standardwebhooks)");
        return None;
    }
    let url = format!("{}/v1/incoming/wallet", dev.http.url());
    let arguments = [SCRIPT, &url, secret, id, &shift_s.to_string(), &body.to_string()];
    let output = Command::new("python3").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (status, answer) = text.trim().split_once(' ').unwrap();
    Some((status.parse().unwrap(), serde_json::from_str(answer).unwrap()))
}

#[test]
fn a_payment_provider_tells_of_a_payment_by_a_signed_message_and_once() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let folder = dev.data().join("tax-bureau");
    let folder = folder.to_str().unwrap();
    let new = |name: &str, key: &str, command: &str| {
        run(&["incoming", "new", name, "--key", key, "--command", command, "--dir", folder])
    };
    let made = new("wallet", "cloud-provider/dev", "invoice.register_payment");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let secret = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    for (name, key, command) in [
        ("wallet", "cloud-provider/dev", "invoice.register_payment"),
        ("other", "cloud-provider/none", "invoice.register_payment"),
        ("other", "cloud-provider/dev", "invoice.none"),
    ] {
        assert_eq!(new(name, key, command).status.code(), Some(1), "{name} {key} {command}");
    }
    let paid = json!({
        "reference": "wx-1", "payer": "p-77", "payer_member": "person-1", "payee": "92440300MA5DL0010T",
        "currency": "CNY", "amount": "198.00", "paid_ms": 1_700_000_000_000_u64,
    });
    let Some((status, answer)) = send(&dev, &secret, "msg-1", 0, &paid) else { return };
    assert_eq!((status, &answer["output"]["payment"]), (200, &json!("cloud-provider/wx-1")), "{answer}");
    let (status, again) = send(&dev, &secret, "msg-1", 0, &paid).unwrap();
    assert_eq!((status, &again["receipt"]), (200, &answer["receipt"]), "the same message is done once");
    let (status, twice) = send(&dev, &secret, "msg-2", 0, &paid).unwrap();
    assert_eq!((status, &twice["code"]), (409, &json!("invoice/36")), "{twice}");
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice_payment WHERE id GLOB 'cloud-provider/wx-*'"), 1);

    let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for (secret, shift_s) in [(other, 0), (secret.as_str(), -400), (secret.as_str(), 400)] {
        let (status, answer) = send(&dev, secret, "msg-3", shift_s, &paid).unwrap();
        assert_eq!((status, &answer["code"]), (401, &json!("http/unauthenticated")), "{answer}");
    }
    let ended = run(&["incoming", "remove", "wallet", "--dir", folder]);
    assert!(ended.status.success());
    assert_eq!(send(&dev, &secret, "msg-4", 0, &paid).unwrap().0, 401, "at once");
}
