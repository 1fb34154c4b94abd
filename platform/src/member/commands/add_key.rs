use crate::{
    Command, Event as _,
    member::{AddedKey, KEYS_MAX, Refused, roles, signers::require_admin},
};
use counterfoil_state::Context;
use counterfoil_types::{PublicKey, Refusal, is_name};
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
    fn public_key(&self) -> Result<PublicKey, Refused> {
        match self.public_key.parse() {
            Ok(key @ PublicKey::P256([2 | 3, ..])) => Ok(key),
            Ok(PublicKey::P256(_)) => {
                Err(Refused::NotAPublicKey { reason: "a p256 key begins with 02 or 03".to_owned() })
            }
            Ok(key) => Ok(key),
            Err(error) => Err(Refused::NotAPublicKey { reason: format!("{error}") }),
        }
    }

    fn check_roles(&self) -> Result<(), Refused> {
        for (index, role) in self.roles.iter().enumerate() {
            if !roles::KEY_ROLES.contains(&role.as_str()) {
                let known = roles::KEY_ROLES.join(", ");
                return Err(Refused::NotAKeyRole { index, role: role.clone(), known });
            }
            if self.roles[..index].contains(role) {
                return Err(Refused::RoleTwice { index, role: role.clone() });
            }
        }
        Ok(())
    }

    fn require_new(&self, ctx: &Context<'_>, public_key: &PublicKey) -> Result<(), Refused> {
        let member = || self.member.clone();
        let state = ctx.query_opt(
            "SELECT state FROM member_key WHERE member = ?1 AND name = ?2",
            (&self.member, &self.name),
            |row| row.get(0),
        )?;
        if let Some(state) = state {
            return Err(Refused::NameTaken { member: member(), name: self.name.clone(), state });
        }
        let name = ctx.query_opt(
            "SELECT name FROM member_key WHERE member = ?1 AND public_key = ?2",
            (&self.member, public_key.to_string()),
            |row| row.get(0),
        )?;
        if let Some(name) = name {
            return Err(Refused::KeyTaken { member: member(), name });
        }
        let active: Option<i64> = ctx.query_opt(
            "SELECT count(*) FROM member_key WHERE member = ?1 AND state = 'active'",
            [&self.member],
            |row| row.get(0),
        )?;
        if active.is_some_and(|count| count >= KEYS_MAX) {
            return Err(Refused::TooManyKeys { member: member(), max: KEYS_MAX });
        }
        Ok(())
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
        if !is_name(&self.name) {
            return Err(Refused::NotAName { name: self.name.clone() });
        }
        self.public_key()?;
        self.check_roles()
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<KeyAdded, Refused> {
        require_admin(ctx, &self.member)?;
        let public_key = self.public_key()?;
        self.require_new(ctx, &public_key)?;
        insert_key(ctx, self, &public_key)?;
        let (member, name) = (self.member.clone(), self.name.clone());
        let kid = format!("{member}/{name}");
        AddedKey { member: member.clone(), name, public_key: public_key.to_string() }.emit(ctx);
        Ok(KeyAdded { member, kid })
    }
}

/// Writes a new active key and its roles.
pub(in crate::member) fn insert_key(
    ctx: &mut Context<'_>,
    key: &AddKey,
    public_key: &PublicKey,
) -> Result<(), Refusal> {
    ctx.run(
        "INSERT INTO member_key (member, name, public_key, state, holder, valid_from_ms, valid_until_ms, added_height)
         VALUES (?1, ?2, ?3, 'active', ?4, ?5, ?6, ?7)",
        (
            &key.member,
            &key.name,
            public_key.to_string(),
            &key.holder,
            key.valid_from_ms,
            key.valid_until_ms,
            ctx.height() as i64,
        ),
    )?;
    for role in &key.roles {
        ctx.run("INSERT INTO member_key_role (member, key, role) VALUES (?1, ?2, ?3)", (&key.member, &key.name, role))?;
    }
    Ok(())
}
