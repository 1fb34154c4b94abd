use crate::support::{Http, Reply, run};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use counterfoil_types::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// A device that keeps a passkey, in software: it says what a browser and an authenticator would (Web Authentication Level 3).
pub struct Device {
    key: SigningKey,
    id: String,
}

/// Present, verified.
const HELD: u8 = 0b101;
/// With a new key in it.
const ATTESTED: u8 = 0x40;

fn base64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

impl Device {
    /// Has the operator of the node in `folder` invite `kid`, and binds a new device by the link; the device and its first session.
    pub fn set_up(http: &Http, folder: &Path, kid: &str) -> (Self, String) {
        let invited = run(&["console", "invite", "--key", kid, "--dir", folder.to_str().unwrap()]);
        assert!(invited.status.success(), "{}", String::from_utf8_lossy(&invited.stderr));
        let link = String::from_utf8(invited.stdout).unwrap();
        let code = link.trim().strip_prefix(&format!("{}/set-up#", origin(http))).unwrap();
        let device = Self { key: SigningKey::for_tests(kid), id: format!("device of {kid}") };
        let asked = post(http, "/set-up/options", &json!({"code": code})).expect(200).json();
        let id_length = u16::try_from(device.id.len()).unwrap().to_be_bytes();
        // {1: 1, 3: -8, -1: 6, -2: x}: an Ed25519 key (RFC 9053 §7.2).
        let x = device.key.public_key().ed25519().unwrap();
        let cose = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], &x].concat();
        let data = [&head(&asked, HELD | ATTESTED)[..], &[0; 16], &id_length, device.id.as_bytes(), &cose].concat();
        let sent = json!({
            "code": code,
            "client_data": base64(says(http, "webauthn.create", &asked).as_bytes()),
            "authenticator_data": base64(&data),
        });
        let cookie = cookie(&post(http, "/set-up", &sent).expect(204));
        (device, cookie)
    }

    /// Signs in; the new session.
    pub fn sign_in(&self, http: &Http) -> String {
        let asked = http.get("/sign-in/challenge").expect(200).json();
        let (said, data) = (says(http, "webauthn.get", &asked), head(&asked, HELD));
        let signature = self.key.sign(&[&data[..], &Sha256::digest(said.as_bytes())].concat());
        let sent = json!({
            "credential": base64(self.id.as_bytes()),
            "client_data": base64(said.as_bytes()),
            "authenticator_data": base64(&data),
            "signature": base64(&signature),
        });
        cookie(&post(http, "/sign-in", &sent).expect(204))
    }
}

/// Where browsers have the node's console.
fn origin(http: &Http) -> String {
    http.url().replace("127.0.0.1", "localhost")
}

fn says(http: &Http, kind: &str, asked: &Value) -> String {
    json!({"type": kind, "challenge": asked["challenge"], "origin": origin(http), "crossOrigin": false}).to_string()
}

/// The head of authenticator data. The device does not count.
fn head(asked: &Value, flags: u8) -> Vec<u8> {
    [&Sha256::digest(asked["site"].as_str().unwrap())[..], &[flags, 0, 0, 0, 0]].concat()
}

fn post(http: &Http, path: &str, sent: &Value) -> Reply {
    http.post(path, &[("content-type", "application/json"), ("origin", http.url())], sent.to_string())
}

/// What a browser sends from then on.
fn cookie(begun: &Reply) -> String {
    begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}
