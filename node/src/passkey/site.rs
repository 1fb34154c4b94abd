use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// Where a node's console is for browsers, which bind passkeys to it: its origin and the name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Scheme, name and port, as browsers state it.
    pub origin: String,
    /// The name: the "RP ID".
    pub name: String,
}

impl Site {
    /// That of the address by which a node is known. Passkeys are for names, not numbers, so a number of this machine stands for
    /// `localhost`; any other has no site, and neither has plain HTTP elsewhere, which browsers do not trust with passkeys.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split('/').next()?.to_ascii_lowercase();
        let (host, port) = split(&authority);
        let number = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let name = match number {
            Some(ip) if ip.is_loopback() || ip.is_unspecified() => "localhost".to_owned(),
            Some(_) => return None,
            None => host.to_owned(),
        };
        let is_local = name == "localhost" || name.ends_with(".localhost");
        if name.is_empty() || !(scheme == "https" || scheme == "http" && is_local) {
            return None;
        }
        // Browsers leave out the port that a scheme has anyway.
        let usual = if scheme == "https" { "443" } else { "80" };
        let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { origin: format!("{scheme}://{name}{port}"), name })
    }

    /// Name and port, as the header `Host` states them.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    /// Whether what goes there is encrypted.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// By what devices name it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.name.as_bytes()).into()
    }
}

/// Host and port of an authority; the host of an IPv6 number keeps its brackets.
fn split(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn passkeys_are_for_names_with_tls_and_for_this_machine() {
        for (url, origin, name) in [
            ("https://Ledger.Example", "https://ledger.example", "ledger.example"),
            ("https://ledger.example:443/x", "https://ledger.example", "ledger.example"),
            ("https://ledger.example:8443", "https://ledger.example:8443", "ledger.example"),
            ("http://127.0.0.1:7080", "http://localhost:7080", "localhost"),
            ("http://[::1]:7080", "http://localhost:7080", "localhost"),
            ("http://localhost:7080", "http://localhost:7080", "localhost"),
        ] {
            let site = Site::of(url).unwrap();
            assert_eq!((site.origin.as_str(), site.name.as_str()), (origin, name), "{url}");
        }
        for url in ["http://ledger.example", "https://10.0.0.1", "ftp://localhost", "localhost", "https://"] {
            assert_eq!(Site::of(url), None, "{url}");
        }
    }
}
