use super::{
    text::Member,
    world::{NotDeployed, World},
};
use crate::{Module, package::named_owners};
use counterfoil_sql::{Catalog, Surroundings, package};
use std::collections::BTreeSet;

/// What there is against the source of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The line, from 1, if it is of one.
    pub line: Option<u32>,
    /// The rule of the checker, or the code of the ledger's refusal.
    pub rule: String,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// Checks the source of a package without the ledger that it is for: by the checker's rules, and by deploying a first version on a
/// ledger of its own. What it may read of other packages and of shared tables is not known here.
pub fn check(modules: Vec<Module>, source: &str) -> Vec<Found> {
    let reserved: BTreeSet<String> =
        modules.iter().filter(|module| !module.commands.is_empty()).map(|module| module.name.to_owned()).collect();
    let around = Surroundings { catalog: &Catalog::default(), readable: &BTreeSet::new(), reserved: &reserved };
    let text = match package(source, &around) {
        Ok(text) => text,
        Err(findings) => {
            let found = findings.into_iter();
            return found
                .map(|finding| Found {
                    line: Some(finding.line),
                    rule: finding.rule.to_owned(),
                    message: finding.message,
                })
                .collect();
        }
    };
    if text.version > 1 {
        return Vec::new();
    }
    let member = |id: String| Member { id, kind: "organisation".to_owned(), roles: Vec::new() };
    let members: Vec<_> = named_owners(source).into_iter().map(member).collect();
    let otherwise = |message| vec![Found { line: None, rule: "ledger".to_owned(), message }];
    let mut world = match World::new(modules, &members, 0) {
        Ok(world) => world,
        Err(reason) => return otherwise(reason),
    };
    match world.deploy(source) {
        Ok(()) => Vec::new(),
        Err(NotDeployed::Refused(refusal)) => vec![Found { line: None, rule: refusal.code, message: refusal.detail }],
        Err(NotDeployed::Otherwise(reason)) => otherwise(reason),
    }
}
