crate::refusals! {
    /// Why the document service says no. Codes are for life: never reuse a number.
    pub enum Refused in "document" {
        /// A name has 1 to 64 of a-z 0-9 - . _ and begins with a letter or digit.
        #[refusal(1, Invalid, "{field}")]
        #[error("{name:?} is not a name: 1 to 64 of a-z 0-9 - . _, beginning with a letter or digit")]
        NotAName { field: String, name: String },
        /// An id of a document or of a type is member/name.
        #[refusal(2, Invalid, "{field}")]
        #[error("{id:?} is not member/name, each of 1 to 64 of a-z 0-9 - . _")]
        NotAnId { field: String, id: String },
        /// A text has a bounded length and no control characters.
        #[refusal(3, Invalid, "{field}")]
        #[error("{reason}")]
        NotAText { field: String, reason: String },
        /// Something stands once in a list.
        #[refusal(4, Invalid, "{field}")]
        #[error("{name} stands twice")]
        Twice { field: String, name: String },
        /// A list has a bounded length.
        #[refusal(5, Invalid, "{field}")]
        #[error("{found} entries, {most} are taken at most")]
        TooMany { field: String, found: usize, most: usize },
        /// A media type is type/subtype (RFC 6838 §4.2).
        #[refusal(6, Invalid, "/media_type")]
        #[error("{found:?} is not a media type such as application/pdf")]
        NotAMediaType { found: String },
        /// Only a key of the member with the role admin manages the member's reading keys.
        #[refusal(7, Forbidden, "/member")]
        #[error("reading keys of {member} are managed by a key of {member} with the role admin")]
        NotAdmin { member: String },
        /// The public key is x25519: and a canonical point that is not of low order.
        #[refusal(8, Invalid, "/public_key")]
        #[error("{reason}")]
        NotAPublicKey { reason: String },
        /// The name of a reading key is used once, also after the key was revoked.
        #[refusal(9, Conflict, "/name")]
        #[error("{member}/{name} names a reading key already ({state}); a name is never used again")]
        NameTaken { member: String, name: String, state: String },
        /// A public key stands once among a member's reading keys, also after it was revoked.
        #[refusal(10, Conflict, "/public_key")]
        #[error("this public key is {member}/{name} already")]
        KeyTaken { member: String, name: String },
        /// The reading key exists.
        #[refusal(11, NotFound, "/name")]
        #[error("{member} has no reading key {name:?}")]
        NoKey { member: String, name: String },
        /// A reading key is revoked once.
        #[refusal(12, Conflict, "/name")]
        #[error("{member}/{name} was revoked at height {height}")]
        RevokedBefore { member: String, name: String, height: i64 },
        /// A type is defined once and never changes.
        #[refusal(13, Conflict, "/type")]
        #[error("type {id} was defined at height {height}; define another")]
        TypeTaken { id: String, height: i64 },
        /// A mandatory reader is an active member.
        #[refusal(14, NotFound, "/mandatory_readers/{index}")]
        #[error("there is no active member {member:?}")]
        NoSuchMember { index: usize, member: String },
        /// A member anchors a hash once.
        #[refusal(15, Conflict, "/hash")]
        #[error("{member} anchored this hash at height {height}")]
        AnchoredBefore { member: String, height: i64 },
        /// The type of a document is defined.
        #[refusal(16, NotFound, "/type")]
        #[error("there is no type {id:?}")]
        NoType { id: String },
        /// An id means one document for ever.
        #[refusal(17, Conflict, "/document")]
        #[error("document {id} was created at height {height}; an id is never used again")]
        DocumentTaken { id: String, height: i64 },
        /// The document exists.
        #[refusal(18, NotFound, "/document")]
        #[error("there is no document {id:?}")]
        NoDocument { id: String },
        /// A new version follows the newest one.
        #[refusal(19, Conflict, "/version")]
        #[error("the newest version is {newest}, so the next is {next}, not {given}")]
        NotTheNextVersion { newest: i64, next: i64, given: i64 },
        /// A document has the fields of its type, each in the clear or sealed as the type says.
        #[refusal(20, Invalid, "{field}")]
        #[error("type {id} has no {how} field {name:?}")]
        NoSuchField { field: String, id: String, how: &'static str, name: String },
        /// A document has all fields that its type requires.
        #[refusal(21, Invalid, "{field}")]
        #[error("type {id} requires the {how} field {name:?}")]
        FieldMissing { field: &'static str, id: String, how: &'static str, name: String },
        /// Sealed content has the form that sealing gives.
        #[refusal(22, Invalid, "{field}")]
        #[error("{reason}")]
        Sealed { field: String, reason: String },
        /// A subject of sealed content is a document's id or module:id.
        #[refusal(23, Invalid, "/subject")]
        #[error("{subject:?} is neither the id of a document nor module:id")]
        NotASubject { subject: String },
        /// Who must read a type can read what is sealed in it.
        #[refusal(24, Invalid, "/sealed/readers")]
        #[error("{missing} must be able to read this and is not among the readers")]
        MandatoryReaders { missing: String },
        /// Something is sealed for active members.
        #[refusal(25, Invalid, "{field}")]
        #[error("there is no active member {member:?}")]
        ReaderUnknown { field: String, member: String },
        /// Something is sealed for reading keys that are active.
        #[refusal(26, Invalid, "{field}")]
        #[error("{member} has no active reading key {name:?}")]
        ReadingKeyUnknown { field: String, member: String, name: String },
        /// A reader that was removed does not read later versions unless it is restored.
        #[refusal(27, Conflict, "{field}")]
        #[error("{reader} was removed from version {from} on; its sealer can restore it")]
        Removed { field: String, reader: String, from: i64 },
        /// The sealed content exists.
        #[refusal(28, NotFound, "/subject")]
        #[error("nothing is sealed as version {version} of {subject:?}")]
        NothingSealed { subject: String, version: i64 },
        /// Only those for whom something is sealed open it and let others read it.
        #[refusal(29, Forbidden, "/subject")]
        #[error("{members} cannot read version {version} of {subject}: it is not sealed for them")]
        NotAReader { members: String, subject: String, version: i64 },
        /// A key is given to a reader once.
        #[refusal(30, Conflict, "/wrap")]
        #[error("{reader} can read version {version} by its key {key} already")]
        ReaderBefore { reader: String, key: String, version: i64 },
        /// Only who sealed a subject decides who no longer reads it.
        #[refusal(31, Forbidden, "/subject")]
        #[error("readers of {subject} are removed and restored by {sealer}, who sealed it")]
        NotTheSealer { subject: String, sealer: String },
        /// A member whom the rules of the ledger let read is not removed.
        #[refusal(32, Conflict, "/reader")]
        #[error("{reader} is a mandatory reader of {subject}")]
        Mandatory { reader: String, subject: String },
        /// Whoever is removed reads the newest version.
        #[refusal(33, NotFound, "/reader")]
        #[error("{reader} does not read version {version} of {subject}")]
        NotReading { reader: String, subject: String, version: i64 },
        /// A reader is removed once.
        #[refusal(34, Conflict, "/reader")]
        #[error("{reader} was removed from version {from} on")]
        RemovedBefore { reader: String, from: i64 },
        /// A reader is restored after it was removed.
        #[refusal(35, Conflict, "/reader")]
        #[error("{reader} is not removed from {subject}")]
        NotRemoved { reader: String, subject: String },
        /// Versions of one subject are sealed in order, once each, by one member.
        #[refusal(36, Conflict, "/sealed")]
        #[error("{reason}")]
        OutOfOrder { reason: String },
        /// A member has a bounded number of reading keys.
        #[refusal(37, TooLarge)]
        #[error("{member} has {max} active reading keys, the most a member may have: revoke one first")]
        TooManyKeys { member: String, max: i64 },
        /// A type gives its documents at least one field.
        #[refusal(38, Invalid, "/fields")]
        #[error("a type has at least one field")]
        NoFields,
    }
}
