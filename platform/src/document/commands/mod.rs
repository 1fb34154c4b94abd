mod add_reader;
mod anchor;
mod create;
mod define_type;
mod open;
mod reading_key;
mod remove_reader;
mod revise;

pub use add_reader::{AddReader, ReaderAdded};
pub use anchor::{Anchor, HashAnchored};
pub use create::{Create, FieldText, VersionWritten};
pub use define_type::{DefineType, TypeDefined, TypeField};
pub use open::{Open, Opening};
pub use reading_key::{PublishReadingKey, ReadingKeyNamed, RevokeReadingKey};
pub use remove_reader::{ReaderRemoved, ReaderRestored, RemoveReader, RestoreReader};
pub use revise::Revise;
