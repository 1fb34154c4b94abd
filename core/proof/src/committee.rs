use counterfoil_types::{Genesis, PublicKey};

/// A member that votes, as the paragraph for people names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validator {
    /// The member's id.
    pub member: String,
    /// The member's name.
    pub name: String,
}

/// Who voted in an epoch, in the order in which headers and certificates count: by public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    /// The validators.
    pub validators: Vec<Validator>,
    /// Their Ed25519 keys.
    pub keys: Vec<[u8; 32]>,
}

/// Who voted when: the committee of genesis, in every epoch, as long as no proof carries a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    genesis: Committee,
}

impl History {
    /// The history that begins, and so far ends, with genesis.
    pub fn new(genesis: &Genesis) -> Self {
        let (validators, keys) = genesis
            .validators_sorted()
            .into_iter()
            .filter_map(|validator| {
                let PublicKey::Ed25519(key) = validator.public_key else { return None };
                let member = genesis.members.iter().find(|member| member.id == validator.member);
                let name = member.map_or_else(String::new, |member| member.name.clone());
                Some((Validator { member: validator.member.clone(), name }, key))
            })
            .unzip();
        Self { genesis: Committee { validators, keys } }
    }

    /// The committee of an epoch.
    pub fn committee(&self, _epoch: u64) -> &Committee {
        &self.genesis
    }
}
