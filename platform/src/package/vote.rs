use super::{
    Refused, Rejected,
    commands::VersionState,
    deploy,
    motion::{Motion, Standing},
};
use crate::{Event as _, sql};
use counterfoil_state::Context;

/// Counts the sender's vote on a proposed version, and does what it decides.
pub(super) fn on_version(
    ctx: &mut Context<'_>,
    package: &str,
    version: i64,
    (owners, needed): (&[String], i64),
    agrees: bool,
) -> Result<VersionState, Refused> {
    let standing = Motion::Deploy(version).vote(ctx, package, owners, needed, agrees)?;
    if version == 1 && !matches!(standing, Standing::Open(_)) {
        sql::release_schema(ctx, package)?;
    }
    let (state, missing) = match standing {
        Standing::Open(missing) => ("proposed", missing),
        Standing::Agreed => {
            deploy::deploy(ctx, package, version)?;
            ("active", 0)
        }
        Standing::Refused => {
            let sql = "UPDATE package_version SET state = 'rejected', decided_height = ?3 WHERE package = ?1 AND version = ?2";
            ctx.run(sql, (package, version, ctx.height() as i64))?;
            Rejected { package: package.to_owned(), version }.emit(ctx);
            ("rejected", 0)
        }
    };
    Ok(VersionState { package: package.to_owned(), version, state: state.to_owned(), missing })
}
