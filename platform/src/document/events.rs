crate::events! {
    /// A member published a key by which it reads.
    "document.published_reading_key" PublishedReadingKey {
        /// The member.
        member: String,
        /// The key's name.
        name: String,
        /// The public key.
        public_key: String,
    }
    /// Nothing is sealed for a key any more.
    "document.revoked_reading_key" RevokedReadingKey {
        /// The member.
        member: String,
        /// The key's name.
        name: String,
    }
    /// A type of documents exists from now on.
    "document.defined_type" DefinedType {
        /// The type.
        r#type: String,
    }
    /// A hash was anchored.
    "document.anchored" Anchored {
        /// Number of the evidence.
        number: i64,
        /// SHA-256, 64 hexadecimal digits.
        hash: String,
        /// The member that sent it.
        member: String,
    }
    /// A document has its first version.
    "document.created" Created {
        /// The document.
        document: String,
        /// Its type.
        r#type: String,
    }
    /// A document has a new version.
    "document.revised" Revised {
        /// The document.
        document: String,
        /// The new version.
        version: i64,
    }
    /// Something was sealed.
    "document.sealed" SealedContent {
        /// What was sealed.
        subject: String,
        /// Its version.
        version: i64,
        /// Who can read it.
        readers: Vec<String>,
    }
    /// One more member can read.
    "document.added_reader" AddedReader {
        /// What it can read.
        subject: String,
        /// Its version.
        version: i64,
        /// The member.
        reader: String,
        /// The member's reading key.
        key: String,
    }
    /// A member cannot read later versions.
    "document.removed_reader" RemovedReader {
        /// What it is about.
        subject: String,
        /// The member.
        reader: String,
        /// The first version that it cannot read.
        from_version: i64,
    }
    /// A member can be made a reader of later versions again.
    "document.restored_reader" RestoredReader {
        /// What it is about.
        subject: String,
        /// The member.
        reader: String,
    }
    /// A reader opened something that is sealed.
    "document.opened" Opened {
        /// Number of the audit row.
        number: i64,
        /// What was opened.
        subject: String,
        /// Its version.
        version: i64,
        /// Who opened it.
        reader: String,
    }
}
