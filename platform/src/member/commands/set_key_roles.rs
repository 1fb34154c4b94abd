use crate::{
    Command, Event as _,
    member::{ChangedKeyRoles, Refused, keys, roles::KEY_ADMIN, signers},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives a key other roles in its member; signed by an admin key of the member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetKeyRoles {
    /// The member.
    pub member: String,
    /// The key's name within the member.
    pub name: String,
    /// All that the key may do from now on: `admin`, `maker`, `checker`, `system`, `device`; none is needed to sign.
    pub roles: Vec<String>,
}

/// What the key may do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyRolesSet {
    /// The key as signatures name it: `member/name`.
    pub kid: String,
    /// Its roles.
    pub roles: Vec<String>,
}

impl Command for SetKeyRoles {
    const NAME: &'static str = "member.set_key_roles";
    type Output = KeyRolesSet;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn check(&self) -> Result<(), Refused> {
        keys::check_key_roles("", &self.roles)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<KeyRolesSet, Refused> {
        let Self { member, name, roles } = self;
        signers::require_admin(ctx, member)?;
        keys::require_active(ctx, member, name)?;
        if !roles.iter().any(|role| role == KEY_ADMIN) {
            keys::require_other_admin(ctx, member, name)?;
        }
        ctx.run("DELETE FROM member_key_role WHERE member = ?1 AND key = ?2", (member, name))?;
        keys::insert_roles(ctx, member, name, roles)?;
        ChangedKeyRoles { member: member.clone(), name: name.clone(), roles: roles.clone() }.emit(ctx);
        Ok(KeyRolesSet { kid: format!("{member}/{name}"), roles: roles.clone() })
    }
}
