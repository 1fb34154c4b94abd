//! What a version of a document consists of, against the rules of its type.

use super::{FieldText, Refused, Sealed, sealed, text};
use crate::document::sealed::Subject;
use counterfoil_seal::FIELDS_MAX;
use counterfoil_state::Context;

/// A version as a command brings it.
pub(super) struct Content<'a> {
    pub document: &'a str,
    pub owner: &'a str,
    pub version: i64,
    pub r#type: &'a str,
    pub fields: &'a [FieldText],
    pub sealed: Option<&'a Sealed>,
}

/// What a type says about one of its fields.
struct Rule {
    name: String,
    sealed: bool,
    required: bool,
}

/// Checks the forms of clear and sealed fields.
pub(super) fn check(fields: &[FieldText], sealed: Option<&Sealed>) -> Result<(), Refused> {
    if fields.len() > FIELDS_MAX {
        return Err(Refused::TooMany { field: "/fields".to_owned(), found: fields.len(), most: FIELDS_MAX });
    }
    for (index, field) in fields.iter().enumerate() {
        text::name(format!("/fields/{index}/name"), &field.name)?;
        text::text(format!("/fields/{index}/value"), &field.value, text::VALUE_MAX)?;
        if fields[..index].iter().any(|earlier| earlier.name == field.name) {
            return Err(Refused::Twice { field: format!("/fields/{index}/name"), name: field.name.clone() });
        }
    }
    sealed.map_or(Ok(()), sealed::check)
}

/// How much work it is to write it.
pub(super) fn weight(fields: &[FieldText], sealed: Option<&Sealed>) -> u32 {
    let clear = u32::try_from(fields.len()).unwrap_or(u32::MAX);
    sealed.map_or(0, sealed::weight).saturating_add(clear).saturating_add(2)
}

/// A version that is as its type demands.
pub(super) struct Accepted<'a> {
    content: Content<'a>,
    mandatory: Vec<String>,
}

impl<'a> Content<'a> {
    /// Refuses unless it is as its type demands; writes nothing.
    pub fn accept(self, ctx: &Context<'_>) -> Result<Accepted<'a>, Refused> {
        let rules = ctx.query(
            "SELECT name, sealed, required FROM document_type_field WHERE type = ?1 ORDER BY name",
            [self.r#type],
            |row| Ok(Rule { name: row.get(0)?, sealed: row.get(1)?, required: row.get(2)? }),
        )?;
        require_rules(&self, &rules)?;
        let mut mandatory = Vec::new();
        if let Some(sealed) = self.sealed {
            mandatory = ctx.query(
                "SELECT reader FROM document_type_reader WHERE type = ?1 ORDER BY reader",
                [self.r#type],
                |row| row.get(0),
            )?;
            sealed::require(ctx, &self.subject(), sealed, &mandatory)?;
        }
        Ok(Accepted { content: self, mandatory })
    }

    fn subject(&self) -> Subject<'a> {
        Subject { id: self.document, version: self.version, sealer: self.owner }
    }
}

impl Accepted<'_> {
    /// Writes the version; the document's own row is there.
    pub fn write(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let content = &self.content;
        let (height, time_ms, signers) = (text::height(ctx), text::time_ms(ctx), text::signers(ctx));
        ctx.run(
            "INSERT INTO document_version (document, version, signers, sealed, height, time_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (content.document, content.version, signers, content.sealed.is_some(), height, time_ms),
        )?;
        for field in content.fields {
            ctx.run(
                "INSERT INTO document_value (document, version, name, value) VALUES (?1, ?2, ?3, ?4)",
                (content.document, content.version, &field.name, &field.value),
            )?;
        }
        match content.sealed {
            Some(sealed) => sealed::write(ctx, &content.subject(), sealed, &self.mandatory),
            None => Ok(()),
        }
    }
}

fn require_rules(content: &Content<'_>, rules: &[Rule]) -> Result<(), Refused> {
    let id = || content.r#type.to_owned();
    let clear: Vec<_> = content.fields.iter().map(|field| field.name.as_str()).collect();
    let sealed: Vec<_> = content.sealed.iter().flat_map(|it| &it.fields).map(|field| field.name.as_str()).collect();
    for (given, is_sealed, place, how) in
        [(&clear, false, "/fields", "clear"), (&sealed, true, "/sealed/fields", "sealed")]
    {
        for (index, name) in given.iter().enumerate() {
            if !rules.iter().any(|rule| rule.name == *name && rule.sealed == is_sealed) {
                let (field, name) = (format!("{place}/{index}/name"), (*name).to_owned());
                return Err(Refused::NoSuchField { field, id: id(), how, name });
            }
        }
        let missing = |rule: &&Rule| rule.required && rule.sealed == is_sealed && !given.contains(&rule.name.as_str());
        if let Some(rule) = rules.iter().find(missing) {
            let field = if is_sealed && content.sealed.is_none() { "/sealed" } else { place };
            return Err(Refused::FieldMissing { field, id: id(), how, name: rule.name.clone() });
        }
    }
    Ok(())
}
