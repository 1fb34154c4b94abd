use crate::{Client, Error, http::Request, query::ENCODED};
use counterfoil_seal::{Field, Place, Reader, Record, Sealed};
use counterfoil_types::Kid;
use percent_encoding::utf8_percent_encode;
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};

/// What is to be sealed as a version of a document.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The document's id, `<owner>/<name>`: the owner signs it.
    pub document: &'a str,
    /// The version, from 1.
    pub version: u64,
    /// The document's type, which may demand readers.
    pub r#type: &'a str,
    /// What only readers see.
    pub fields: &'a [Field],
    /// Members who may read it, beside its owner and those whom the type demands.
    pub readers: &'a [&'a str],
}

impl Client {
    /// Encrypts fields for their readers, here: the node is asked for the readers' public keys alone. What comes back is the member
    /// `sealed` of `document.create` or `document.revise`.
    ///
    /// Each reader needs a reading key on the ledger; the owner reads too if it has one.
    pub fn seal(&self, draft: &Draft<'_>) -> Result<Sealed, Error> {
        let sealer = draft.document.split('/').next().unwrap_or_default();
        let sql = "SELECT reader FROM document_type_reader WHERE type = ?1 ORDER BY reader";
        let demanded = self.sql(sql, &[json!(draft.r#type)])?;
        let demanded = demanded.rows.iter().filter_map(|row| row.first()?.as_str());
        let mut readers = Vec::<Reader>::new();
        for member in draft.readers.iter().copied().chain(demanded) {
            if !readers.iter().any(|known| known.kid.member() == member) {
                let key = self.reading_key(member)?;
                readers.push(key.ok_or_else(|| Error::NoReadingKey { member: member.to_owned() })?);
            }
        }
        if !readers.iter().any(|known| known.kid.member() == sealer) {
            readers.extend(self.reading_key(sealer)?);
        }
        if readers.is_empty() {
            return Err(Error::NoReadingKey { member: sealer.to_owned() });
        }
        let place = Place {
            ledger: self.ledger()?,
            subject: draft.document.to_owned(),
            version: draft.version,
            sealer: sealer.to_owned(),
        };
        let mut rng = StdRng::from_seed(rand::random());
        Ok(counterfoil_seal::seal(&place, draft.fields, &readers, &mut rng)?)
    }

    /// The newest active reading key of a member.
    pub fn reading_key(&self, member: &str) -> Result<Option<Reader>, Error> {
        let sql = "SELECT name, public_key FROM document_reading_key WHERE member = ?1 AND state = 'active'
                   ORDER BY added_height DESC, name LIMIT 1";
        let found = self.sql(sql, &[json!(member)])?;
        let text = |at: usize| found.rows.first()?.get(at)?.as_str();
        let (Some(name), Some(key)) = (text(0), text(1)) else { return Ok(None) };
        let Some(kid) = Kid::new(member, name) else { return Ok(None) };
        Ok(Some(Reader { kid, public_key: key.parse()? }))
    }

    /// A document as everybody sees it: the version, or else the newest.
    pub fn document(&self, document: &str, version: Option<u64>) -> Result<Value, Error> {
        let path = format!("/v1/documents/{}", utf8_percent_encode(document, ENCODED));
        match version {
            Some(version) => self.get(&format!("{path}/versions/{version}")),
            None => self.get(&path),
        }
    }

    /// What is sealed under a subject (a document's id) and version, as everybody sees it; [`Record::open`] opens it.
    pub fn sealed(&self, subject: &str, version: u64) -> Result<Record, Error> {
        let path = path(subject, version);
        self.json(&Request { path: &path, repeatable: true, ..Request::default() })
    }

    /// Has the node open a version with a reading key that it hosts for the member of `kid`: the fields in clear, with their salts
    /// and commitments. Each time it leaves an audit row, with the reason if one is given.
    pub fn open(&self, subject: &str, version: u64, kid: &Kid, reason: Option<&str>) -> Result<Value, Error> {
        self.post(&format!("{}/open", path(subject, version)), "application/json", &why(reason), kid, None)
    }

    /// The same as a document of a media type that the subject's module makes, such as the PDF of an invoice; `document` says which, where
    /// there are several, such as the red letters of an invoice by their ids.
    pub fn open_as(
        &self,
        subject: &str,
        version: u64,
        media_type: &str,
        document: Option<&str>,
        kid: &Kid,
        reason: Option<&str>,
    ) -> Result<Vec<u8>, Error> {
        let query = document.map(|id| format!("?document={}", utf8_percent_encode(id, ENCODED))).unwrap_or_default();
        let (path, body) = (format!("{}/open{query}", path(subject, version)), why(reason));
        let headers = vec![("counterfoil-key", kid.as_str()), ("accept", media_type)];
        self.signed(&Request { path: &path, body: Some(("application/json", &body)), headers, repeatable: false })
    }

    /// The bytes of a file that shows one sealed field and proves it, without the others: for
    /// [`Disclosure::verify`](counterfoil_seal::Disclosure::verify). It is an opening: it leaves an audit row.
    pub fn disclosure(
        &self,
        subject: &str,
        version: u64,
        field: &str,
        kid: &Kid,
        reason: Option<&str>,
    ) -> Result<Vec<u8>, Error> {
        let path = format!("{}/fields/{}/disclosure", path(subject, version), utf8_percent_encode(field, ENCODED));
        let body = why(reason);
        let headers = vec![("counterfoil-key", kid.as_str())];
        self.signed(&Request { path: &path, body: Some(("application/json", &body)), headers, repeatable: false })
    }

    /// Has the node let a further member read a version that the member of `kid` reads.
    pub fn share(&self, subject: &str, version: u64, reader: &str, kid: &Kid) -> Result<Value, Error> {
        let body = json!({"reader": reader}).to_string();
        self.post(&format!("{}/share", path(subject, version)), "application/json", body.as_bytes(), kid, None)
    }
}

fn path(subject: &str, version: u64) -> String {
    format!("/v1/sealed/{}/{version}", utf8_percent_encode(subject, ENCODED))
}

fn why(reason: Option<&str>) -> Vec<u8> {
    match reason {
        Some(reason) => json!({"reason": reason}).to_string().into_bytes(),
        None => b"{}".to_vec(),
    }
}
