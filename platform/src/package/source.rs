//! The source of a package against the ledger as it is.

use super::{Refused, run};
use crate::sql::{
    define,
    table::{SharedTable, mentioned},
};
use counterfoil_sql::{Catalog, Finding, PackageText, Surroundings, package, split};
use counterfoil_state::Context;
use std::collections::{BTreeMap, BTreeSet};

/// Checks a source; what it may name is what the ledger has now.
pub(super) fn check(ctx: &Context<'_>, source: &str) -> Result<PackageText, Refused> {
    let mut catalog = Catalog::default();
    let mut readable = BTreeSet::new();
    for name in mentioned(source) {
        let Some(table) = SharedTable::find(ctx, &name)? else { continue };
        table.add_to(&mut catalog);
        if table.open {
            readable.insert(name);
        }
    }
    if let Some(own) = name(source) {
        SharedTable::of_schema(ctx, &own)?.iter().for_each(|table| table.add_to(&mut catalog));
    }
    let reserved = define::reserved(ctx);
    let around = Surroundings { catalog: &catalog, readable: &readable, reserved: &reserved };
    let text = package(source, &around).map_err(|findings| refused(&findings))?;
    check_calls(ctx, &text)?;
    check_circles(ctx, &text)?;
    Ok(text)
}

/// The name that a source gives to its package, if it begins as one does.
fn name(source: &str) -> Option<String> {
    let pieces = split(source).ok()?;
    let name = pieces.first()?.text.split_ascii_whitespace().nth(1)?;
    Some(name.trim_matches('"').to_ascii_lowercase())
}

/// The owners that a source names: the texts in its first statement, whatever else there is against it.
pub fn named_owners(source: &str) -> Vec<String> {
    let pieces = split(source).unwrap_or_default();
    let header = pieces.first().map_or("", |piece| piece.text);
    header.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What the checker has against a source, as a refusal.
fn refused(findings: &[Finding]) -> Refused {
    let findings: Vec<_> = findings.iter().map(Finding::to_string).collect();
    Refused::Checked { findings: findings.join("; ") }
}

/// Everything that actions call must be there: a command of a module that packages call, an own action, a public one of another package.
fn check_calls(ctx: &Context<'_>, text: &PackageText) -> Result<(), Refused> {
    let commands = ctx.command_names();
    let mut findings = Vec::new();
    for action in &text.actions {
        for name in &action.calls {
            let (home, inner) = name.split_once('.').unwrap_or((name, ""));
            let wrong = match () {
                () if home == text.name => match text.actions.iter().any(|own| own.name == inner) {
                    true => None,
                    false => Some(format!("{name} is no action of this package")),
                },
                () if commands.binary_search(&name.as_str()).is_ok() => match run::is_callable(home) {
                    true => None,
                    false => Some(format!("{name} is not called by packages: it decides who can do what")),
                },
                () => match public_action(ctx, home, inner)? {
                    true => None,
                    false => Some(format!("{name} is neither a command nor a public action of a package")),
                },
            };
            if let Some(message) = wrong {
                findings.push(Finding { rule: "call/unknown", line: action.line, message });
            }
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(refused(&findings)) }
}

/// Whether a package has this public action now: one of its newest version, unless that is retired.
fn public_action(ctx: &Context<'_>, package: &str, action: &str) -> Result<bool, Refused> {
    let found = ctx.query_opt(
        "SELECT 1 FROM package_action a JOIN package p ON p.name = a.package AND p.version = a.version
         JOIN package_version v ON v.package = a.package AND v.version = a.version
         WHERE a.package = ?1 AND a.name = ?2 AND a.public = 1 AND v.state = 'active'",
        (package, action),
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Refuses actions that call each other in a circle, through other packages too.
fn check_circles(ctx: &Context<'_>, text: &PackageText) -> Result<(), Refused> {
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for action in &text.actions {
        calls.insert(format!("{}.{}", text.name, action.name), action.calls.clone());
    }
    for action in &text.actions {
        let start = format!("{}.{}", text.name, action.name);
        let mut path = vec![start];
        follow(ctx, &mut calls, &mut path)?;
    }
    Ok(())
}

/// Follows the calls of the last action of `path`, depth first.
fn follow(
    ctx: &Context<'_>,
    calls: &mut BTreeMap<String, BTreeSet<String>>,
    path: &mut Vec<String>,
) -> Result<(), Refused> {
    let last = path.last().expect("a path has a start").clone();
    if path[..path.len() - 1].contains(&last) {
        return Err(Refused::Circle { circle: path.join(" → ") });
    }
    let next = match calls.get(&last) {
        Some(next) => next.clone(),
        None => {
            let next = calls_of(ctx, &last)?;
            calls.insert(last.clone(), next.clone());
            next
        }
    };
    for name in next {
        path.push(name);
        follow(ctx, calls, path)?;
        path.pop();
    }
    // All its ways end.
    calls.insert(last, BTreeSet::new());
    Ok(())
}

/// What the newest version of an action calls; nothing, if it is none.
fn calls_of(ctx: &Context<'_>, name: &str) -> Result<BTreeSet<String>, Refused> {
    let (package, action) = name.split_once('.').unwrap_or((name, ""));
    let found = ctx.query_opt(
        "SELECT a.calls FROM package_action a JOIN package p ON p.name = a.package AND p.version = a.version
         WHERE a.package = ?1 AND a.name = ?2",
        (package, action),
        |row| row.get::<_, String>(0),
    )?;
    Ok(found.map(|calls| serde_json::from_str(&calls).expect("calls were written")).unwrap_or_default())
}
