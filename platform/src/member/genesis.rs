use super::{
    CONSORTIUM, NewKey, Refused, committee,
    roles::{self, GOVERNOR},
    standing::NewMember,
};
use counterfoil_state::Context;
use counterfoil_types::{Genesis, GenesisMember, Refusal, is_name};

/// The members, keys and validators of the genesis file, who governs, and how many of them decide.
pub(super) fn write(ctx: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal> {
    let governors = governors(genesis)?;
    for member in &genesis.members {
        check(member)?;
        insert(ctx, member, governors.contains(&member.id.as_str()))?;
    }
    for validator in &genesis.validators {
        let key = validator.public_key.to_string();
        committee::insert_node(ctx, &validator.member, &key)?;
        committee::insert(ctx, &validator.member, &key, 0)?;
    }
    ctx.run("INSERT INTO member_threshold (id, numerator, denominator, changed_height) VALUES (1, 2, 3, 0)", [])?;
    Ok(())
}

/// The organisations that the file lets govern; if it names none, those that run the validators.
fn governors(genesis: &Genesis) -> Result<Vec<&str>, Refused> {
    let can = |member: &GenesisMember| member.kind == "organisation" && !member.keys.is_empty();
    let validates = |member: &GenesisMember| genesis.validators.iter().any(|validator| validator.member == member.id);
    if let Some(person) = genesis.members.iter().find(|member| validates(member) && member.kind != "organisation") {
        return Err(Refused::GenesisValidator { member: person.id.clone() });
    }
    let named = |member: &&GenesisMember| member.roles.iter().any(|role| role == GOVERNOR);
    let named: Vec<_> = genesis.members.iter().filter(named).collect();
    if let Some(other) = named.iter().find(|member| !can(member)) {
        return Err(Refused::GenesisGovernor { member: other.id.clone() });
    }
    let governors: Vec<_> = match named.is_empty() {
        false => named,
        true => genesis.members.iter().filter(|member| validates(member) && can(member)).collect(),
    };
    let ids: Vec<_> = governors.into_iter().map(|member| member.id.as_str()).collect();
    if ids.is_empty() { Err(Refused::GenesisUngoverned) } else { Ok(ids) }
}

fn check(member: &GenesisMember) -> Result<(), Refused> {
    let id = || member.id.clone();
    if member.id == CONSORTIUM {
        return Err(Refused::GenesisReserved);
    }
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

fn insert(ctx: &mut Context<'_>, member: &GenesisMember, governs: bool) -> Result<(), Refusal> {
    let mut roles = member.roles.clone();
    if governs && !roles.iter().any(|role| role == GOVERNOR) {
        roles.push(GOVERNOR.to_owned());
    }
    NewMember { id: &member.id, name: &member.name, kind: &member.kind, sponsor: None, roles: &roles }.insert(ctx)?;
    for key in &member.keys {
        let (name, public_key) = (key.name.clone(), key.public_key.to_string());
        let key = NewKey { roles: key.roles.clone(), ..NewKey::admin(&name, &public_key) };
        key.insert(ctx, &member.id)?;
    }
    Ok(())
}
