use crate::{Hash, PublicKey, is_name, limits};
use serde::{Deserialize, Serialize};

/// The beginning of a ledger, agreed by its founders: a JSON file whose SHA-256 is the ledger's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// Always `counterfoil-genesis/1`.
    pub format: String,
    /// A name for people.
    pub name: String,
    /// Time of genesis, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Blocks of one epoch, the span over which the set of validators is fixed.
    pub epoch_length: u64,
    /// The members that order and execute.
    pub validators: Vec<GenesisValidator>,
    /// All members, those with a node too.
    pub members: Vec<GenesisMember>,
}

/// A member that runs a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisValidator {
    /// The member's id.
    pub member: String,
    /// The Ed25519 key with which its node votes.
    pub public_key: PublicKey,
}

/// An organisation or person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisMember {
    /// Id, a name as [`is_name`] says.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `organisation` or `person`.
    pub kind: String,
    /// Such as `tax-authority`, `bank`, `enterprise`.
    pub roles: Vec<String>,
    /// Keys that sign for it.
    pub keys: Vec<GenesisKey>,
}

/// A member's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisKey {
    /// Name within the member.
    pub name: String,
    /// The key.
    pub public_key: PublicKey,
    /// Such as `admin`.
    pub roles: Vec<String>,
}

impl Genesis {
    /// The value of `format`.
    pub const FORMAT: &str = "counterfoil-genesis/1";

    /// Reads a genesis file and gives the ledger's id; the error names what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Hash), String> {
        let genesis: Self = serde_json::from_slice(bytes).map_err(|error| format!("genesis: {error}"))?;
        genesis.check().map_err(|why| format!("genesis: {why}"))?;
        Ok((genesis, Hash::of(&[bytes])))
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("genesis serialises to JSON");
        bytes.push(b'\n');
        bytes
    }

    /// The validators' voting keys in the order in which headers and certificates count them: by public key.
    pub fn validators_sorted(&self) -> Vec<&GenesisValidator> {
        let mut sorted: Vec<_> = self.validators.iter().collect();
        sorted.sort_by_key(|validator| validator.public_key);
        sorted
    }

    fn check(&self) -> Result<(), String> {
        if self.format != Self::FORMAT {
            return Err(format!("format is {:?}, not {:?}", self.format, Self::FORMAT));
        }
        if self.epoch_length < 2 {
            return Err("epoch_length is at least 2".into());
        }
        let count = self.validators.len();
        if !(1..=limits::VALIDATORS_MAX).contains(&count) {
            return Err(format!("{count} validators, 1 to {} allowed", limits::VALIDATORS_MAX));
        }
        unique("member id", self.members.iter().map(|member| member.id.as_str()))?;
        unique("validator", self.validators.iter().map(|validator| validator.member.as_str()))?;
        let keys: Vec<_> = self.validators.iter().map(|validator| validator.public_key.to_string()).collect();
        unique("validator key", keys.iter().map(String::as_str))?;
        for validator in &self.validators {
            if !self.members.iter().any(|member| member.id == validator.member) {
                return Err(format!("validator {} is not among members", validator.member));
            }
            if !matches!(validator.public_key, PublicKey::Ed25519(_)) {
                return Err(format!("validator {} votes with an ed25519 key", validator.member));
            }
        }
        for member in &self.members {
            if !["organisation", "person"].contains(&member.kind.as_str()) {
                return Err(format!("kind of {} is organisation or person", member.id));
            }
            unique("key name", member.keys.iter().map(|key| key.name.as_str()))?;
            if let Some(key) = member.keys.iter().find(|key| !is_name(&key.name)) {
                return Err(format!("{:?} of {} is not a key name", key.name, member.id));
            }
            if !is_name(&member.id) {
                return Err(format!("{:?} is not a member id", member.id));
            }
        }
        Ok(())
    }
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut sorted: Vec<_> = names.collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{what} {:?} stands twice", pair[0])),
        None => Ok(()),
    }
}
