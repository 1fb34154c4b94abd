//! Keys: their form, and that a member never loses the last one that manages the others.

use super::{KEYS_MAX, Refused, roles, text};
use counterfoil_state::Context;
use counterfoil_types::{PublicKey, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key as a new member brings it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The key's name within the member, never used before: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// The public key: `ed25519:` and 64 hexadecimal digits, or `p256:` and 66 (SEC1 compressed).
    pub public_key: String,
    /// What the key may do for its member: `admin`, `maker`, `checker`, `system`, `device`; none is needed to sign.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Who holds the key, a person's id or name: keys of one holder count as one signer where several have to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Block time from which on it signs, milliseconds since 1970-01-01 UTC; from now on if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from_ms: Option<i64>,
    /// Block time up to which it signs new transactions, milliseconds since 1970-01-01 UTC; until revoked if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until_ms: Option<i64>,
}

impl NewKey {
    /// An admin key that is valid without limit.
    pub(super) fn admin(name: &str, public_key: &str) -> Self {
        Self {
            name: name.to_owned(),
            public_key: public_key.to_owned(),
            roles: vec![roles::KEY_ADMIN.to_owned()],
            holder: None,
            valid_from_ms: None,
            valid_until_ms: None,
        }
    }

    /// What needs no state; `at` is the pointer of the key in the input.
    pub(super) fn check(&self, at: &str) -> Result<(), Refused> {
        text::check_name(format!("{at}/name"), &self.name)?;
        public_key(at, &self.public_key)?;
        check_key_roles(at, &self.roles)?;
        if let Some(holder) = &self.holder {
            text::check_text(format!("{at}/holder"), holder, text::HOLDER_MAX)?;
        }
        let validity = |member: &str, reason: String| Refused::NotAValidity { field: format!("{at}/{member}"), reason };
        match (self.valid_from_ms, self.valid_until_ms) {
            (Some(from), _) if from < 0 => Err(validity("valid_from_ms", format!("{from} is before 1970"))),
            (from, Some(until)) if until <= from.unwrap_or(0) => {
                let reason = format!("it ends at {until} ms, not after its beginning at {} ms", from.unwrap_or(0));
                Err(validity("valid_until_ms", reason))
            }
            _ => Ok(()),
        }
    }

    /// Whether it manages its member's keys at any time.
    pub(super) fn is_lasting_admin(&self) -> bool {
        let admin = self.roles.iter().any(|role| role == roles::KEY_ADMIN);
        admin && self.valid_from_ms.is_none() && self.valid_until_ms.is_none()
    }

    pub(super) fn require_not_over(&self, ctx: &Context<'_>, at: &str) -> Result<(), Refused> {
        let now_ms = ctx.time_ms() as i64;
        match self.valid_until_ms {
            Some(until_ms) if until_ms < now_ms => {
                Err(Refused::ValidityOver { field: format!("{at}/valid_until_ms"), until_ms, now_ms })
            }
            _ => Ok(()),
        }
    }

    /// Writes it as an active key of a member, with its roles.
    pub(super) fn insert(&self, ctx: &mut Context<'_>, member: &str) -> Result<(), Refusal> {
        ctx.run(
            "INSERT INTO member_key
               (member, name, public_key, state, holder, valid_from_ms, valid_until_ms, added_height)
             VALUES (?1, ?2, ?3, 'active', ?4, ?5, ?6, ?7)",
            (
                member,
                &self.name,
                &self.public_key,
                &self.holder,
                self.valid_from_ms,
                self.valid_until_ms,
                ctx.height() as i64,
            ),
        )?;
        insert_roles(ctx, member, &self.name, &self.roles)
    }
}

/// Reads a public key. A key has one text, so the text can be stored as it is.
pub(super) fn public_key(at: &str, text: &str) -> Result<PublicKey, Refused> {
    text.parse::<PublicKey>()
        .map_err(|error| Refused::NotAPublicKey { field: format!("{at}/public_key"), reason: error.to_string() })
}

pub(super) fn check_key_roles(at: &str, given: &[String]) -> Result<(), Refused> {
    for (index, role) in given.iter().enumerate() {
        let field = format!("{at}/roles/{index}");
        if !roles::KEY_ROLES.contains(&role.as_str()) {
            return Err(Refused::NotAKeyRole { field, role: role.clone(), known: roles::KEY_ROLES.join(", ") });
        }
        if given[..index].contains(role) {
            return Err(Refused::RoleTwice { field, role: role.clone() });
        }
    }
    Ok(())
}

pub(super) fn insert_roles(ctx: &mut Context<'_>, member: &str, key: &str, roles: &[String]) -> Result<(), Refusal> {
    for role in roles {
        ctx.run("INSERT INTO member_key_role (member, key, role) VALUES (?1, ?2, ?3)", (member, key, role))?;
    }
    Ok(())
}

/// Refuses a name or public key that the member has or had; `name_at` and `key_at` are their pointers in the input.
pub(super) fn require_new(
    ctx: &Context<'_>,
    member: &str,
    (name_at, name): (&str, &str),
    (key_at, public_key): (&str, &str),
) -> Result<(), Refused> {
    let state =
        ctx.query_opt("SELECT state FROM member_key WHERE member = ?1 AND name = ?2", (member, name), |row| {
            row.get(0)
        })?;
    if let Some(state) = state {
        let (member, name) = (member.to_owned(), name.to_owned());
        return Err(Refused::NameTaken { field: name_at.to_owned(), member, name, state });
    }
    let taken = ctx.query_opt(
        "SELECT name FROM member_key WHERE member = ?1 AND public_key = ?2",
        (member, public_key),
        |row| row.get(0),
    )?;
    match taken {
        Some(name) => Err(Refused::KeyTaken { field: key_at.to_owned(), member: member.to_owned(), name }),
        None => Ok(()),
    }
}

/// Refuses one more active key than a member may have.
pub(super) fn require_room(ctx: &Context<'_>, member: &str) -> Result<(), Refused> {
    let active: Option<i64> =
        ctx.query_opt("SELECT count(*) FROM member_key WHERE member = ?1 AND state = 'active'", [member], |row| {
            row.get(0)
        })?;
    if active.is_some_and(|count| count >= KEYS_MAX) {
        return Err(Refused::TooManyKeys { member: member.to_owned(), max: KEYS_MAX });
    }
    Ok(())
}

/// Refuses a key that does not exist or is revoked.
pub(super) fn require_active(ctx: &Context<'_>, member: &str, name: &str) -> Result<(), Refused> {
    let found: Option<Option<i64>> = ctx.query_opt(
        "SELECT revoked_height FROM member_key WHERE member = ?1 AND name = ?2",
        (member, name),
        |row| row.get(0),
    )?;
    let (member, name) = (member.to_owned(), name.to_owned());
    match found {
        Some(None) => Ok(()),
        Some(Some(height)) => Err(Refused::RevokedBefore { member, name, height }),
        None => Err(Refused::NoKey { member, name }),
    }
}

/// Refuses to take a key away from a member that has no other lasting admin key: one that is active and valid without limit. A key whose
/// validity ends or is yet to begin does not count, so no date ever leaves a member without one.
pub(super) fn require_other_admin(ctx: &Context<'_>, member: &str, name: &str) -> Result<(), Refused> {
    let other = ctx.query_opt(
        "SELECT 1 FROM member_key_role r JOIN member_key k ON k.member = r.member AND k.name = r.key
         WHERE r.member = ?1 AND r.role = 'admin' AND k.state = 'active' AND k.name <> ?2
           AND k.valid_from_ms IS NULL AND k.valid_until_ms IS NULL",
        (member, name),
        |_| Ok(()),
    )?;
    match other {
        Some(()) => Ok(()),
        None => Err(Refused::LastAdmin { member: member.to_owned(), name: name.to_owned() }),
    }
}
