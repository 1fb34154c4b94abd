use crate::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key signs for a member from now on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AddedKey {
    /// The member.
    pub member: String,
    /// The key's name.
    pub name: String,
    /// The public key.
    pub public_key: String,
}

impl Event for AddedKey {
    const NAME: &'static str = "member.added_key";
}

/// A key no longer signs for a member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RevokedKey {
    /// The member.
    pub member: String,
    /// The key's name.
    pub name: String,
}

impl Event for RevokedKey {
    const NAME: &'static str = "member.revoked_key";
}
