mod add_key;
mod revoke_key;

pub(super) use add_key::insert_key;
pub use add_key::{AddKey, KeyAdded};
pub use revoke_key::{KeyRevoked, RevokeKey};
