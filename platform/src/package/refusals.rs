crate::refusals! {
    /// Why a package or a call of one is refused. Codes are for life: never reuse a number.
    pub enum Refused in "package" {
        /// A package is one whose results are the same at every member.
        #[refusal(1, Invalid, "/source")]
        #[error("{findings}")]
        Checked { findings: String },
        /// A package's owners are active members, the proposer among them.
        #[refusal(2, Invalid, "/source")]
        #[error("{reason}")]
        Owners { reason: String },
        /// A package's name is not that of a member, a schema or a module.
        #[refusal(3, Conflict, "/source")]
        #[error("{package} cannot be the name of a package: {reason}")]
        NameTaken { package: String, reason: String },
        /// Versions follow each other.
        #[refusal(4, Conflict, "/source")]
        #[error("the next version of {package} is {next}, not {given}")]
        NotTheNextVersion { package: String, next: i64, given: i64 },
        /// One version is proposed at a time.
        #[refusal(5, Conflict, "/source")]
        #[error("version {version} of {package} is proposed already: vote on it first")]
        ProposedBefore { package: String, version: i64 },
        /// The owners of a package decide on it.
        #[refusal(6, Forbidden, "{field}")]
        #[error("{package} is decided on by {owners}, and {member} is not among them")]
        NotAnOwner { field: &'static str, package: String, owners: String, member: String },
        /// The version is proposed.
        #[refusal(7, NotFound, "/version")]
        #[error("version {version} of {package} is not proposed ({state})")]
        NotProposed { package: String, version: i64, state: String },
        /// The package exists.
        #[refusal(8, NotFound, "{field}")]
        #[error("there is no package {package}")]
        NoPackage { field: &'static str, package: String },
        /// The action exists.
        #[refusal(9, NotFound, "/action")]
        #[error("version {version} of {package} has no public action {action}")]
        NoAction { package: String, version: i64, action: String },
        /// Actions of a frozen package wait until its owners unfreeze it.
        #[refusal(10, Conflict, "/action")]
        #[error("{package} is frozen, or suspended by the consortium")]
        Frozen { package: String },
        /// Actions of a retired version are called no more.
        #[refusal(11, Conflict, "{field}")]
        #[error("version {version} of {package} is {state}")]
        NotActive { field: &'static str, package: String, version: i64, state: String },
        /// An action has its parameters, each of its type.
        #[refusal(12, Invalid, "/with/{name}")]
        #[error("{reason}")]
        Argument { name: String, reason: String },
        /// What an action requires holds.
        #[refusal(13, Conflict)]
        #[error("{message}")]
        Required { message: String },
        /// Rows keep the constraints of their table.
        #[refusal(14, Conflict)]
        #[error("{place}: {constraint}")]
        Constraint { place: String, constraint: String },
        /// A statement of an action can be computed.
        #[refusal(15, Conflict)]
        #[error("{place}: {reason}")]
        Failed { place: String, reason: String },
        /// What an action calls is a command of a service or application, or a public action of another package.
        #[refusal(16, Forbidden)]
        #[error("{place}: {name} is not called by packages")]
        NotCallable { place: String, name: String },
        /// What an action calls is not refused.
        #[refusal(17, Conflict)]
        #[error("{place}: {name} was refused: {detail} ({code})")]
        CallRefused { place: String, name: String, code: String, detail: String },
        /// A table or index keeps its shape from version to version.
        #[refusal(18, Invalid, "/source")]
        #[error("{name} is not as version {version} has it: rows that were proved keep their shape, so a later version adds another")]
        Changed { name: String, version: i64 },
        /// Actions do not call each other in a circle.
        #[refusal(19, Invalid, "/source")]
        #[error("{circle} call each other in a circle")]
        Circle { circle: String },
        /// A vote is cast anew only to change it.
        #[refusal(20, Conflict)]
        #[error("{member} has voted so already")]
        VotedBefore { member: String },
        /// A package is frozen once.
        #[refusal(21, Conflict, "/package")]
        #[error("{package} is {state}")]
        NotNow { package: String, state: String },
        /// The source of a package has a bounded length.
        #[refusal(24, TooLarge, "/source")]
        #[error("{found} bytes, {max} are taken at most")]
        TooLong { found: usize, max: usize },
        /// The name of an action is package.action.
        #[refusal(22, Invalid, "/action")]
        #[error("{action:?} is not package.action")]
        NotAnAction { action: String },
        /// What an action asks of a member's keys in its name is what the member's policy lets them do.
        #[refusal(23, Forbidden)]
        #[error("{place}: {name} needs more signatures: {detail}")]
        NotEnoughSignatures { place: String, name: String, detail: String },
        /// An organisation and the people whom it registered begin a bounded number of packages.
        #[refusal(25, TooLarge, "/source")]
        #[error("an organisation and the people whom it registered have at most {max} packages, those that wait for votes among them, however long")]
        TooMany { max: i64 },
        /// Only who has agreed takes it back.
        #[refusal(26, Conflict, "/agree")]
        #[error("{member} has not agreed, so there is nothing to take back")]
        NothingTakenBack { member: String },
    }
}
