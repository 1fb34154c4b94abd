use crate::{
    Command, Event as _,
    member::{AddedKey, NewKey, Refused, keys, signers::require_admin},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Adds a key that signs for a member from the next transaction on; signed by an admin key of that member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddKey {
    /// The member.
    pub member: String,
    /// The key's name within the member, never used before: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// The public key: `ed25519:` and 64 hexadecimal digits, or `p256:` and 66 (SEC1 compressed).
    pub public_key: String,
    /// What the key may do for its member: `admin`, `maker`, `checker`, `system`, `device`; none is needed to sign.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Who holds the key, a person's id or name: keys of one holder count as one signer where several have to sign. Without it the
    /// key counts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Block time from which on it signs, milliseconds since 1970-01-01 UTC; from now on if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from_ms: Option<i64>,
    /// Block time up to which it signs new transactions, milliseconds since 1970-01-01 UTC; until revoked if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until_ms: Option<i64>,
}

/// The key that was added.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyAdded {
    /// The member.
    pub member: String,
    /// The key as signatures name it: `member/name`.
    pub kid: String,
}

impl AddKey {
    fn key(&self) -> NewKey {
        NewKey {
            name: self.name.clone(),
            public_key: self.public_key.clone(),
            roles: self.roles.clone(),
            holder: self.holder.clone(),
            valid_from_ms: self.valid_from_ms,
            valid_until_ms: self.valid_until_ms,
        }
    }
}

impl Command for AddKey {
    const NAME: &'static str = "member.add_key";
    type Output = KeyAdded;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn check(&self) -> Result<(), Refused> {
        self.key().check("")
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<KeyAdded, Refused> {
        let Self { member, name, public_key, .. } = self;
        require_admin(ctx, member)?;
        let key = self.key();
        key.require_not_over(ctx, "")?;
        keys::require_new(ctx, member, ("/name", name), ("/public_key", public_key))?;
        keys::require_room(ctx, member)?;
        key.insert(ctx, member)?;
        AddedKey { member: member.clone(), name: name.clone(), public_key: public_key.clone() }.emit(ctx);
        Ok(KeyAdded { member: member.clone(), kid: format!("{member}/{name}") })
    }
}
