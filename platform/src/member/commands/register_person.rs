use crate::{
    Command, Event as _,
    member::{
        NewKey, Refused, RegisteredPerson,
        roles::{PERSON, SPONSORS},
        signers,
        standing::{self, NewMember, PERSON_PREFIX},
        text,
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes a person a member, with an admin key of its own and without organisation or node; signed by an organisation that vouches for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPerson {
    /// The person's id, a pseudonym for all to see: `p-` and up to 62 of `a-z 0-9 - . _`; made by the ledger if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// What the person wants to be called by all; the id if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The person's first key, whose secret half only the person has.
    pub key: PersonKey,
}

/// The key of a new person: it manages the person's other keys and is valid without limit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonKey {
    /// The key's name, such as `phone`.
    pub name: String,
    /// The public key: `ed25519:` and 64 hexadecimal digits, or `p256:` and 66 (SEC1 compressed).
    pub public_key: String,
}

/// The person that is a member now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonRegistered {
    /// The person.
    pub member: String,
    /// The person's key as signatures name it: `member/name`.
    pub kid: String,
    /// The organisation that vouches for it.
    pub sponsor: String,
}

impl RegisterPerson {
    fn key(&self) -> NewKey {
        NewKey::admin(&self.key.name, &self.key.public_key)
    }
}

/// The sender, if it is one of those that register people.
fn sponsor<'a>(ctx: &Context<'a>) -> Result<&'a str, Refused> {
    let member = signers::signer_member(ctx);
    for role in SPONSORS {
        if signers::has_role(ctx, member, role)? && standing::of(ctx, member)?.is_organisation() {
            return Ok(member);
        }
    }
    Err(Refused::NotASponsor { member: member.to_owned(), roles: SPONSORS.join(", ") })
}

impl Command for RegisterPerson {
    const NAME: &'static str = "member.register_person";
    type Output = PersonRegistered;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        5
    }

    fn check(&self) -> Result<(), Refused> {
        if let Some(member) = &self.member {
            standing::check_id(member, true)?;
        }
        if let Some(name) = &self.name {
            text::check_text("/name", name, text::TITLE_MAX)?;
        }
        self.key().check("/key")
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PersonRegistered, Refused> {
        let sponsor = sponsor(ctx)?.to_owned();
        let member = self.member.clone().unwrap_or_else(|| format!("{PERSON_PREFIX}{}", ctx.new_id()));
        standing::require_free(ctx, &member)?;
        let name = self.name.as_deref().unwrap_or(&member);
        let roles = [PERSON.to_owned()];
        let person = NewMember { id: &member, name, kind: "person", sponsor: Some(&sponsor), roles: &roles };
        person.insert(ctx)?;
        self.key().insert(ctx, &member)?;
        RegisteredPerson { member: member.clone(), sponsor: sponsor.clone() }.emit(ctx);
        Ok(PersonRegistered { kid: format!("{member}/{}", self.key.name), member, sponsor })
    }
}
