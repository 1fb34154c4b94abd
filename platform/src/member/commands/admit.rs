use crate::{
    Command, Event as _,
    member::{
        Admitted, NewKey, Refused,
        standing::{self, NewMember},
        text,
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keys that a new member brings at most.
const FIRST_KEYS_MAX: usize = 16;

/// Makes an organisation a member; decided by the governing organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Admit {
    /// The organisation's id, never used before: 1 to 64 of `a-z 0-9 - . _`, not beginning with `p-`, and with a `-` or a `.` unless it begins with a digit.
    pub member: String,
    /// Its name for people.
    pub name: String,
    /// What it is to the others, such as `bank`; `governor` lets it decide with them.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Its first keys, at least one of them with the role `admin` and valid without limit.
    pub keys: Vec<NewKey>,
}

/// The member that this is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MemberNamed {
    /// The member.
    pub member: String,
}

impl Command for Admit {
    const NAME: &'static str = "member.admit";
    type Output = MemberNamed;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn weight(&self) -> u32 {
        4 + 4 * self.keys.len() as u32
    }

    fn check(&self) -> Result<(), Refused> {
        standing::check_id(&self.member, false)?;
        text::check_text("/name", &self.name, text::TITLE_MAX)?;
        standing::check_roles(&self.roles)?;
        text::check_count("/keys", self.keys.len(), FIRST_KEYS_MAX)?;
        for (index, key) in self.keys.iter().enumerate() {
            let at = format!("/keys/{index}");
            key.check(&at)?;
            let (member, state) = (self.member.clone(), "among these keys".to_owned());
            if self.keys[..index].iter().any(|before| before.name == key.name) {
                return Err(Refused::NameTaken { field: format!("{at}/name"), member, name: key.name.clone(), state });
            }
            if let Some(before) = self.keys[..index].iter().find(|before| before.public_key == key.public_key) {
                let (field, name) = (format!("{at}/public_key"), before.name.clone());
                return Err(Refused::KeyTaken { field, member, name });
            }
        }
        if self.keys.iter().any(NewKey::is_lasting_admin) { Ok(()) } else { Err(Refused::NoLastingAdmin) }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<MemberNamed, Refused> {
        let Self { member, name, roles, keys } = self;
        standing::require_free(ctx, member)?;
        for (index, key) in keys.iter().enumerate() {
            key.require_not_over(ctx, &format!("/keys/{index}"))?;
        }
        NewMember { id: member, name, kind: "organisation", sponsor: None, roles }.insert(ctx)?;
        keys.iter().try_for_each(|key| key.insert(ctx, member))?;
        Admitted { member: member.clone(), roles: roles.clone() }.emit(ctx);
        Ok(MemberNamed { member: member.clone() })
    }
}
