//! What decides who can sign, and so would lift any policy if one key alone could do it.

use crate::Parsed;
use counterfoil_types::{Call, Kid};
use serde::Deserialize;
use std::borrow::Cow;

/// What changes a policy, or which people there are to meet it.
const GUARDED: &[&str] = &["approval.set_policy", "member.add_key", "member.set_key_roles"];

/// Replaces a key by another of the same holder. The key itself may do that alone; an admin could take the place of anybody by it.
const ROTATE: &str = "member.rotate_key";

/// The key that is replaced. The command has read its input strictly before.
#[derive(Deserialize)]
struct Rotated<'a> {
    #[serde(borrow)]
    member: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// What a transaction asks for.
pub(super) struct Asked<'a> {
    pub calls: &'a [Box<dyn Parsed>],
    /// Whether it changes who can sign: then it needs all that any rule of the policy needs, and an admin.
    pub guarded: bool,
}

impl<'a> Asked<'a> {
    /// What `signers` ask for.
    pub fn by(signers: &[Kid], calls: &[Call], parsed: &'a [Box<dyn Parsed>]) -> Self {
        let guarded = calls.iter().zip(parsed).any(|(call, parsed)| match parsed.name() {
            ROTATE => !is_by_itself(signers, call),
            name => GUARDED.contains(&name),
        });
        Self { calls: parsed, guarded }
    }
}

fn is_by_itself(signers: &[Kid], call: &Call) -> bool {
    let rotated: Option<Rotated<'_>> = serde_json::from_str(call.with.get()).ok();
    rotated.is_some_and(|key| signers.iter().any(|kid| kid.member() == key.member && kid.key() == key.name))
}
