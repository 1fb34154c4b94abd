use crate::Error;
use percent_encoding::percent_decode_str;
use std::{fmt, path::PathBuf, str::FromStr, sync::Arc, time::Duration};
use tokio_postgres::{
    Client, Config, NoTls,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// After how long a connection that says nothing is asked whether it is there.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How long what was sent may stay unanswered by the other machine.
const SILENCE: Duration = Duration::from_secs(30);

/// Where the PostgreSQL database is: a connection URI as libpq has it.
#[derive(Clone)]
pub struct Address {
    config: Config,
    /// Whether the certificate and the name in it are checked.
    verified: bool,
    roots: Option<PathBuf>,
}

/// A text is not the address of a PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a PostgreSQL database: {0}")]
pub struct NotAnAddress(String);

impl fmt::Display for Address {
    /// Never shows the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.config.get_hosts().first().map_or_else(String::new, |host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        write!(f, "{} at {host}:{port}", self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres"))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`, with libpq's meaning of `sslmode`.
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let wrong = |why: String| NotAnAddress(why);
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(wrong("it begins with postgres://".into()));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value.to_owned()),
                Some(("sslrootcert", value)) => {
                    let path = percent_decode_str(value).decode_utf8().map_err(|error| wrong(error.to_string()))?;
                    roots = (path != "system").then(|| PathBuf::from(path.as_ref()));
                }
                _ => rest.push(pair),
            }
        }
        let base = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        // The error of the parser may quote the address, and so the password.
        let mut config: Config = base.parse().map_err(|_| wrong("the parts or options are not libpq's".into()))?;
        let (ssl, verified) = match mode.as_deref() {
            Some("disable") => (SslMode::Disable, false),
            None | Some("prefer") => (SslMode::Prefer, roots.is_some()),
            Some("require") => (SslMode::Require, roots.is_some()),
            Some("verify-full") => (SslMode::Require, true),
            Some(other) => {
                return Err(wrong(format!("sslmode={other}: expected disable, prefer, require or verify-full")));
            }
        };
        config
            .ssl_mode(ssl)
            .connect_timeout(CONNECT)
            .tcp_user_timeout(SILENCE)
            .keepalives_idle(KEEPALIVE)
            .application_name("counterfoil mirror");
        if config.get_hosts().is_empty() {
            config.host("127.0.0.1");
        }
        Ok(Self { config, verified, roots })
    }
}

impl Address {
    /// The same with this password, unless the address has one.
    #[must_use]
    pub fn or_password(mut self, password: &str) -> Self {
        if self.config.get_password().is_none() {
            self.config.password(password);
        }
        self
    }

    /// Connects; a task of the runtime speaks for the connection until the client is dropped.
    pub(crate) async fn connect(&self) -> Result<Client, Error> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            let (client, connection) = self.config.connect(NoTls).await?;
            // What ends it is told by whatever is asked next.
            tokio::spawn(connection);
            return Ok(client);
        }
        let (client, connection) = self.config.connect(MakeRustlsConnect::new(self.tls()?)).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    fn tls(&self) -> Result<ClientConfig, Error> {
        let wrong = |error: rustls::Error| Error::Tls(error.to_string());
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(wrong)?;
        if !self.verified {
            let verifier = Arc::new(Unverified(provider));
            return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
        }
        let mut roots = RootCertStore::empty();
        match &self.roots {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(path) => {
                let failed = |error: &dyn fmt::Display| Error::Tls(format!("{}: {error}", path.display()));
                for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
                    roots.add(certificate.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
                }
            }
        }
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Takes any certificate, as libpq does for `prefer` and `require`: who listens on the line learns nothing, who sits in it does.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_uri_with_the_options_of_libpq() {
        let read = |text: &str| text.parse::<Address>();
        let address = read("postgres://bi:secret@db.example:6543/ledger?sslmode=verify-full&target_session_attrs=any");
        let address = address.expect("an address");
        assert!(address.verified);
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.to_string(), "ledger at db.example:6543");
        assert!(!format!("{address:?}").contains("secret"));
        for (query, mode, verified) in [
            ("", SslMode::Prefer, false),
            ("?sslmode=disable", SslMode::Disable, false),
            ("?sslmode=require", SslMode::Require, false),
            ("?sslmode=require&sslrootcert=/etc/ca%20x.pem", SslMode::Require, true),
        ] {
            let address = read(&format!("postgresql://u@h/d{query}")).expect("an address");
            assert_eq!((address.config.get_ssl_mode(), address.verified), (mode, verified), "{query}");
        }
        for wrong in ["", "host=x", "mysql://u@h/d", "postgres://u@h/d?sslmode=verify-ca", "postgres://u:pw@h:x/d"] {
            let error = read(wrong).expect_err(wrong);
            assert!(!error.to_string().contains("pw"), "{error}");
        }
    }
}
