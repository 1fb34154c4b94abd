use crate::{
    Command, Event as _,
    member::{Refused, RevokedKey, signers::require_admin},
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

impl RevokeKey {
    fn require_active(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        let found: Option<Option<i64>> = ctx.query_opt(
            "SELECT revoked_height FROM member_key WHERE member = ?1 AND name = ?2",
            (&self.member, &self.name),
            |row| row.get(0),
        )?;
        let (member, name) = (self.member.clone(), self.name.clone());
        match found {
            Some(None) => Ok(()),
            Some(Some(height)) => Err(Refused::RevokedBefore { member, name, height }),
            None => Err(Refused::NoKey { member, name }),
        }
    }

    fn require_other_admin(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        let other = ctx.query_opt(
            "SELECT 1 FROM member_key_role r JOIN member_key k ON k.member = r.member AND k.name = r.key
             WHERE r.member = ?1 AND r.role = 'admin' AND k.state = 'active' AND k.name <> ?2",
            (&self.member, &self.name),
            |_| Ok(()),
        )?;
        match other {
            Some(()) => Ok(()),
            None => Err(Refused::LastAdmin { member: self.member.clone(), name: self.name.clone() }),
        }
    }
}

impl Command for RevokeKey {
    const NAME: &'static str = "member.revoke_key";
    type Output = KeyRevoked;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<KeyRevoked, Refused> {
        require_admin(ctx, &self.member)?;
        self.require_active(ctx)?;
        self.require_other_admin(ctx)?;
        ctx.run(
            "UPDATE member_key SET state = 'revoked', revoked_height = ?3 WHERE member = ?1 AND name = ?2",
            (&self.member, &self.name, ctx.height() as i64),
        )?;
        let (member, name) = (self.member.clone(), self.name.clone());
        let kid = format!("{member}/{name}");
        RevokedKey { member, name }.emit(ctx);
        Ok(KeyRevoked { kid })
    }
}
