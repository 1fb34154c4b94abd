crate::events! {
    /// A key signs for a member from now on.
    "member.added_key" AddedKey {
        /// The member.
        member: String,
        /// The key's name.
        name: String,
        /// The public key.
        public_key: String,
    }
    /// A key no longer signs for a member.
    "member.revoked_key" RevokedKey {
        /// The member.
        member: String,
        /// The key's name.
        name: String,
    }
    /// A key took the place of another.
    "member.rotated_key" RotatedKey {
        /// The member.
        member: String,
        /// Name of the key that no longer signs.
        name: String,
        /// Name of the key that signs in its place.
        new_name: String,
        /// The new public key.
        public_key: String,
    }
    /// A key may do other things for its member.
    "member.changed_key_roles" ChangedKeyRoles {
        /// The member.
        member: String,
        /// The key's name.
        name: String,
        /// What it may do from now on.
        roles: Vec<String>,
    }
    /// A person is a member from now on.
    "member.registered_person" RegisteredPerson {
        /// The person.
        member: String,
        /// The organisation that vouches for it.
        sponsor: String,
    }
    /// An organisation is a member from now on.
    "member.admitted" Admitted {
        /// The organisation.
        member: String,
        /// What it is to the others.
        roles: Vec<String>,
    }
    /// A member's keys do not sign until it is reinstated.
    "member.suspended" Suspended {
        /// The member.
        member: String,
        /// Why.
        reason: String,
    }
    /// A member's keys sign again.
    "member.reinstated" Reinstated {
        /// The member.
        member: String,
        /// Why.
        reason: String,
    }
    /// A member is none any more.
    "member.removed" Removed {
        /// The member.
        member: String,
        /// Why.
        reason: String,
    }
    /// A member is something else to the others.
    "member.changed_roles" ChangedRoles {
        /// The member.
        member: String,
        /// Its roles from now on.
        roles: Vec<String>,
    }
    /// Other validators will order the ledger.
    "member.changed_validators" ChangedValidators {
        /// The first epoch that they order.
        from_epoch: i64,
        /// The members that run them.
        members: Vec<String>,
    }
    /// Another number of votes is needed from now on.
    "member.changed_threshold" ChangedThreshold {
        /// More than this many …
        numerator: i64,
        /// … of so many governing organisations.
        denominator: i64,
    }
    /// The governing organisations are asked to decide.
    "member.proposed" Proposed {
        /// The proposal.
        proposal: String,
        /// What it is about.
        title: String,
        /// Who proposes it.
        proposer: String,
        /// SHA-256 of its calls.
        calls_hash: String,
        /// Block time up to which it can be voted on.
        expires_ms: i64,
    }
    /// A governing organisation voted.
    "member.voted" Voted {
        /// The proposal.
        proposal: String,
        /// The organisation.
        member: String,
        /// `for` or `against`.
        choice: String,
    }
    /// A proposal was decided by votes, or withdrawn. That one lapsed has no event: nobody signs it.
    "member.decided" Decided {
        /// The proposal.
        proposal: String,
        /// `passed`, `failed`, `rejected` or `withdrawn`.
        state: String,
    }
}
