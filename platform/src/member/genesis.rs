use super::{AddKey, Refused, roles};
use counterfoil_state::Context;
use counterfoil_types::{Genesis, GenesisMember, Refusal, is_name};

/// The members and keys of the genesis file.
pub(super) fn write(ctx: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal> {
    for member in &genesis.members {
        check(member)?;
        insert(ctx, member)?;
    }
    Ok(())
}

fn check(member: &GenesisMember) -> Result<(), Refused> {
    let id = || member.id.clone();
    if let Some(role) = member.roles.iter().find(|role| !is_name(role)) {
        return Err(Refused::GenesisRole { member: id(), role: role.clone() });
    }
    for key in &member.keys {
        if let Some(role) = key.roles.iter().find(|role| !roles::KEY_ROLES.contains(&role.as_str())) {
            return Err(Refused::GenesisRole { member: format!("{}/{}", member.id, key.name), role: role.clone() });
        }
    }
    let admin = member.keys.iter().any(|key| key.roles.iter().any(|role| role == roles::KEY_ADMIN));
    if member.keys.is_empty() || admin { Ok(()) } else { Err(Refused::GenesisWithoutAdmin { member: id() }) }
}

fn insert(ctx: &mut Context<'_>, member: &GenesisMember) -> Result<(), Refusal> {
    ctx.run(
        "INSERT INTO member (id, name, kind, state, since_height) VALUES (?1, ?2, ?3, 'active', 0)",
        (&member.id, &member.name, &member.kind),
    )?;
    for role in &member.roles {
        ctx.run("INSERT INTO member_role (member, role) VALUES (?1, ?2)", (&member.id, role))?;
    }
    for key in &member.keys {
        let add = AddKey {
            member: member.id.clone(),
            name: key.name.clone(),
            public_key: key.public_key.to_string(),
            roles: key.roles.clone(),
            holder: None,
            valid_from_ms: None,
            valid_until_ms: None,
        };
        super::commands::insert_key(ctx, &add, &key.public_key)?;
    }
    Ok(())
}
