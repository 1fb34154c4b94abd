use crate::{
    Command, Event as _,
    member::{NewKey, Refused, RotatedKey, keys, roles, signers, text},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Puts a new key in the place of one, with the same roles, holder and validity, and revokes the old one; signed by the old key itself or by
/// an admin key of its member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// The member.
    pub member: String,
    /// Name of the key that goes.
    pub name: String,
    /// Name of the key that comes, never used before: 1 to 64 of `a-z 0-9 - . _`.
    pub new_name: String,
    /// The new public key: `ed25519:` and 64 hexadecimal digits, or `p256:` and 66 (SEC1 compressed).
    pub public_key: String,
}

/// The key that signs from now on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyRotated {
    /// The new key as signatures name it: `member/name`.
    pub kid: String,
    /// The key that no longer signs.
    pub revoked: String,
}

impl RotateKey {
    /// The new key has no right that the old one had not, so the old one may do it itself.
    fn require_signer(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        let Self { member, name, .. } = self;
        let itself = ctx.signers().iter().any(|kid| kid.member() == member && kid.key() == name);
        if itself || signers::key_signed(ctx, member, roles::KEY_ADMIN)? {
            return Ok(());
        }
        signers::require_known(ctx, member)?;
        let (member, name) = (member.clone(), name.clone());
        Err(Refused::NotItsKey { member, name, signers: signers::names(ctx) })
    }

    fn successor(&self, ctx: &Context<'_>) -> Result<NewKey, Refused> {
        let roles = ctx.query(
            "SELECT role FROM member_key_role WHERE member = ?1 AND key = ?2 ORDER BY role",
            (&self.member, &self.name),
            |row| row.get(0),
        )?;
        let key = ctx.query_opt(
            "SELECT holder, valid_from_ms, valid_until_ms FROM member_key WHERE member = ?1 AND name = ?2",
            (&self.member, &self.name),
            |row| {
                let (name, public_key) = (self.new_name.clone(), self.public_key.clone());
                let (holder, valid_from_ms, valid_until_ms) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(NewKey { name, public_key, roles, holder, valid_from_ms, valid_until_ms })
            },
        )?;
        key.ok_or_else(|| Refused::NoKey { member: self.member.clone(), name: self.name.clone() })
    }
}

impl Command for RotateKey {
    const NAME: &'static str = "member.rotate_key";
    type Output = KeyRotated;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        5
    }

    fn check(&self) -> Result<(), Refused> {
        text::check_name("/new_name", &self.new_name)?;
        keys::public_key("", &self.public_key).map(drop)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<KeyRotated, Refused> {
        let Self { member, name, new_name, public_key } = self;
        self.require_signer(ctx)?;
        keys::require_active(ctx, member, name)?;
        keys::require_new(ctx, member, ("/new_name", new_name), ("/public_key", public_key))?;
        let successor = self.successor(ctx)?;
        successor.insert(ctx, member)?;
        ctx.run(
            "UPDATE member_key SET state = 'revoked', revoked_height = ?3, replaced_by = ?4 WHERE member = ?1 AND name = ?2",
            (member, name, ctx.height() as i64, new_name),
        )?;
        let (member, name) = (member.clone(), name.clone());
        let rotated = KeyRotated { kid: format!("{member}/{new_name}"), revoked: format!("{member}/{name}") };
        RotatedKey { member, name, new_name: new_name.clone(), public_key: public_key.clone() }.emit(ctx);
        Ok(rotated)
    }
}
