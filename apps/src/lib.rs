//! The applications: one folder each, in the order in which later ones may use earlier ones.

#![warn(missing_docs)]

/// Tax invoices.
pub mod invoice;

use counterfoil_platform::{Module, approval, asset, document, member, package, sql};

/// All modules of the program, platform services first.
pub fn modules() -> Vec<Module> {
    vec![
        member::MODULE,
        approval::MODULE,
        document::MODULE,
        asset::MODULE,
        sql::MODULE,
        package::MODULE,
        invoice::MODULE,
    ]
}
