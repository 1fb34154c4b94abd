//! Names of roles. A member's roles say what it is to the others; a key's roles what it may do for its member.

/// Decides with the other governing organisations, by proposal and vote.
pub const GOVERNOR: &str = "governor";
/// Sets the rules for taxpayers and invoices.
pub const TAX_AUTHORITY: &str = "tax-authority";
/// Holds accounts, finances, settles.
pub const BANK: &str = "bank";
/// A company: seller, buyer, supplier, core enterprise.
pub const ENTERPRISE: &str = "enterprise";
/// Runs software or nodes for others: invoicing, payment, accounting.
pub const PROVIDER: &str = "provider";
/// A telecommunications carrier.
pub const CARRIER: &str = "carrier";
/// Looks at everything, changes nothing.
pub const AUDITOR: &str = "auditor";
/// Freezes accounts and lets them go.
pub const COURT: &str = "court";
/// A natural person.
pub const PERSON: &str = "person";

/// The roles of organisations that register people.
pub const SPONSORS: &[&str] = &[TAX_AUTHORITY, BANK, PROVIDER, CARRIER];

/// A key that manages its member's keys, and votes for it.
pub const KEY_ADMIN: &str = "admin";
/// The roles that a key may have.
pub const KEY_ROLES: &[&str] = &[KEY_ADMIN, "maker", "checker", "system", "device"];
