crate::refusals! {
    /// Why the member service says no. Codes are for life: never reuse a number.
    pub enum Refused in "member" {
        /// The member exists.
        #[refusal(1, NotFound, "/member")]
        #[error("there is no member {member:?}")]
        NoMember { member: String },
        /// Only a key of the member with the role admin manages the member's keys.
        #[refusal(2, Forbidden, "/member")]
        #[error("keys of {member} are managed by a key of {member} with the role admin; signed by {signers}")]
        NotAdmin { member: String, signers: String },
        /// A key's name has 1 to 64 of a-z 0-9 - . _ and begins with a letter or digit.
        #[refusal(3, Invalid, "/name")]
        #[error("{name:?} is not a name: 1 to 64 of a-z 0-9 - . _, beginning with a letter or digit")]
        NotAName { name: String },
        /// A key's name is used once, also after the key was revoked.
        #[refusal(4, Conflict, "/name")]
        #[error("{member}/{name} names a key already ({state}); a name is never used again")]
        NameTaken { member: String, name: String, state: String },
        /// A public key stands once among a member's keys, also after it was revoked.
        #[refusal(5, Conflict, "/public_key")]
        #[error("this public key is {member}/{name} already")]
        KeyTaken { member: String, name: String },
        /// A key's role is one that the service knows.
        #[refusal(6, Invalid, "/roles/{index}")]
        #[error("{role:?} is not a role of a key; known are {known}")]
        NotAKeyRole { index: usize, role: String, known: String },
        /// A key's role is named once.
        #[refusal(7, Invalid, "/roles/{index}")]
        #[error("{role} stands twice")]
        RoleTwice { index: usize, role: String },
        /// The key exists.
        #[refusal(8, NotFound, "/name")]
        #[error("{member} has no key {name:?}")]
        NoKey { member: String, name: String },
        /// A key is revoked once.
        #[refusal(9, Conflict, "/name")]
        #[error("{member}/{name} was revoked at height {height}")]
        RevokedBefore { member: String, name: String, height: i64 },
        /// The last active key with the role admin stays, or the member could never change its keys again.
        #[refusal(10, Conflict, "/name")]
        #[error("{member}/{name} is the last active admin key of {member}: add another first")]
        LastAdmin { member: String, name: String },
        /// Only a member with a certain role may do this.
        #[refusal(11, Forbidden)]
        #[error("only a member with the role {role} may do this; signed by {signers}")]
        RoleNeeded { role: String, signers: String },
        /// A certain member has to sign.
        #[refusal(12, Forbidden)]
        #[error("{member} has to sign this; signed by {signers}")]
        SignatureNeeded { member: String, signers: String },
        /// A member has a bounded number of active keys.
        #[refusal(13, TooLarge)]
        #[error("{member} has {max} active keys, the most a member may have: revoke one first")]
        TooManyKeys { member: String, max: i64 },
        /// The genesis file gives every member that has keys one with the role admin.
        #[refusal(14, Invalid)]
        #[error("genesis: {member} has keys but none with the role admin")]
        GenesisWithoutAdmin { member: String },
        /// The genesis file names roles by 1 to 64 of a-z 0-9 - . _.
        #[refusal(15, Invalid)]
        #[error("genesis: {role:?} of {member} is not the name of a role")]
        GenesisRole { member: String, role: String },
        /// The public key has a known form and is a point of its curve.
        #[refusal(16, Invalid, "/public_key")]
        #[error("{reason}")]
        NotAPublicKey { reason: String },
    }
}
