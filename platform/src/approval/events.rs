crate::events! {
    /// A member's policy has a new version.
    "approval.changed_policy" ChangedPolicy {
        /// The member.
        member: String,
        /// The version.
        version: i64,
        /// How many rules it has; 0: no policy.
        rules: i64,
    }
    /// A transaction waits for more signatures.
    "approval.proposed" Proposed {
        /// The proposal: the identity of the transaction.
        proposal: String,
        /// The members in whose name it is.
        members: Vec<String>,
        /// SHA-256 of its calls.
        calls_hash: String,
        /// The last block time at which it can be signed, milliseconds since 1970-01-01 UTC.
        lapses_ms: i64,
    }
    /// A proposal was signed.
    "approval.signed" Signed {
        /// The proposal.
        proposal: String,
        /// The keys that signed now.
        signers: Vec<String>,
    }
    /// A proposal had all signatures, and its calls took effect.
    "approval.executed" Executed {
        /// The proposal.
        proposal: String,
        /// All keys in whose name the calls were executed.
        signers: Vec<String>,
    }
    /// A proposal had all signatures, and its calls were refused.
    "approval.failed" Failed {
        /// The proposal.
        proposal: String,
        /// Why: a code such as `asset/7`.
        code: String,
        /// JSON Pointer of the field at fault, if one is.
        field: Option<String>,
    }
    /// A proposal was refused by who could have signed it.
    "approval.refused" RefusedProposal {
        /// The proposal.
        proposal: String,
        /// The keys that refused, separated by spaces.
        by: String,
        /// Why.
        reason: String,
    }
    /// A proposal was taken back by who proposed it.
    "approval.withdrawn" Withdrawn {
        /// The proposal.
        proposal: String,
        /// The keys that withdrew it, separated by spaces.
        by: String,
    }
}
