crate::refusals! {
    /// Why the approval service says no. Codes are for life: never reuse a number.
    pub enum Refused in "approval" {
        /// The member exists.
        #[refusal(1, NotFound, "/member")]
        #[error("there is no member {member:?}")]
        NoMember { member: String },
        /// Only a key of the member with the role admin sets its policy.
        #[refusal(2, Forbidden, "/member")]
        #[error("the policy of {member} is set by a key of {member} with the role admin")]
        NotAdmin { member: String },
        /// A policy has a bounded number of rules.
        #[refusal(3, TooLarge, "/rules")]
        #[error("{found} rules, {max} are taken at most")]
        TooManyRules { found: usize, max: usize },
        /// A rule is about a command of the ledger, module.* or *.
        #[refusal(4, Invalid, "/rules/{index}/command")]
        #[error("{command:?} is no command, nor module.* or *")]
        NoCommand { index: usize, command: String },
        /// Signing, refusing and withdrawing proposals is what approvals are made of: no rule holds it back.
        #[refusal(5, Invalid, "/rules/{index}/command")]
        #[error("{command} is never held back")]
        NeverHeld { index: usize, command: String },
        /// An asset's id has 1 to 129 printable ASCII characters without spaces.
        #[refusal(6, Invalid, "/rules/{index}/asset")]
        #[error("{asset:?} is not an asset's id")]
        NotAnAsset { index: usize, asset: String },
        /// Amounts of different assets cannot be compared: a rule with an amount names the asset.
        #[refusal(7, Invalid, "/rules/{index}/asset")]
        #[error("from_minor needs the asset whose minor units it counts")]
        AmountWithoutAsset { index: usize },
        /// An amount is not negative.
        #[refusal(8, Invalid, "/rules/{index}/from_minor")]
        #[error("{from} is less than 0")]
        NegativeAmount { index: usize, from: i64 },
        /// A rule demands 1 to 16 signers.
        #[refusal(9, Invalid, "/rules/{index}/signers")]
        #[error("{signers} signers; a rule demands 1 to {max}")]
        SignersOutOfRange { index: usize, signers: u32, max: u32 },
        /// A rule that counts makers and checkers demands at least two signers: nobody checks what he made.
        #[refusal(10, Invalid, "/rules/{index}/signers")]
        #[error("a maker and a checker are two signers at least")]
        MakerIsChecker { index: usize },
        /// A rule says which roles of keys count.
        #[refusal(11, Invalid, "/rules/{index}/roles")]
        #[error("no role: no key would count")]
        NoRoles { index: usize },
        /// A role in a rule is one that keys can have.
        #[refusal(12, Invalid, "/rules/{index}/roles/{at}")]
        #[error("{role:?} is not a role of a key; known are {known}")]
        NotAKeyRole { index: usize, at: usize, role: String, known: String },
        /// A role stands once in a rule.
        #[refusal(13, Invalid, "/rules/{index}/roles/{at}")]
        #[error("{role} stands twice")]
        RoleTwice { index: usize, at: usize, role: String },
        /// A proposal waits for a minute to 366 days.
        #[refusal(14, Invalid, "/rules/{index}/lapse_after_ms")]
        #[error("{ms} ms is not from {min} to {max}")]
        LapseOutOfRange { index: usize, ms: i64, min: i64, max: i64 },
        /// Every rule changes something: none stands twice, and none is outdone wherever it applies.
        #[refusal(15, Invalid, "/rules/{index}")]
        #[error("this rule changes nothing: /rules/{by} demands as much of all that it is about")]
        Pointless { index: usize, by: usize },
        /// A policy is one that the member's keys can meet.
        #[refusal(16, Conflict, "/rules/{index}")]
        #[error("{member} could never meet this: {needs} are demanded, {holders} holders have such keys")]
        NeverMet { index: usize, member: String, needs: String, holders: usize },
        /// A policy is replaced by who has seen it.
        #[refusal(17, Conflict, "/version")]
        #[error("the next version is {next}, not {given}")]
        NotTheNextVersion { next: i64, given: i64 },
        /// The consortium lifts a policy that there is.
        #[refusal(18, Conflict, "/member")]
        #[error("{member} has no policy")]
        NoPolicy { member: String },
        /// What needs more signatures is proposed by a maker, a system, or a key that counts.
        #[refusal(19, Forbidden)]
        #[error("the policy of {member} demands {needs}; {signers} can neither do nor propose this")]
        NotEnough { member: String, needs: String, signers: String },
        /// Signing, refusing and withdrawing a proposal does not wait itself: it goes in a transaction of its own.
        #[refusal(20, Conflict, "/calls/{at}")]
        #[error("{command} cannot be part of a transaction that waits for signatures: send it alone")]
        ApprovalInside { at: usize, command: &'static str },
        /// The calls of a proposal have a bounded length.
        #[refusal(21, TooLarge, "/calls")]
        #[error("{bytes} bytes of calls; {max} may wait at most")]
        TooLarge { bytes: usize, max: usize },
        /// A bounded number of proposals of a member waits.
        #[refusal(22, TooLarge)]
        #[error("{max} proposals of {member} wait, the most that may: sign, refuse or withdraw some first")]
        TooManyOpen { member: String, max: i64 },
        /// The proposal exists.
        #[refusal(23, NotFound, "/proposal")]
        #[error("there is no proposal {proposal:?}")]
        NoProposal { proposal: String },
        /// A proposal ends once.
        #[refusal(24, Conflict, "/proposal")]
        #[error("proposal {proposal} is {state} since height {height}")]
        Closed { proposal: String, state: String, height: i64 },
        /// A proposal can be signed up to its time.
        #[refusal(25, Expired, "/proposal")]
        #[error("proposal {proposal} has lapsed: it could be signed up to {lapses_ms} ms")]
        Lapsed { proposal: String, lapses_ms: i64 },
        /// A signer signs the calls that the proposal has.
        #[refusal(26, Conflict, "/calls_hash")]
        #[error("the proposal's calls have the hash {calls_hash}: what was signed is something else")]
        WrongHash { calls_hash: String },
        /// A proposal is signed by keys of the members in whose name it is.
        #[refusal(27, Forbidden, "/proposal")]
        #[error("proposal {proposal} is not in the name of the member of {kid}")]
        NotAParty { proposal: String, kid: String },
        /// A signature counts by the roles of its key.
        #[refusal(28, Forbidden, "/proposal")]
        #[error("{kid} does not count: {needs} are demanded")]
        DoesNotCount { kid: String, needs: String },
        /// A holder signs a proposal once, with whichever of its keys.
        #[refusal(29, Conflict, "/proposal")]
        #[error("{holder} has signed proposal {proposal} already")]
        SignedBefore { holder: String, proposal: String },
        /// The proposals of a member that wait are a bounded amount of work, for they may all be executed at once.
        #[refusal(30, TooLarge, "/calls")]
        #[error("these calls weigh {weight}, and what waits of {member} weighs {waiting}: more than {max} together")]
        TooHeavy { member: String, weight: u32, waiting: i64, max: i64 },
        /// A proposal is refused by a key whose signature would count.
        #[refusal(31, Forbidden, "/proposal")]
        #[error("no signature of {signers} would count on proposal {proposal}")]
        MayNotRefuse { proposal: String, signers: String },
        /// A proposal is withdrawn by a holder who proposed it.
        #[refusal(32, Forbidden, "/proposal")]
        #[error("proposal {proposal} was not proposed by {signers}")]
        NotTheStarter { proposal: String, signers: String },
        /// A reason is a text of bounded length.
        #[refusal(33, Invalid, "/reason")]
        #[error("{bytes} bytes; a reason has some words, {max} bytes at most and no control characters")]
        NotAReason { bytes: usize, max: usize },
    }
}
