use super::{amount::shown, texts::Texts};
use crate::{
    console::{
        Row,
        desk::{Desk, Moment},
    },
    problem::Answer,
};
use serde_json::json;

/// What is set aside or offered for a member and waits for it, among the newest 500 of each: older ones have lapsed long since, or wait
/// where nobody has looked for so many others.
const CLAIMS: &str = "SELECT 'hold', CAST(h.number AS TEXT), h.account, a.asset, s.decimals, h.amount_minor - h.captured_minor, h.expires_ms,
        coalesce(h.reference, ''), (SELECT x.id FROM asset_account x WHERE x.id >= ?2 AND x.id < ?3 AND x.asset = a.asset
            AND x.id <> x.asset AND x.state = 'open' ORDER BY x.id LIMIT 1)
    FROM (SELECT * FROM asset_hold WHERE beneficiary = ?1 ORDER BY number DESC LIMIT 500) h
    JOIN asset_account a ON a.id = h.account JOIN asset s ON s.id = a.asset WHERE h.state = 'open'
    UNION ALL
    SELECT 'offer', CAST(o.number AS TEXT), o.from_account, a.asset, s.decimals, o.amount_minor, o.expires_ms, coalesce(o.reference, ''),
        coalesce(o.to_account, (SELECT x.id FROM asset_account x WHERE x.id >= ?2 AND x.id < ?3 AND x.asset = a.asset
            AND x.id <> x.asset AND x.state = 'open' ORDER BY x.id LIMIT 1))
    FROM (SELECT * FROM asset_offer WHERE receiver = ?1 ORDER BY number DESC LIMIT 500) o
    JOIN asset_account a ON a.id = o.from_account JOIN asset s ON s.id = a.asset WHERE o.state = 'open'";

/// Money that waits for a member.
pub(in crate::console) struct Claim {
    /// Whether it is offered, and not set aside.
    pub is_offer: bool,
    /// Its number.
    pub number: String,
    /// Out of which account.
    pub from: String,
    /// Of which asset.
    pub asset: String,
    /// How much.
    pub amount: String,
    /// Until when.
    pub expires: Moment,
    /// What it is for.
    pub reference: String,
    /// Into which of the member's accounts; empty if it has none of the asset.
    pub to: String,
    /// Texts of this area, for the template that many pages include.
    pub t: &'static Texts,
}

/// The range of ids of what a member owns: `/` is followed by `0`.
pub(super) fn owned(member: &str) -> [String; 2] {
    [format!("{member}/"), format!("{member}0")]
}

/// What waits for the member of the seat; one SELECT.
pub(in crate::console) async fn waiting(desk: &Desk) -> Answer<Vec<Claim>> {
    let t = Texts::of(desk.language());
    let [first, end] = owned(desk.member());
    let rows = desk.select(CLAIMS, vec![json!(desk.member()), json!(first), json!(end)]).await?;
    let claim = |row: &Row| Claim {
        is_offer: row.text(0) == "offer",
        number: row.text(1),
        from: row.text(2),
        asset: row.text(3),
        amount: shown(row.integer(5).unwrap_or_default(), decimals(row, 4)),
        expires: Moment(row.number(6)),
        reference: row.text(7),
        to: row.text(8),
        t,
    };
    Ok(rows.iter().map(claim).collect())
}

/// A column of an asset's decimals.
pub(super) fn decimals(row: &Row, at: usize) -> u32 {
    u32::try_from(row.number(at)).unwrap_or_default()
}
