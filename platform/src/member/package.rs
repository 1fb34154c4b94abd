//! Packages as members: they own accounts and act, without keys, through their actions alone.

use super::{
    Refused,
    standing::{NewMember, require_free},
};
use counterfoil_state::Context;
use counterfoil_types::{Kid, Refusal};

/// The name of a package's signature, which no key can make: see [`signature_of`].
const KEY: &str = "package";

/// Makes a package a member.
pub(crate) fn insert_package(ctx: &mut Context<'_>, id: &str, name: &str) -> Result<(), Refused> {
    require_free(ctx, id)?;
    NewMember { id, name, kind: "package", sponsor: None, roles: &[] }.insert(ctx)?;
    Ok(())
}

/// Those who signed, without the packages that act within the transaction.
pub(crate) fn without_packages(ctx: &Context<'_>) -> Result<Vec<Kid>, Refusal> {
    let mut people = Vec::with_capacity(ctx.signers().len());
    for kid in ctx.signers() {
        let sql = "SELECT 1 FROM member WHERE id = ?1 AND kind = 'package'";
        if kid.key() != KEY || ctx.query_opt(sql, [kid.member()], |_| Ok(()))?.is_none() {
            people.push(kid.clone());
        }
    }
    Ok(people)
}

/// As whom a package acts within a transaction: among those who signed it stands one that no key can be named, since a package has none.
pub(crate) fn signature_of(package: &str) -> Kid {
    Kid::new(package, KEY).expect("the name of a package is a member's name")
}
