//! What the owners of a package decide by votes.

use super::Refused;
use counterfoil_state::Context;
use counterfoil_types::Refusal;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// That a version is deployed.
    Deploy(i64),
    /// That a package can be called again.
    Unfreeze,
    /// That a version is called no more.
    Retire(i64),
}

/// How a vote stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// So many more must agree.
    Open(i64),
    /// Enough have agreed.
    Agreed,
    /// Too many are against it.
    Refused,
}

impl Motion {
    fn name(self) -> (&'static str, i64) {
        match self {
            Self::Deploy(version) => ("deploy", version),
            Self::Unfreeze => ("unfreeze", 0),
            Self::Retire(version) => ("retire", version),
        }
    }

    /// Counts the sender's vote, one of `owners`, of whom `needed` decide, for or against; a motion that is decided is closed.
    pub fn vote(
        self,
        ctx: &mut Context<'_>,
        package: &str,
        owners: &[String],
        needed: i64,
        agrees: bool,
    ) -> Result<Standing, Refused> {
        self.cast(ctx, package, agrees)?;
        let (agreed, against) = self.count(ctx, package, owners)?;
        let standing = match () {
            () if agreed >= needed => Standing::Agreed,
            () if owners.len() as i64 - against < needed => Standing::Refused,
            () => Standing::Open(needed - agreed),
        };
        if !matches!(standing, Standing::Open(_)) {
            self.close(ctx, package)?;
        }
        Ok(standing)
    }

    /// Counts that the sender agrees, or no longer that it did: how many of `owners` must still agree; nothing once they have decided,
    /// which closes the motion. Nobody is against such a motion, so none ends the agreement of others.
    pub fn agree(
        self,
        ctx: &mut Context<'_>,
        package: &str,
        owners: &[String],
        needed: i64,
        agrees: bool,
    ) -> Result<Option<i64>, Refused> {
        if agrees {
            self.cast(ctx, package, true)?;
        } else {
            self.take_back(ctx, package)?;
        }
        let (agreed, _) = self.count(ctx, package, owners)?;
        if agrees && agreed >= needed {
            self.close(ctx, package)?;
            return Ok(None);
        }
        Ok(Some((needed - agreed).max(0)))
    }

    fn cast(self, ctx: &mut Context<'_>, package: &str, agrees: bool) -> Result<(), Refused> {
        let kid = &ctx.signers()[0];
        let (motion, version) = self.name();
        let before = ctx.query_opt(
            "SELECT agrees FROM package_vote WHERE package = ?1 AND motion = ?2 AND version = ?3 AND member = ?4",
            (package, motion, version, kid.member()),
            |row| row.get::<_, bool>(0),
        )?;
        if before == Some(agrees) {
            return Err(Refused::VotedBefore { member: kid.member().to_owned() });
        }
        let row = (package, motion, version, kid.member(), agrees, kid.as_str(), ctx.height() as i64);
        ctx.run(
            "INSERT INTO package_vote (package, motion, version, member, agrees, key, height)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (package, motion, version, member)
             DO UPDATE SET agrees = excluded.agrees, key = excluded.key, height = excluded.height",
            row,
        )?;
        Ok(())
    }

    fn take_back(self, ctx: &mut Context<'_>, package: &str) -> Result<(), Refused> {
        let member = ctx.signers()[0].member();
        let (motion, version) = self.name();
        let sql = "DELETE FROM package_vote WHERE package = ?1 AND motion = ?2 AND version = ?3 AND member = ?4";
        match ctx.run(sql, (package, motion, version, member))? {
            0 => Err(Refused::NothingTakenBack { member: member.to_owned() }),
            _ => Ok(()),
        }
    }

    /// How many of `owners` agree, and how many do not; votes of those who are owners no more do not count.
    fn count(self, ctx: &Context<'_>, package: &str, owners: &[String]) -> Result<(i64, i64), Refusal> {
        let (motion, version) = self.name();
        let votes = ctx.query(
            "SELECT member, agrees FROM package_vote WHERE package = ?1 AND motion = ?2 AND version = ?3 ORDER BY member",
            (package, motion, version),
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)),
        )?;
        let count = |wanted: bool| {
            votes.iter().filter(|(member, agrees)| owners.contains(member) && *agrees == wanted).count() as i64
        };
        Ok((count(true), count(false)))
    }

    fn close(self, ctx: &mut Context<'_>, package: &str) -> Result<(), Refusal> {
        let (motion, version) = self.name();
        let sql = "DELETE FROM package_vote WHERE package = ?1 AND motion = ?2 AND version = ?3";
        ctx.run(sql, (package, motion, version)).map(|_| ())
    }
}

/// What a vote says if it does not say.
pub(super) fn agrees() -> bool {
    true
}

/// The owners of a deployed package, sorted, and how many decide.
pub(super) fn owners(ctx: &Context<'_>, field: &'static str, package: &str) -> Result<(Vec<String>, i64), Refused> {
    let needed = ctx.query_opt("SELECT approvals FROM package WHERE name = ?1", [package], |row| row.get(0))?;
    let needed = needed.ok_or_else(|| Refused::NoPackage { field, package: package.to_owned() })?;
    let sql = "SELECT member FROM package_owner WHERE package = ?1 ORDER BY member";
    Ok((ctx.query(sql, [package], |row| row.get(0))?, needed))
}

/// Refuses a sender that is not among the owners.
pub(super) fn require_owner(
    ctx: &Context<'_>,
    field: &'static str,
    package: &str,
    owners: &[String],
) -> Result<(), Refused> {
    let member = ctx.signers()[0].member();
    if owners.iter().any(|owner| owner == member) {
        return Ok(());
    }
    let (package, owners) = (package.to_owned(), owners.join(", "));
    Err(Refused::NotAnOwner { field, package, owners, member: member.to_owned() })
}
