use crate::files;
use counterfoil_types::Fault;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::path::Path;
use zeroize::Zeroizing;

/// Thirty-two random bytes in a file of their own, from which a node derives keys and with which it seals what it gives away and wants
/// to recognise when it comes back. Each use has a domain, so that nothing made for one is taken for another.
pub struct NodeSecret(Zeroizing<[u8; 32]>);

impl NodeSecret {
    /// The secret in the file at `path`, which is made where there is none. `recover` says what to do about a damaged one.
    pub fn open(path: &Path, recover: &str) -> Result<Self, Fault> {
        if !path.exists() {
            let secret = Zeroizing::new(rand::random::<[u8; 32]>());
            files::write_private(path, format!("{}\n", hex::encode(*secret)).as_bytes())?;
        }
        let text = Zeroizing::new(files::read(path)?);
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_ascii_end(), &mut *secret).map_err(|_| Fault::Corrupt {
            what: format!("secret {}", path.display()),
            detail: "expected 64 hexadecimal digits".to_owned(),
            recover: recover.to_owned(),
        })?;
        Ok(Self(secret))
    }

    fn mac(&self, domain: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        mac.update(&[domain.as_bytes(), &[0], text.as_bytes()].concat());
        mac
    }

    /// What follows from the secret for a text, and from nothing else.
    pub fn derive(&self, domain: &str, text: &str) -> [u8; 32] {
        self.mac(domain, text).finalize().into_bytes().into()
    }

    /// A text with a seal behind it: `text~seal`.
    pub fn seal(&self, domain: &str, text: &str) -> String {
        format!("{text}~{}", hex::encode(self.derive(domain, text)))
    }

    /// The text of what was sealed here for the same domain; compared in constant time.
    pub fn unseal<'a>(&self, domain: &str, sealed: &'a str) -> Option<&'a str> {
        let (text, seal) = sealed.rsplit_once('~')?;
        self.mac(domain, text).verify_slice(&hex::decode(seal).ok()?).ok()?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_here_for_the_same_use_is_recognised_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.secret");
        let (secret, again) = (NodeSecret::open(&path, "").unwrap(), NodeSecret::open(&path, "").unwrap());
        let other = NodeSecret::open(&folder.path().join("b.secret"), "").unwrap();
        let sealed = secret.seal("x", "a~b");
        assert_eq!(again.unseal("x", &sealed), Some("a~b"));
        for (secret, domain, sealed) in [
            (&other, "x", sealed.clone()),
            (&secret, "y", sealed.clone()),
            (&secret, "x", sealed.replace("a~b", "a~c")),
            (&secret, "x", "a~b".to_owned()),
            (&secret, "x", "~".to_owned()),
            (&secret, "x", String::new()),
        ] {
            assert_eq!(secret.unseal(domain, &sealed), None, "{domain} {sealed}");
        }
    }

    #[test]
    fn it_is_kept_private_and_a_damaged_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.secret");
        NodeSecret::open(&path, "").unwrap();
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "12").unwrap();
        assert!(NodeSecret::open(&path, "restore it").err().unwrap().report().contains("a.secret"));
    }
}
