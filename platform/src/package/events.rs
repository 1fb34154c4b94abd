use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

crate::events! {
    /// A version of a package waits for the votes of its owners.
    "package.proposed" Proposed {
        /// The package.
        package: String,
        /// The version.
        version: i64,
        /// The member that proposed it.
        proposer: String,
    }
    /// A version of a package can be called.
    "package.deployed" Deployed {
        /// The package.
        package: String,
        /// The version.
        version: i64,
    }
    /// The owners have decided against a version.
    "package.rejected" Rejected {
        /// The package.
        package: String,
        /// The version.
        version: i64,
    }
    /// A package cannot be called until its owners unfreeze it.
    "package.frozen" Frozen {
        /// The package.
        package: String,
        /// The owner who froze it.
        member: String,
    }
    /// A package can be called again.
    "package.unfrozen" Unfrozen {
        /// The package.
        package: String,
    }
    /// A version of a package is called no more.
    "package.retired" Retired {
        /// The package.
        package: String,
        /// The version.
        version: i64,
    }
    /// An action was called.
    "package.called" Called {
        /// The action, `package.action`.
        action: String,
        /// The version.
        version: i64,
        /// In whose name.
        caller: String,
    }
    /// An action tells that something happened.
    "package.emitted" Emitted {
        /// The package.
        package: String,
        /// The version.
        version: i64,
        /// The action.
        action: String,
        /// What happened, in the package's words.
        event: String,
        /// What the package says of it.
        data: EventData,
    }
}

/// JSON that an action made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventData(pub Box<RawValue>);

impl JsonSchema for EventData {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PackageEventData".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "description": "JSON that an action made.", "additionalProperties": true})
    }
}
