use super::{
    webauthn::{Assertion, Registration, Wrong},
    *,
};
use counterfoil_types::SigningKey;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// A device that keeps one passkey.
struct Device {
    key: SigningKey,
    id: Vec<u8>,
    flags: u8,
    counter: u32,
    site: Site,
}

fn site() -> Site {
    Site::of("https://ledger.example").unwrap()
}

fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    [&[0x58, u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

impl Device {
    fn new(id: &str) -> Self {
        let key = SigningKey::p256([7; 32]).unwrap();
        Self { key, id: id.as_bytes().to_vec(), flags: 0b101, counter: 1, site: site() }
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        [&self.site.hash()[..], &[self.flags | flags], &self.counter.to_be_bytes()].concat()
    }

    /// The key as COSE has it.
    fn cose(&self) -> Vec<u8> {
        let text = self.key.public_key().to_string();
        let compressed = hex::decode(text.strip_prefix("p256:").unwrap()).unwrap();
        let point = p256::ecdsa::VerifyingKey::from_sec1_bytes(&compressed).unwrap().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21][..], &cbor_bytes(x), &[0x22], &cbor_bytes(y)].concat()
    }

    fn registered(&self) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        [&self.head(0x40)[..], &[0; 16], &length, &self.id, &self.cose()].concat()
    }

    fn signed(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signature = self.key.sign(&[data, &Sha256::digest(client_data)[..]].concat());
        p256::ecdsa::Signature::from_slice(&signature).unwrap().to_der().to_bytes().to_vec()
    }
}

fn said(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false, "other": 1}).to_string().into()
}

const ORIGIN: &str = "https://ledger.example";

#[test]
fn a_passkey_counts_if_all_that_was_said_of_it_is_right() {
    let device = Device::new("id");
    let check = |client_data: &[u8], authenticator_data: &[u8]| {
        Registration { client_data, authenticator_data }.verify(&site()).map(|made| (made.credential, made.public_key))
    };
    let client_data = said("webauthn.create", "AAAA", ORIGIN);
    let good = device.registered();
    assert_eq!(check(&client_data, &good), Ok((b"id".to_vec(), device.key.public_key())));
    let with_extensions = {
        let device = Device { flags: 0b1000_0101, ..Device::new("id") };
        [&device.registered()[..], &[0xa0]].concat()
    };
    assert!(check(&client_data, &with_extensions).is_ok());

    for (client_data, wrong) in [
        (said("webauthn.get", "AAAA", ORIGIN), Wrong::ClientData),
        (said("webauthn.create", "A+A=", ORIGIN), Wrong::ClientData),
        (said("webauthn.create", "AAAA", "https://evil.example"), Wrong::Origin),
        (said("webauthn.create", "AAAA", "http://ledger.example"), Wrong::Origin),
        (b"{}".to_vec(), Wrong::ClientData),
        (b"\xff".to_vec(), Wrong::ClientData),
    ] {
        assert_eq!(check(&client_data, &good), Err(wrong), "{}", String::from_utf8_lossy(&client_data));
    }
    let framed = String::from_utf8(client_data.clone()).unwrap().replace("false", "true");
    assert_eq!(check(framed.as_bytes(), &good), Err(Wrong::Origin));

    let with = |device: Device| device.registered();
    let elsewhere = Device { site: Site::of("https://evil.example").unwrap(), ..Device::new("id") };
    let nobody = Device { flags: 0b001, ..Device::new("id") };
    let backed_up = Device { flags: 0b1_0101, ..Device::new("id") };
    let weak = {
        let mut data = good.clone();
        let at = data.len() - device.cose().len() + 4;
        data[at] = 0x25; // -6
        data
    };
    let off_the_curve = {
        let mut data = good.clone();
        *data.last_mut().unwrap() ^= 1;
        data
    };
    for (data, wrong) in [
        (with(elsewhere), Wrong::Site),
        (with(nobody), Wrong::NotVerified),
        (with(backed_up), Wrong::AuthenticatorData),
        (with(Device::new("")), Wrong::AuthenticatorData),
        ([&good[..], &[0]].concat(), Wrong::AuthenticatorData),
        (device.head(0), Wrong::AuthenticatorData),
        (weak, Wrong::Key),
        (off_the_curve, Wrong::Key),
    ] {
        assert_eq!(check(&client_data, &data), Err(wrong));
    }
    for length in 0..good.len() {
        assert!(check(&client_data, &good[..length]).is_err(), "{length} bytes of it");
    }
}

#[test]
fn a_signature_counts_for_its_key_its_words_and_its_site() {
    let device = Device::new("id");
    let key = device.key.public_key();
    let client_data = said("webauthn.get", "AAAA", ORIGIN);
    let data = device.head(0);
    let signature = device.signed(&data, &client_data);
    let check = |client_data: &[u8], authenticator_data: &[u8], signature: &[u8], key| {
        Assertion { client_data, authenticator_data, signature }.verify(&site(), key).map(|made| made.counter)
    };
    assert_eq!(check(&client_data, &data, &signature, &key), Ok(1));

    let other_words = said("webauthn.get", "BBBB", ORIGIN);
    let other_count = Device { counter: 2, ..Device::new("id") }.head(0);
    let other_key = SigningKey::p256([8; 32]).unwrap().public_key();
    for (client_data, data, signature, key) in [
        (&other_words, &data, &signature[..], &key),
        (&client_data, &other_count, &signature[..], &key),
        (&client_data, &data, &signature[..], &other_key),
        (&client_data, &data, &[0; 64][..], &key),
        (&client_data, &data, &[][..], &key),
    ] {
        assert_eq!(check(client_data, data, signature, key), Err(Wrong::Signature));
    }
    assert_eq!(check(&said("webauthn.create", "AAAA", ORIGIN), &data, &signature, &key), Err(Wrong::ClientData));

    let ed25519 = SigningKey::ed25519([9; 32]);
    let signature = ed25519.sign(&[&data, &Sha256::digest(&client_data)[..]].concat());
    assert_eq!(check(&client_data, &data, &signature, &ed25519.public_key()), Ok(1));
}

fn open(folder: &Path) -> Passkeys {
    let signed_out = SignedOut::open(folder.join("signed-out.json")).unwrap();
    Passkeys::open(folder.join("console.json"), &folder.join("s"), ORIGIN, Arc::new(signed_out)).unwrap()
}

/// A node's passkeys, and somebody with a device and an invitation.
struct Desk {
    folder: tempfile::TempDir,
    passkeys: Passkeys,
    device: Device,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let passkeys = open(folder.path());
        Self { folder, passkeys, device: Device::new("id") }
    }

    /// The same node after a restart.
    fn again(&self) -> Passkeys {
        open(self.folder.path())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("console.json")
    }

    fn invite(&self, until_ms: u64) -> String {
        invite(&self.path(), "a/main".parse().unwrap(), now_ms(), until_ms).unwrap()
    }

    fn set_up(&self, code: &str) -> Answer<(Kid, String)> {
        let client_data = said("webauthn.create", &self.passkeys.challenge(), ORIGIN);
        self.passkeys.set_up(&SetUp {
            code: code.to_owned(),
            client_data: Base64::encode_string(&client_data),
            authenticator_data: Base64::encode_string(&self.device.registered()),
        })
    }

    fn signature(&self, challenge: &str) -> SignIn {
        let client_data = said("webauthn.get", challenge, ORIGIN);
        let data = self.device.head(0);
        SignIn {
            credential: Base64::encode_string(&self.device.id),
            client_data: Base64::encode_string(&client_data),
            authenticator_data: Base64::encode_string(&data),
            signature: Base64::encode_string(&self.device.signed(&data, &client_data)),
            user: Some(self.passkeys.user(&"a/main".parse().unwrap())),
        }
    }
}

fn code<T>(answer: Answer<T>) -> String {
    answer.err().map(|problem| problem.code().to_owned()).unwrap_or_default()
}

#[test]
fn a_link_binds_one_passkey_and_only_in_its_time() {
    let desk = Desk::new();
    assert_eq!(code(desk.set_up("cfi_00")), "http/invite");
    let late = desk.invite(now_ms() - 1);
    assert_eq!(code(desk.set_up(&late)), "http/invite");
    let link = desk.invite(now_ms() + 60_000);
    assert!(!std::fs::read_to_string(desk.path()).unwrap().contains(&link), "its hash alone");
    let (kid, session) = desk.set_up(&link).unwrap();
    assert_eq!(desk.passkeys.who(&session, now_ms()), Some(kid));
    assert_eq!(code(desk.set_up(&link)), "http/invite");
    let again = desk.invite(now_ms() + 60_000);
    assert_eq!(code(desk.set_up(&again)), "http/invite", "a device is bound once");
}

#[test]
fn a_challenge_is_ours_and_answered_once_and_a_copied_passkey_is_found_out() {
    let mut desk = Desk::new();
    desk.set_up(&desk.invite(now_ms() + 60_000)).unwrap();
    desk.device.counter = 2;
    let challenge = desk.passkeys.challenge();
    let signed = desk.signature(&challenge);
    let (_, session) = desk.passkeys.sign_in(&signed).unwrap();
    assert!(desk.passkeys.who(&session, now_ms()).is_some());
    assert_eq!(code(desk.passkeys.sign_in(&signed)), "http/passkey", "the same again");
    let fresh = desk.passkeys.challenge();
    assert_eq!(code(desk.passkeys.sign_in(&desk.signature(&fresh))), "http/passkey", "the counter stands still");
    desk.device.counter = 3;
    let forged = Base64::encode_string(format!("{}~00~{}", u64::MAX, "0".repeat(64)).as_bytes());
    assert_eq!(code(desk.passkeys.sign_in(&desk.signature(&forged))), "http/passkey");
    let fresh = desk.passkeys.challenge();
    let other = SignIn { user: Some("AAAA".to_owned()), ..desk.signature(&fresh) };
    assert_eq!(code(desk.passkeys.sign_in(&other)), "http/passkey");
    assert!(desk.passkeys.sign_in(&desk.signature(&fresh)).is_ok());
}

#[test]
fn a_session_ends_with_its_time_and_with_its_passkey() {
    let desk = Desk::new();
    let (kid, session) = desk.set_up(&desk.invite(now_ms() + 60_000)).unwrap();
    assert_eq!(desk.passkeys.who(&session, now_ms()), Some(kid.clone()));
    assert_eq!(desk.passkeys.who(&session, now_ms() + SESSION_MS + 60_000), None);
    for forged in
        [session.replace("a/main", "b/main"), session[1..].to_owned(), String::new(), "a/main~x~9~".to_owned()]
    {
        assert_eq!(desk.passkeys.who(&forged, now_ms()), None, "{forged}");
    }
    assert_eq!(remove(&desk.path(), |entry| *entry.key() == kid).unwrap().len(), 1);
    assert_eq!(desk.passkeys.who(&session, now_ms()), None);
}

#[test]
fn a_session_that_was_signed_out_is_over_after_a_restart_too() {
    let mut desk = Desk::new();
    let (kid, first) = desk.set_up(&desk.invite(now_ms() + 60_000)).unwrap();
    desk.passkeys.sign_out("a/main~x~9~00").unwrap();
    assert!(!desk.folder.path().join("signed-out.json").exists(), "what is no session is not noted");
    desk.passkeys.sign_out(&first).unwrap();
    // Sessions of the same passkey differ by their time.
    let begun = now_ms();
    while now_ms() <= begun {
        std::thread::yield_now();
    }
    desk.device.counter += 1;
    let (_, second) = desk.passkeys.sign_in(&desk.signature(&desk.passkeys.challenge())).unwrap();
    for passkeys in [&desk.passkeys, &desk.again()] {
        assert_eq!(passkeys.who(&first, now_ms()), None);
        assert_eq!(passkeys.who(&second, now_ms()), Some(kid.clone()));
    }
    std::fs::write(desk.folder.path().join("signed-out.json"), "[").unwrap();
    assert!(desk.passkeys.sign_out(&second).is_err(), "what is not noted is not said to be done");
}

#[test]
fn what_a_device_signed_is_not_taken_again_after_a_restart() {
    let mut desk = Desk::new();
    // A device that does not count, as those are that share a passkey.
    desk.device.counter = 0;
    desk.set_up(&desk.invite(now_ms() + 60_000)).unwrap();
    let signed = desk.signature(&desk.passkeys.challenge());
    assert!(desk.passkeys.sign_in(&signed).is_ok());
    let again = desk.again();
    assert_eq!(code(again.sign_in(&signed)), "http/passkey", "the same again");
    assert!(again.sign_in(&desk.signature(&again.challenge())).is_ok());
}
