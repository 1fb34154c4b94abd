//! A member's id, kind and state.

use super::{CONSORTIUM, Refused, text};
use counterfoil_state::Context;
use counterfoil_types::{Refusal, is_name};

/// Beginning of the ids of people that are registered.
pub(super) const PERSON_PREFIX: &str = "p-";
/// Roles of a member at most.
pub(super) const ROLES_MAX: usize = 32;

/// What a member is.
pub(super) struct Standing {
    pub kind: String,
    pub state: String,
    pub height: i64,
}

impl Standing {
    pub(super) fn is_organisation(&self) -> bool {
        self.kind == "organisation"
    }
}

/// What a member is; refuses one that does not exist.
pub(super) fn of(ctx: &Context<'_>, member: &str) -> Result<Standing, Refused> {
    let found = ctx.query_opt("SELECT kind, state, state_height FROM member WHERE id = ?1", [member], |row| {
        Ok(Standing { kind: row.get(0)?, state: row.get(1)?, height: row.get(2)? })
    })?;
    found.ok_or_else(|| Refused::NoMember { member: member.to_owned() })
}

/// The form of the id of a new member.
pub(super) fn check_id(member: &str, person: bool) -> Result<(), Refused> {
    text::check_name("/member", member)?;
    if member == CONSORTIUM {
        return Err(Refused::Reserved);
    }
    if member.starts_with(PERSON_PREFIX) != person {
        return Err(Refused::OtherKindsId { member: member.to_owned() });
    }
    if is_for_schemas(member) {
        return Err(Refused::SchemasName { member: member.to_owned() });
    }
    Ok(())
}

/// Whether a package or a schema of tables could have this name: theirs have neither `-` nor `.`, and begin with a letter.
fn is_for_schemas(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && !name.contains(['-', '.'])
}

/// Refuses an id that is or was a member's.
pub(super) fn require_free(ctx: &Context<'_>, member: &str) -> Result<(), Refused> {
    match ctx.query_opt("SELECT state FROM member WHERE id = ?1", [member], |row| row.get(0))? {
        Some(state) => Err(Refused::MemberTaken { member: member.to_owned(), state }),
        None => Ok(()),
    }
}

/// The form of a member's roles.
pub(super) fn check_roles(roles: &[String]) -> Result<(), Refused> {
    text::check_count("/roles", roles.len(), ROLES_MAX)?;
    for (index, role) in roles.iter().enumerate() {
        let field = format!("/roles/{index}");
        if !is_name(role) {
            return Err(Refused::NotARole { field, role: role.clone() });
        }
        if roles[..index].contains(role) {
            return Err(Refused::RoleTwice { field, role: role.clone() });
        }
    }
    Ok(())
}

/// A row of a new active member, and its roles.
pub(super) struct NewMember<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub kind: &'a str,
    pub sponsor: Option<&'a str>,
    pub roles: &'a [String],
}

impl NewMember<'_> {
    pub(super) fn insert(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        ctx.run(
            "INSERT INTO member (id, name, kind, state, sponsor, since_height, state_height)
             VALUES (?1, ?2, ?3, 'active', ?4, ?5, ?5)",
            (self.id, self.name, self.kind, self.sponsor, ctx.height() as i64),
        )?;
        insert_roles(ctx, self.id, self.roles)
    }
}

pub(super) fn insert_roles(ctx: &mut Context<'_>, member: &str, roles: &[String]) -> Result<(), Refusal> {
    for role in roles {
        ctx.run("INSERT INTO member_role (member, role) VALUES (?1, ?2)", (member, role))?;
    }
    Ok(())
}
