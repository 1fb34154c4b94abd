use crate::{Place, Receipt};
use counterfoil_types::Hash;
use serde::{Deserialize, Serialize};

/// A transaction that waits for more signatures, by the approvals of a member that signed it: nothing has been done yet.
///
/// Others sign it by `approval.sign`, which names `proposal` and `calls_hash`. `GET /v1/approvals/{proposal}` tells what will be done and
/// who has signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The proposal: the identity of the transaction.
    pub proposal: Hash,
    /// SHA-256 of its calls, which signers repeat.
    pub calls_hash: Hash,
    /// The last block time at which it can be signed, milliseconds since 1970-01-01 UTC.
    pub lapses_ms: u64,
}

/// What a node answers instead of a command's output.
#[derive(Deserialize)]
pub(crate) struct Held {
    pub waiting: Waiting,
    pub receipt: Place,
}

impl Receipt {
    /// Where the transaction waits for more signatures, if it does: then it has done nothing else yet.
    pub fn waiting(&self) -> Option<Waiting> {
        #[derive(Deserialize)]
        struct Output {
            waiting: Waiting,
        }
        let Output { waiting } = serde_json::from_str(self.outputs.first()?.get()).ok()?;
        // No output of a command's own names its transaction as a proposal.
        (waiting.proposal == self.transaction).then_some(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, value::to_raw_value};

    #[test]
    fn what_waits_is_told_from_what_is_done() {
        let (transaction, other) = (Hash::of(&[b"t"]), Hash::of(&[b"u"]));
        let waiting = |proposal: &Hash| json!({"waiting": {"proposal": proposal, "calls_hash": other, "lapses_ms": 7}});
        for (output, waits) in [
            (waiting(&transaction), true),
            (waiting(&other), false),
            (json!({"waiting": true}), false),
            (json!({"number": "1"}), false),
            (json!(null), false),
        ] {
            let outputs = vec![to_raw_value(&output).unwrap()];
            let receipt = Receipt { transaction, id: "a".into(), height: 1, index: 0, outputs, events: Vec::new() };
            assert_eq!(receipt.waiting().is_some(), waits, "{output}");
        }
    }
}
