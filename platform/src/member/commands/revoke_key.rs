use crate::{
    Command, Event as _,
    member::{Refused, RevokedKey, keys, signers::require_admin},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Revokes a key for good, from the next transaction on, also within the block; signed by an admin key of its member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeKey {
    /// The member.
    pub member: String,
    /// The key's name within the member.
    pub name: String,
}

/// The key that was revoked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyRevoked {
    /// The key as signatures named it: `member/name`.
    pub kid: String,
}

impl Command for RevokeKey {
    const NAME: &'static str = "member.revoke_key";
    type Output = KeyRevoked;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<KeyRevoked, Refused> {
        let Self { member, name } = self;
        require_admin(ctx, member)?;
        keys::require_active(ctx, member, name)?;
        keys::require_other_admin(ctx, member, name)?;
        ctx.run(
            "UPDATE member_key SET state = 'revoked', revoked_height = ?3 WHERE member = ?1 AND name = ?2",
            (member, name, ctx.height() as i64),
        )?;
        RevokedKey { member: member.clone(), name: name.clone() }.emit(ctx);
        Ok(KeyRevoked { kid: format!("{member}/{name}") })
    }
}
