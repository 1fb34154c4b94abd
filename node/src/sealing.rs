use crate::{
    member::Member,
    problem::{Answer, Problem},
    store::Store,
};
use axum::http::StatusCode;
use counterfoil_platform::Drafting;
use counterfoil_seal::{Opened, OpenedField, Reader, Record, SealError};
use counterfoil_types::{Call, Hash, Kid, SigningKey};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

/// How long a SELECT waits for its caller's vault to have what is executed.
const VAULT_WAIT: Duration = Duration::from_secs(2);

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        let status = if error.code() == "seal/1" { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self::new(status, error.code(), error.to_string())
    }
}

/// Why a version does not open, at the member of `GET /v1/sealed/{subject}/{version}` that is at fault.
fn unopened(record: &Record, error: SealError) -> Problem {
    let pointer = match &error {
        SealError::WrongKey { kid } => {
            let at = record.readers.iter().position(|wrap| wrap.kid().is_some_and(|found| found.as_str() == kid));
            format!("/readers/{}/wrapped", at.unwrap_or_default())
        }
        SealError::CommitmentMismatch { field } => {
            let at = record.fields.iter().position(|found| found.name == *field);
            format!("/fields/{}/commitment", at.unwrap_or_default())
        }
        SealError::NotAReader { .. } => "/readers".to_owned(),
        _ => "/ciphertext".to_owned(),
    };
    Problem::from(error).at(pointer)
}

impl Member {
    /// The vault that a caller may read: that of his key's member, if it is hosted here and the ledger still knows the key.
    pub async fn vault_of(&self, caller: Option<&Kid>) -> Answer<Option<PathBuf>> {
        let Some(kid) = caller.filter(|kid| self.keys.get(kid).is_some()) else { return Ok(None) };
        let Some(path) = self.vaults.path(kid.member()) else { return Ok(None) };
        let executed = *self.hub.executed().borrow();
        if !self.store.is_valid(kid, executed.time_ms).await? {
            return Err(Problem::forbidden(format!("the ledger knows no valid key {kid}")));
        }
        self.vaults.reached(kid.member(), executed.height, VAULT_WAIT).await;
        Ok(Some(path.to_owned()))
    }

    /// What is sealed under a subject and version.
    pub async fn sealed(&self, subject: &str, version: u64) -> Answer<Record> {
        let query =
            self.registry.query("document.sealed").ok_or_else(|| Problem::not_found("nothing is sealed here"))?;
        let given = [("subject", subject.to_owned()), ("version", version.to_string())];
        let given = given.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let answer = self.store.query(*query, given).await.map_err(|problem| match problem.status() {
            StatusCode::NOT_FOUND => Problem::not_found(format!("nothing is sealed as version {version} of {subject}")),
            _ => problem,
        })?;
        serde_json::from_value(answer).map_err(|_| Problem::unavailable("what the ledger has sealed cannot be read"))
    }

    /// A version, and its content as a reading key of `member` that this node hosts opens it: in memory alone. No content where it is
    /// sealed for others.
    pub async fn opened(&self, member: &str, subject: &str, version: u64) -> Answer<(Record, Option<Opened>)> {
        let record = self.sealed(subject, version).await?;
        let kids: Vec<Kid> =
            record.readers.iter().filter(|wrap| wrap.reader == member).filter_map(|wrap| wrap.kid()).collect();
        if kids.is_empty() {
            return Ok((record, None));
        }
        if !kids.iter().any(|kid| self.keys.reading(kid).is_some()) {
            let names: Vec<_> = kids.iter().map(Kid::as_str).collect();
            let detail = format!("it is sealed for {}, which this node does not host", names.join(", "));
            return Err(Problem::new(StatusCode::CONFLICT, "http/no-reading-key", detail));
        }
        match record.open_as(self.ledger, member, |kid| self.keys.reading(kid)) {
            Ok((_, opened)) => Ok((record, Some(opened))),
            Err(error) => Err(unopened(&record, error)),
        }
    }

    /// A call as it is signed: one in the clear is checked, split and sealed here, in memory. With an `Idempotency-Key` the same request
    /// is sealed to the same bytes, so that it is the same call: then the randomness derives from the signer's secret and all that is
    /// sealed and for whom. That holds while the readers' keys are the same; after that a repeat is another call, and refused.
    pub async fn sealed_call(&self, kid: &Kid, key: &SigningKey, call: Call, id: Option<&str>) -> Answer<Call> {
        let command = self.registry.command(&call.r#do);
        let Some(clear) = command.and_then(|command| command.is_clear(call.with.get())).copied() else {
            return Ok(call);
        };
        let secret = match id {
            Some(id) => Hash::of(&[b"counterfoil/draft-once/1", &key.secret(), id.as_bytes()]),
            None => Hash(rand::random()),
        };
        let (kid, unique) = (kid.clone(), Hash::of(&[b"name", &secret.0]).to_string());
        let drafted = self.store.ask(move |reader| {
            let draft = (clear.draft)(call.with.get(), &Drafting { reader, signer: &kid, unique: &unique[..32] })?;
            draft.seal(reader, |sealed| StdRng::from_seed(Hash::of(&[b"seed", &secret.0, &sealed.0]).0))
        });
        drafted.await
    }

    /// The keys for which a version is to be sealed: the newest active reading key of each of `members`. Where one has none, the
    /// problem is at the pointer beside it; without a pointer it is left out.
    pub async fn readers(&self, members: &[(String, Option<String>)]) -> Answer<Vec<Reader>> {
        let mut readers = Vec::<Reader>::new();
        for (member, pointer) in members {
            if readers.iter().any(|known| known.kid.member() == member) {
                continue;
            }
            match (self.store.reading_key(member).await?, pointer) {
                (Some(reader), _) => readers.push(reader),
                (None, Some(pointer)) => return Err(no_reading_key(member).at(pointer)),
                (None, None) => {}
            }
        }
        Ok(readers)
    }
}

impl Store {
    /// The newest active reading key of a member.
    async fn reading_key(&self, member: &str) -> Answer<Option<Reader>> {
        let sql = "SELECT name, public_key FROM document_reading_key WHERE member = ?1 AND state = 'active'
                   ORDER BY added_height DESC, name LIMIT 1";
        let table = self.sql(sql.to_owned(), vec![json!(member)]).await?;
        let read = |row: &Vec<Value>| {
            let kid = Kid::new(member, row.first()?.as_str()?)?;
            Some(Reader { kid, public_key: row.get(1)?.as_str()?.parse().ok()? })
        };
        Ok(table.rows.first().and_then(read))
    }

    /// The members who must be readers of what is sealed under a type of document.
    pub async fn mandatory_readers(&self, r#type: &str) -> Answer<Vec<String>> {
        let sql = "SELECT reader FROM document_type_reader WHERE type = ?1 ORDER BY reader";
        let table = self.sql(sql.to_owned(), vec![json!(r#type)]).await?;
        Ok(table.rows.iter().filter_map(|row| Some(row.first()?.as_str()?.to_owned())).collect())
    }
}

/// Nothing can be sealed for a member, which has no reading key.
pub fn no_reading_key(member: &str) -> Problem {
    let detail = format!("member {member:?} has published no reading key: document.publish_reading_key does it");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "http/no-reading-key", detail)
}

impl Store {
    /// What `document.open` gave that waited for more signatures, if they came: by then a row on the ledger.
    pub async fn opening_of(&self, proposal: &str) -> Answer<Option<Value>> {
        let sql = "SELECT o.number, o.subject, o.version, o.reader, o.time_ms
                   FROM approval_proposal p JOIN approval_content t ON t.proposal = p.id
                   JOIN document_opening o ON o.subject = t.calls ->> '$[0].with.subject'
                     AND o.version = t.calls ->> '$[0].with.version' AND o.height = p.closed_height
                   JOIN approval_party a ON a.proposal = p.id AND a.member = o.reader
                   WHERE p.id = ?1 AND p.state = 'executed' ORDER BY o.number LIMIT 1";
        let table = self.sql(sql.to_owned(), vec![json!(proposal)]).await?;
        let Some([number, subject, version, reader, time_ms]) = table.rows.first().map(Vec::as_slice) else {
            return Ok(None);
        };
        Ok(Some(json!({
            "number": number, "subject": subject, "version": version, "reader": reader, "time_ms": time_ms,
        })))
    }
}

/// A field as it is answered: clear, with its salt and commitment, and where it is proved.
pub fn shown(record: &Record, field: &OpenedField) -> Value {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let key = [encode(&record.subject), record.version.to_string(), encode(&field.name)].join(",");
    let mut shown = serde_json::to_value(field).unwrap_or_default();
    if let Some(members) = shown.as_object_mut() {
        members.insert("commitment".to_owned(), field.commitment().to_string().into());
        members.insert("proof".to_owned(), format!("/v1/rows/document_field/{key}/proof?written").into());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_seal::{Hex, SealedField, Wrap};

    #[test]
    fn what_does_not_open_says_where() {
        let wrap = |key: &str| Wrap {
            reader: "bank-a".to_owned(),
            key: key.to_owned(),
            enc: Hex([0; 32]),
            wrapped: Hex([0; 48]),
        };
        let field = |name: &str| SealedField { name: name.to_owned(), commitment: Hex([0; 32]) };
        let record = Record {
            subject: "shop-1/lease".to_owned(),
            version: 1,
            sealer: "shop-1".to_owned(),
            ciphertext: Vec::new(),
            height: 1,
            time_ms: 1,
            fields: vec![field("price"), field("note")],
            readers: vec![wrap("main"), wrap("next")],
        };
        for (error, status, place) in [
            (SealError::NotAReader { kid: "shop-2".to_owned() }, 403, "/readers"),
            (SealError::WrongKey { kid: "bank-a/next".to_owned() }, 422, "/readers/1/wrapped"),
            (SealError::Truncated { bytes: 1 }, 422, "/ciphertext"),
            (SealError::Damaged, 422, "/ciphertext"),
            (SealError::CommitmentMismatch { field: "note".to_owned() }, 422, "/fields/1/commitment"),
            (SealError::Content { reason: String::new() }, 422, "/ciphertext"),
        ] {
            let document = unopened(&record, error).document();
            assert_eq!((document["status"].as_u64(), document["field"].as_str()), (Some(status), Some(place)));
        }
    }
}
