use crate::{
    Command, Event as _,
    package::{Proposed, Refused, deploy, motion, source, stored::to_json, vote},
    sql,
};
use counterfoil_sql::PackageText;
use counterfoil_state::Context;
use counterfoil_types::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Proposes a package or its next version, by one of its owners, whose vote for it this is; it is deployed when enough owners agree.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// The file of the package.
    pub source: String,
}

/// How long a version waits for votes before another can be proposed in its place, milliseconds.
const LAPSE_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Packages that an organisation and the people whom it registered begin at most: nobody takes all names, alone or by registering many.
const PACKAGES_MAX: i64 = 100;

/// Where a version stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VersionState {
    /// The package.
    pub package: String,
    /// The version.
    pub version: i64,
    /// `proposed`, `active`, `retired` or `rejected`.
    pub state: String,
    /// How many owners must still agree to what is voted on.
    pub missing: i64,
}

impl Command for Propose {
    const NAME: &'static str = "package.propose";
    type Output = VersionState;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        500
    }

    fn check(&self) -> Result<(), Refused> {
        let (found, max) = (self.source.len(), counterfoil_sql::TEXT_BYTES_MAX);
        if found > max { Err(Refused::TooLong { found, max }) } else { Ok(()) }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<VersionState, Refused> {
        let text = source::check(ctx, &self.source)?;
        let (package, version) = (text.name.clone(), i64::from(text.version));
        let (owners, needed) = deciders(ctx, &text)?;
        motion::require_owner(ctx, "/source", &package, &owners)?;
        let open = ctx.query_opt(
            "SELECT version FROM package_version WHERE package = ?1 AND state = 'proposed' AND proposed_ms > ?2",
            (&package, ctx.time_ms() as i64 - LAPSE_MS),
            |row| row.get(0),
        )?;
        if let Some(version) = open {
            return Err(Refused::ProposedBefore { package, version });
        }
        let proposer = &ctx.signers()[0];
        let sponsor = sponsor(ctx)?;
        let (height, time_ms) = (ctx.height() as i64, ctx.time_ms() as i64);
        // A version that was rejected, or has waited too long, is proposed anew under its number.
        let sql = "DELETE FROM package_vote WHERE package = ?1 AND motion = 'deploy'";
        ctx.run(sql, [&package])?;
        ctx.run("DELETE FROM package_version WHERE package = ?1 AND version = ?2", (&package, version))?;
        ctx.run(
            "INSERT INTO package_version (package, version, state, source, source_hash, description, proposer, sponsor,
                                          proposed_height, proposed_ms, owners, approvals)
             VALUES (?1, ?2, 'proposed', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            (
                &package,
                version,
                &self.source,
                Hash::of(&[self.source.as_bytes()]).0.as_slice(),
                &text.description,
                proposer.as_str(),
                &sponsor,
                height,
                time_ms,
                to_json(&text.owners),
                deploy::approvals(&text),
            ),
        )?;
        Proposed { package: package.clone(), version, proposer: proposer.member().to_owned() }.emit(ctx);
        if version == 1 {
            sql::reserve_schema(ctx, &package, time_ms + LAPSE_MS)?;
        }
        vote::on_version(ctx, &package, version, (&owners, needed), true)
    }
}

/// Who decides on a version: the owners of the one in force, or of the first those that it names.
fn deciders(ctx: &Context<'_>, text: &PackageText) -> Result<(Vec<String>, i64), Refused> {
    deploy::check_owners(ctx, text)?;
    let (package, given) = (&text.name, i64::from(text.version));
    let newest = ctx.query_opt("SELECT version FROM package WHERE name = ?1", [package], |row| row.get::<_, i64>(0))?;
    let next = newest.unwrap_or(0) + 1;
    if given != next {
        return Err(Refused::NotTheNextVersion { package: package.clone(), next, given });
    }
    if newest.is_some() {
        return motion::owners(ctx, "/source", package);
    }
    deploy::require_free_name(ctx, package)?;
    require_room(ctx, package)?;
    Ok((text.owners.clone(), deploy::approvals(text)))
}

/// The organisation that answers for what the sender begins: itself, or for a person the one that registered it.
fn sponsor(ctx: &Context<'_>) -> Result<String, Refused> {
    let sql = "SELECT coalesce(sponsor, id) FROM member WHERE id = ?1";
    let found = ctx.query_opt(sql, [ctx.signers()[0].member()], |row| row.get(0))?;
    Ok(found.expect("signers are members"))
}

/// Refuses one package too many of those that an organisation answers for. A first version counts however long it has waited, for it can
/// still be voted on; not the one that this proposal takes the place of.
fn require_room(ctx: &Context<'_>, package: &str) -> Result<(), Refused> {
    // Not by way of its members: a bank has registered many.
    let begun = ctx.query_opt(
        "SELECT count(*) FROM package_version WHERE sponsor = ?1 AND version = 1 AND state <> 'rejected' AND package <> ?2",
        (sponsor(ctx)?, package),
        |row| row.get::<_, i64>(0),
    )?;
    if begun.unwrap_or(0) >= PACKAGES_MAX { Err(Refused::TooMany { max: PACKAGES_MAX }) } else { Ok(()) }
}
