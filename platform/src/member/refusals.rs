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
        /// A name of a member or key has 1 to 64 of a-z 0-9 - . _ and begins with a letter or digit.
        #[refusal(3, Invalid, "{field}")]
        #[error("{name:?} is not a name: 1 to 64 of a-z 0-9 - . _, beginning with a letter or digit")]
        NotAName { field: String, name: String },
        /// A key's name is used once, also after the key was revoked.
        #[refusal(4, Conflict, "{field}")]
        #[error("{member}/{name} names a key already ({state}); a name is never used again")]
        NameTaken { field: String, member: String, name: String, state: String },
        /// A public key stands once among a member's keys, also after it was revoked.
        #[refusal(5, Conflict, "{field}")]
        #[error("this public key is {member}/{name} already")]
        KeyTaken { field: String, member: String, name: String },
        /// A key's role is one that the service knows.
        #[refusal(6, Invalid, "{field}")]
        #[error("{role:?} is not a role of a key; known are {known}")]
        NotAKeyRole { field: String, role: String, known: String },
        /// A role is named once.
        #[refusal(7, Invalid, "{field}")]
        #[error("{role} stands twice")]
        RoleTwice { field: String, role: String },
        /// The key exists.
        #[refusal(8, NotFound, "/name")]
        #[error("{member} has no key {name:?}")]
        NoKey { member: String, name: String },
        /// A revoked key stays as it is.
        #[refusal(9, Conflict, "/name")]
        #[error("{member}/{name} was revoked at height {height}")]
        RevokedBefore { member: String, name: String, height: i64 },
        /// The last active key with the role admin and without limits of validity stays, or the member could one day no longer change its keys.
        #[refusal(10, Conflict, "/name")]
        #[error("{member}/{name} is the last active admin key of {member} that is valid without limit: add another first")]
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
        #[refusal(16, Invalid, "{field}")]
        #[error("{reason}")]
        NotAPublicKey { field: String, reason: String },
        /// A key's validity begins at 1970 or later and ends after it begins.
        #[refusal(17, Invalid, "{field}")]
        #[error("{reason}")]
        NotAValidity { field: String, reason: String },
        /// A key is not added when its validity is over.
        #[refusal(18, Invalid, "{field}")]
        #[error("its validity ended at {until_ms} ms, it is {now_ms} ms")]
        ValidityOver { field: String, until_ms: i64, now_ms: i64 },
        /// A text is not empty, has a bounded length and no control characters.
        #[refusal(19, Invalid, "{field}")]
        #[error("{reason}")]
        NotAText { field: String, reason: String },
        /// A list has a bounded length.
        #[refusal(20, Invalid, "{field}")]
        #[error("{found} entries, {most} are taken at most")]
        TooMany { field: String, found: usize, most: usize },
        /// A key is replaced by itself or by an admin key of its member.
        #[refusal(21, Forbidden, "/member")]
        #[error("{member}/{name} is replaced by its own signature or that of an admin key of {member}; signed by {signers}")]
        NotItsKey { member: String, name: String, signers: String },
        /// An id means one member for ever, also after it was removed.
        #[refusal(22, Conflict, "/member")]
        #[error("{member} is the id of a member already ({state}); an id is never used again")]
        MemberTaken { member: String, state: String },
        /// The id consortium stands for all governing organisations together.
        #[refusal(23, Invalid, "/member")]
        #[error("consortium is never the id of a member: it stands for all governing organisations together")]
        Reserved,
        /// Ids of people that are registered begin with p- and those of organisations do not, so that neither takes the name of the other.
        #[refusal(24, Invalid, "/member")]
        #[error("{member:?}: ids of people begin with p-, ids of organisations do not")]
        OtherKindsId { member: String },
        /// People are registered by an active organisation with a role that has to know whom it deals with.
        #[refusal(25, Forbidden)]
        #[error("people are registered by an organisation with one of the roles {roles}; {member} has none of them")]
        NotASponsor { member: String, roles: String },
        /// A new member has an admin key that is valid without limit.
        #[refusal(26, Invalid, "/keys")]
        #[error("none of the keys has the role admin and is valid without limit")]
        NoLastingAdmin,
        /// Only the governing organisations together do this, by a proposal that enough of them have voted for.
        #[refusal(27, Forbidden)]
        #[error("only the consortium does this: member.propose it, and let the governing organisations vote; signed by {signers}")]
        ConsortiumOnly { signers: String },
        /// Proposals and votes are signed by governing organisations, and by nobody else.
        #[refusal(28, Forbidden)]
        #[error("{member} is not a governing organisation")]
        NotGoverning { member: String },
        /// An organisation proposes and votes by a key with the role admin.
        #[refusal(29, Forbidden)]
        #[error("{member} proposes and votes by a key with the role admin; signed by {signers}")]
        NotItsAdmin { member: String, signers: String },
        /// The proposal exists.
        #[refusal(30, NotFound, "/proposal")]
        #[error("there is no proposal {proposal:?}")]
        NoProposal { proposal: String },
        /// A proposal that is decided stays as it is.
        #[refusal(31, Conflict, "/proposal")]
        #[error("the proposal is {state} since height {height}")]
        Closed { state: String, height: i64 },
        /// A proposal can be voted on up to its time.
        #[refusal(32, Expired, "/proposal")]
        #[error("the proposal lapsed at {expires_ms} ms, it is {now_ms} ms")]
        Lapsed { expires_ms: i64, now_ms: i64 },
        /// A vote names the hash of the calls that it is about.
        #[refusal(33, Conflict, "/calls_hash")]
        #[error("the proposal's calls have the hash {calls_hash}: whoever showed you others showed you another proposal")]
        OtherCalls { calls_hash: String },
        /// An organisation votes once on a proposal, and does not take its vote back.
        #[refusal(34, Conflict, "/proposal")]
        #[error("{member} voted {choice} this proposal at height {height}")]
        VotedBefore { member: String, choice: String, height: i64 },
        /// A proposal is withdrawn by the organisation that made it.
        #[refusal(35, Forbidden, "/proposal")]
        #[error("the proposal is withdrawn by an admin key of {proposer}, who made it; signed by {signers}")]
        NotTheProposer { proposer: String, signers: String },
        /// Votes are counted again when that decides something.
        #[refusal(36, Conflict, "/proposal")]
        #[error("still open: {votes_for} for and {votes_against} against of {governing}, {needed} needed")]
        StillOpen { votes_for: i64, votes_against: i64, governing: i64, needed: i64 },
        /// A proposal lapses after now, and within a bounded time.
        #[refusal(37, Invalid, "/expires_ms")]
        #[error("{expires_ms} is not between now, {now_ms}, and {latest_ms}")]
        NotAnExpiry { expires_ms: i64, now_ms: i64, latest_ms: i64 },
        /// A proposal has calls.
        #[refusal(38, Invalid, "/calls")]
        #[error("a proposal has at least one call")]
        NoCalls,
        /// The calls of a proposal have a bounded length.
        #[refusal(39, TooLarge, "/calls")]
        #[error("the calls have {bytes} bytes, {most} are taken at most")]
        CallsTooLong { bytes: usize, most: usize },
        /// An organisation has a bounded number of open proposals.
        #[refusal(40, Conflict)]
        #[error("{member} has {most} open proposals, the most it may have: withdraw one first")]
        TooManyProposals { member: String, most: i64 },
        /// Only active members are suspended and only suspended ones reinstated; a removed one stays removed.
        #[refusal(41, Conflict, "/member")]
        #[error("{member} is {state} since height {height}")]
        OtherState { member: String, state: String, height: i64 },
        /// A member that runs a validator is not suspended or removed before the validators are set without it.
        #[refusal(42, Conflict, "/member")]
        #[error("{member} runs a validator: member.set_validators without it first, in the same proposal perhaps")]
        RunsValidator { member: String },
        /// At least one organisation governs.
        #[refusal(43, Conflict, "/member")]
        #[error("{member} is the last governing organisation: nobody could decide anything any more")]
        LastGovernor { member: String },
        /// Organisations govern and run validators; people do not.
        #[refusal(44, Invalid, "{field}")]
        #[error("{member} is not an organisation")]
        NotAnOrganisation { field: String, member: String },
        /// At least one validator orders.
        #[refusal(45, Conflict, "/validators")]
        #[error("the last validator stays: without one nothing would be ordered any more")]
        NoValidators,
        /// A validator is run by an active member.
        #[refusal(46, NotFound, "{field}")]
        #[error("there is no active member {member:?}")]
        NotActive { field: String, member: String },
        /// A member runs one validator, and a key is that of one validator.
        #[refusal(47, Invalid, "{field}")]
        #[error("{what} stands twice")]
        ValidatorTwice { field: String, what: String },
        /// Validators vote with an ed25519 key.
        #[refusal(48, Invalid, "{field}")]
        #[error("a validator votes with an ed25519 key: ed25519: and 64 hexadecimal digits of a point on the curve")]
        NotAValidatorKey { field: String },
        /// A change of the validators names the one that it follows, so that none undoes another unseen.
        #[refusal(49, Conflict, "/follows_epoch")]
        #[error("the newest change of the validators counts from epoch {newest}, not {given}: propose again from there")]
        OtherValidators { given: i64, newest: i64 },
        /// A change of the validators changes something.
        #[refusal(50, Conflict, "/validators")]
        #[error("these are the validators already")]
        SameValidators,
        /// Changes of the validators are decided for a bounded number of epochs ahead.
        #[refusal(51, Conflict)]
        #[error("changes are decided up to epoch {newest} already, and it is epoch {epoch}: try again in a later one")]
        TooFarAhead { newest: i64, epoch: i64 },
        /// A threshold is a fraction of at least one half and less than the whole.
        #[refusal(52, Invalid, "/numerator")]
        #[error("more than {numerator}/{denominator} is not a threshold: at least 1/2, less than 1, of 1,000 parts at most")]
        NotAThreshold { numerator: i64, denominator: i64 },
        /// A member's role has 1 to 64 of a-z 0-9 - . _ and begins with a letter or digit.
        #[refusal(53, Invalid, "{field}")]
        #[error("{role:?} is not the name of a role: 1 to 64 of a-z 0-9 - . _, beginning with a letter or digit")]
        NotARole { field: String, role: String },
        /// The genesis file has no member consortium.
        #[refusal(54, Invalid)]
        #[error("genesis: consortium is never the id of a member")]
        GenesisReserved,
        /// The genesis file lets organisations with keys govern.
        #[refusal(55, Invalid)]
        #[error("genesis: {member} cannot govern: it is not an organisation with keys")]
        GenesisGovernor { member: String },
        /// The genesis file has an organisation that governs.
        #[refusal(56, Invalid)]
        #[error("genesis: nobody governs: give an organisation with keys the role governor, or let one run a validator")]
        GenesisUngoverned,
        /// The genesis file lets organisations run the validators.
        #[refusal(57, Invalid)]
        #[error("genesis: {member} runs a validator and is not an organisation")]
        GenesisValidator { member: String },
        /// A validator is one of the nodes of genesis, whose addresses all nodes know: with another, order could not go on.
        #[refusal(58, Conflict, "{field}")]
        #[error("{public_key} is not the key of a node of genesis: the others do not know where it is")]
        NotANode { field: String, public_key: String },
        /// An organisation's id has a `-` or a `.`, or begins with a digit, so that no package or schema takes the name of an organisation to come.
        #[refusal(59, Invalid, "/member")]
        #[error("{member:?} could be the name of a package: an organisation's id has a - or a ., such as {member}-1, or begins with a digit")]
        SchemasName { member: String },
    }
}
