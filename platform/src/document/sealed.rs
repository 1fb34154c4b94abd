//! Sealed content in ledger tables, for documents and for every other module.
//!
//! A command of another module carries a [`Sealed`] in a member named `sealed`, calls [`check`] in its own `check` and [`insert`] in its
//! `apply`. From then on the commands and queries of this module (`document.add_reader`, `document.open`, `document.sealed` …) work
//! with its subject as they do with a document.

use super::{Refused, SealedContent, text};
use crate::{Event as _, member};
use counterfoil_seal::{CIPHERTEXT_BYTES_MAX, SealError};
use counterfoil_state::Context;
use counterfoil_types::is_name;

pub use counterfoil_seal::{Sealed, Wrap};

/// What is sealed. Whoever seals has to know all of it before signing, since the seal is bound to it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// A document's id, or what [`subject`] makes.
    pub id: &'a str,
    /// From 1; every next one is greater.
    pub version: i64,
    /// The member who seals, and decides about readers: the same for all versions.
    pub sealer: &'a str,
}

/// The subject of something of another module: `module:id`.
pub fn subject(module: &str, id: &str) -> String {
    format!("{module}:{id}")
}

/// Checks what can be checked without state: forms and sizes. The command's member must be named `sealed`.
pub fn check(sealed: &Sealed) -> Result<(), Refused> {
    sealed.check().map_err(|error| {
        let long = sealed.ciphertext.0.len() > CIPHERTEXT_BYTES_MAX;
        let field = match &error {
            SealError::Field { index, .. } => format!("/sealed/fields/{index}"),
            SealError::Fields { .. } if !long => "/sealed/fields".to_owned(),
            SealError::Reader { index, .. } => format!("/sealed/readers/{index}"),
            SealError::Readers { .. } => "/sealed/readers".to_owned(),
            _ => "/sealed/ciphertext".to_owned(),
        };
        Refused::Sealed { field, reason: error.to_string() }
    })
}

/// How much work [`insert`] is.
pub fn weight(sealed: &Sealed) -> u32 {
    let rows = 1 + sealed.fields.len() + 2 * sealed.readers.len();
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// Writes sealed content that has stood [`check`]. The sealer must have signed; every reader is an active member with an active reading
/// key and was not removed; every member of `mandatory` is among them.
pub fn insert(ctx: &mut Context<'_>, of: &Subject<'_>, sealed: &Sealed, mandatory: &[String]) -> Result<(), Refused> {
    require(ctx, of, sealed, mandatory)?;
    write(ctx, of, sealed, mandatory)
}

/// Refuses what [`insert`] refuses, and writes nothing.
pub fn require(ctx: &Context<'_>, of: &Subject<'_>, sealed: &Sealed, mandatory: &[String]) -> Result<(), Refused> {
    check_subject(of.id)?;
    member::require_signature(ctx, of.sealer)?;
    let first = require_order(ctx, of)?;
    require_readers(sealed, mandatory)?;
    for (index, wrap) in sealed.readers.iter().enumerate() {
        require_key(ctx, &format!("/sealed/readers/{index}"), wrap)?;
        // Readers are removed from what is sealed already.
        if !first {
            require_not_removed(ctx, &format!("/sealed/readers/{index}/reader"), of.id, of.version, &wrap.reader)?;
        }
    }
    Ok(())
}

/// Writes what has stood [`require`].
pub fn write(ctx: &mut Context<'_>, of: &Subject<'_>, sealed: &Sealed, mandatory: &[String]) -> Result<(), Refused> {
    ctx.run(
        "INSERT INTO document_sealed (subject, version, sealer, ciphertext, height, time_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (of.id, of.version, of.sealer, &sealed.ciphertext.0, text::height(ctx), text::time_ms(ctx)),
    )?;
    for (position, field) in (0_i64..).zip(&sealed.fields) {
        ctx.run(
            "INSERT INTO document_field (subject, version, name, position, commitment) VALUES (?1, ?2, ?3, ?4, ?5)",
            (of.id, of.version, &field.name, position, field.commitment.as_bytes().as_slice()),
        )?;
    }
    for wrap in &sealed.readers {
        insert_reader(ctx, of.id, of.version, wrap, mandatory.contains(&wrap.reader), of.sealer)?;
    }
    let readers = sealed.readers.iter().map(|wrap| wrap.reader.clone()).collect();
    SealedContent { subject: of.id.to_owned(), version: of.version, readers }.emit(ctx);
    Ok(())
}

/// Refuses unless every member of `mandatory` is among the readers; says who is missing.
pub fn require_readers(sealed: &Sealed, mandatory: &[String]) -> Result<(), Refused> {
    let reads = |member: &&String| sealed.readers.iter().any(|wrap| wrap.reader == **member);
    let missing: Vec<_> = mandatory.iter().filter(|member| !reads(member)).map(String::as_str).collect();
    if missing.is_empty() { Ok(()) } else { Err(Refused::MandatoryReaders { missing: missing.join(", ") }) }
}

/// Whether a member can read a version.
pub fn reads(ctx: &Context<'_>, subject: &str, version: i64, member: &str) -> Result<bool, Refused> {
    let found = ctx.query_opt(
        "SELECT 1 FROM document_reader WHERE subject = ?1 AND version = ?2 AND reader = ?3 LIMIT 1",
        (subject, version, member),
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

pub(super) fn check_subject(id: &str) -> Result<(), Refused> {
    let valid = match id.split_once(':') {
        Some((module, id)) => {
            is_name(module) && (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
        }
        None => text::owner("/subject", id).is_ok(),
    };
    if valid { Ok(()) } else { Err(Refused::NotASubject { subject: id.to_owned() }) }
}

/// The newest sealed version of a subject and its sealer.
pub(super) fn newest(ctx: &Context<'_>, subject: &str) -> Result<Option<(i64, String)>, Refused> {
    Ok(ctx.query_opt(
        "SELECT version, sealer FROM document_sealed WHERE subject = ?1 ORDER BY version DESC LIMIT 1",
        [subject],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Refuses unless this version is sealed.
pub(super) fn require_sealed(ctx: &Context<'_>, subject: &str, version: i64) -> Result<(), Refused> {
    let found =
        ctx.query_opt("SELECT 1 FROM document_sealed WHERE subject = ?1 AND version = ?2", (subject, version), |_| {
            Ok(())
        })?;
    found.ok_or_else(|| Refused::NothingSealed { subject: subject.to_owned(), version })
}

/// The first signer, or the one that is named, whose member can read this version: the index among the signers.
pub(super) fn signer_who_reads(
    ctx: &Context<'_>,
    subject: &str,
    version: i64,
    named: Option<&str>,
) -> Result<usize, Refused> {
    require_sealed(ctx, subject, version)?;
    for (index, kid) in ctx.signers().iter().enumerate() {
        let asked = named.is_none_or(|named| named == kid.member());
        if asked && reads(ctx, subject, version, kid.member())? {
            return Ok(index);
        }
    }
    if let Some(named) = named {
        member::require_signature(ctx, named)?;
    }
    let signed = ctx.signers().iter().map(|kid| kid.member()).collect::<Vec<_>>().join(", ");
    let members = named.map_or(signed, str::to_owned);
    Err(Refused::NotAReader { members, subject: subject.to_owned(), version })
}

/// Refuses unless something can be sealed for this key: an active member with an active reading key.
pub(super) fn require_key(ctx: &Context<'_>, field: &str, wrap: &Wrap) -> Result<(), Refused> {
    let found: Option<bool> = ctx.query_opt(
        "SELECT EXISTS (SELECT 1 FROM document_reading_key k WHERE k.member = ?1 AND k.name = ?2 AND k.state = 'active')
         FROM member WHERE id = ?1 AND state = 'active'",
        (&wrap.reader, &wrap.key),
        |row| row.get(0),
    )?;
    let member = wrap.reader.clone();
    match found {
        Some(true) => Ok(()),
        Some(false) => {
            Err(Refused::ReadingKeyUnknown { field: format!("{field}/key"), member, name: wrap.key.clone() })
        }
        None => Err(Refused::ReaderUnknown { field: format!("{field}/reader"), member }),
    }
}

pub(super) fn is_active(ctx: &Context<'_>, member: &str) -> Result<bool, Refused> {
    let found = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1 AND state = 'active'", [member], |_| Ok(()))?;
    Ok(found.is_some())
}

/// From which version on a reader was removed.
pub(super) fn removed_from(ctx: &Context<'_>, subject: &str, reader: &str) -> Result<Option<i64>, Refused> {
    Ok(ctx.query_opt(
        "SELECT from_version FROM document_removed_reader WHERE subject = ?1 AND reader = ?2",
        (subject, reader),
        |row| row.get(0),
    )?)
}

pub(super) fn require_not_removed(
    ctx: &Context<'_>,
    field: &str,
    subject: &str,
    version: i64,
    reader: &str,
) -> Result<(), Refused> {
    match removed_from(ctx, subject, reader)? {
        Some(from) if version >= from => {
            Err(Refused::Removed { field: field.to_owned(), reader: reader.to_owned(), from })
        }
        _ => Ok(()),
    }
}

pub(super) fn insert_reader(
    ctx: &mut Context<'_>,
    subject: &str,
    version: i64,
    wrap: &Wrap,
    mandatory: bool,
    added_by: &str,
) -> Result<(), Refused> {
    let (number, height) = (ctx.new_number(), text::height(ctx));
    let (enc, wrapped) = (wrap.enc.as_bytes().as_slice(), wrap.wrapped.as_bytes().as_slice());
    ctx.run(
        "INSERT INTO document_reader (subject, version, reader, key, enc, wrapped, mandatory, added_by, number, height)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (subject, version, &wrap.reader, &wrap.key, enc, wrapped, mandatory, added_by, number, height),
    )?;
    Ok(())
}

/// Refuses a version that does not follow those there are; whether it is the first.
fn require_order(ctx: &Context<'_>, of: &Subject<'_>) -> Result<bool, Refused> {
    let reason = match newest(ctx, of.id)? {
        _ if of.version < 1 => format!("version {} is below 1", of.version),
        Some((newest, _)) if of.version <= newest => {
            format!("version {newest} of {} is sealed, so {} cannot be", of.id, of.version)
        }
        Some((_, sealer)) if sealer != of.sealer => format!("{} is sealed by {sealer}", of.id),
        newest => return Ok(newest.is_none()),
    };
    Err(Refused::OutOfOrder { reason })
}
