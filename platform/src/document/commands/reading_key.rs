use crate::{
    Command, Event as _,
    document::{PublishedReadingKey, READING_KEYS_MAX, Refused, RevokedReadingKey, text},
    member::{self, roles},
};
use counterfoil_seal::ReadingPublicKey;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Publishes a key by which a member reads what is sealed for it; signed by an admin key of that member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishReadingKey {
    /// The member.
    pub member: String,
    /// The key's name within the member's reading keys, never used before: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// The public key: `x25519:` and 64 hexadecimal digits.
    pub public_key: String,
}

/// Nothing more can be sealed for a key; signed by an admin key of its member. What was sealed for it still opens with it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeReadingKey {
    /// The member.
    pub member: String,
    /// The key's name.
    pub name: String,
}

/// A reading key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReadingKeyNamed {
    /// The key's name: `member/name`.
    pub kid: String,
}

impl PublishReadingKey {
    fn public_key(&self) -> Result<ReadingPublicKey, Refused> {
        self.public_key.parse().map_err(|error| Refused::NotAPublicKey { reason: format!("{error}") })
    }

    fn require_new(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        let member = || self.member.clone();
        let state = ctx.query_opt(
            "SELECT state FROM document_reading_key WHERE member = ?1 AND name = ?2",
            (&self.member, &self.name),
            |row| row.get(0),
        )?;
        if let Some(state) = state {
            return Err(Refused::NameTaken { member: member(), name: self.name.clone(), state });
        }
        let name = ctx.query_opt(
            "SELECT name FROM document_reading_key WHERE member = ?1 AND public_key = ?2 ORDER BY name",
            (&self.member, &self.public_key),
            |row| row.get(0),
        )?;
        if let Some(name) = name {
            return Err(Refused::KeyTaken { member: member(), name });
        }
        let active: Option<i64> = ctx.query_opt(
            "SELECT count(*) FROM document_reading_key WHERE member = ?1 AND state = 'active'",
            [&self.member],
            |row| row.get(0),
        )?;
        if active.is_some_and(|count| count >= READING_KEYS_MAX) {
            return Err(Refused::TooManyKeys { member: member(), max: READING_KEYS_MAX });
        }
        Ok(())
    }
}

impl Command for PublishReadingKey {
    const NAME: &'static str = "document.publish_reading_key";
    type Output = ReadingKeyNamed;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::name("/member", &self.member)?;
        text::name("/name", &self.name)?;
        self.public_key().map(drop)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ReadingKeyNamed, Refused> {
        require_admin(ctx, &self.member)?;
        self.require_new(ctx)?;
        ctx.run(
            "INSERT INTO document_reading_key (member, name, public_key, state, added_height)
             VALUES (?1, ?2, ?3, 'active', ?4)",
            (&self.member, &self.name, &self.public_key, text::height(ctx)),
        )?;
        let Self { member, name, public_key } = self.clone();
        let kid = format!("{member}/{name}");
        PublishedReadingKey { member, name, public_key }.emit(ctx);
        Ok(ReadingKeyNamed { kid })
    }
}

impl Command for RevokeReadingKey {
    const NAME: &'static str = "document.revoke_reading_key";
    type Output = ReadingKeyNamed;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ReadingKeyNamed, Refused> {
        require_admin(ctx, &self.member)?;
        let Self { member, name } = self.clone();
        let revoked = ctx.query_opt(
            "SELECT revoked_height FROM document_reading_key WHERE member = ?1 AND name = ?2",
            (&member, &name),
            |row| row.get::<_, Option<i64>>(0),
        )?;
        match revoked {
            None => return Err(Refused::NoKey { member, name }),
            Some(Some(height)) => return Err(Refused::RevokedBefore { member, name, height }),
            Some(None) => {}
        }
        ctx.run(
            "UPDATE document_reading_key SET state = 'revoked', revoked_height = ?3 WHERE member = ?1 AND name = ?2",
            (&member, &name, text::height(ctx)),
        )?;
        let kid = format!("{member}/{name}");
        RevokedReadingKey { member, name }.emit(ctx);
        Ok(ReadingKeyNamed { kid })
    }
}

fn require_admin(ctx: &Context<'_>, member: &str) -> Result<(), Refused> {
    if member::key_signed(ctx, member, roles::KEY_ADMIN)? {
        return Ok(());
    }
    Err(Refused::NotAdmin { member: member.to_owned() })
}
