use super::{amount::shown, texts::Texts};
use crate::{
    console::{
        Row,
        desk::{Desk, Moment},
        language::Language,
    },
    problem::Answer,
};
use serde_json::json;

/// The member's first open account of an asset `a`.
macro_rules! account_of {
    () => {
        "(SELECT x.id FROM asset_account x WHERE x.asset = a.asset AND x.id >= ?1 || '/' AND x.id < ?1 || '0' AND x.id <> x.asset
            AND x.state = 'open' ORDER BY x.id LIMIT 1)"
    };
}

/// What is set aside for the member ?1 and not all taken, after number ?2, ?3 at most.
macro_rules! holds {
    ($which:literal) => {
        concat!(
            "SELECT 'hold', CAST(h.number AS TEXT), h.account, h.beneficiary, a.asset, s.decimals, h.amount_minor - h.captured_minor,
        h.expires_ms, coalesce(h.reference, ''), ",
            account_of!(),
            ", '' FROM asset_hold h CROSS JOIN asset_account a ON a.id = h.account CROSS JOIN asset s ON s.id = a.asset
    WHERE h.beneficiary = ?1 AND h.state = 'open' AND h.number > CAST(?2 AS INTEGER)",
            $which,
            " ORDER BY h.number LIMIT ?3"
        )
    };
}

/// What is offered to it.
macro_rules! offers {
    ($which:literal) => {
        concat!(
            "SELECT 'offer', CAST(o.number AS TEXT), o.from_account, o.receiver, a.asset, s.decimals, o.amount_minor, o.expires_ms,
        coalesce(o.reference, ''), coalesce(o.to_account, ",
            account_of!(),
            "), '' FROM asset_offer o CROSS JOIN asset_account a ON a.id = o.from_account CROSS JOIN asset s ON s.id = a.asset
    WHERE o.receiver = ?1 AND o.state = 'open' AND o.number > CAST(?2 AS INTEGER)",
            $which,
            " ORDER BY o.number LIMIT ?3"
        )
    };
}

/// Money that is set aside for a member: a kind of the inbox.
pub(in crate::console) const HOLDS: &str = holds!("");

/// Money that is offered to a member: a kind of the inbox.
pub(in crate::console) const OFFERS: &str = offers!("");

/// Money that a member offers, by account and number: the cursor has both.
pub(in crate::console) const SENT: &str =
    "SELECT 'sent', o.from_account || ' ' || o.number, o.from_account, o.receiver, a.asset, s.decimals, o.amount_minor, o.expires_ms,
        coalesce(o.reference, ''), coalesce(o.to_account, ''), CAST(o.number AS TEXT)
    FROM asset_offer o CROSS JOIN asset_account a ON a.id = o.from_account CROSS JOIN asset s ON s.id = a.asset
    WHERE o.state = 'open' AND o.from_account < ?1 || '0' AND (o.from_account, o.number)
        > (max(?1 || '/', substr(?2, 1, instr(?2, ' ') - 1)), CAST(substr(?2, instr(?2, ' ') + 1) AS INTEGER))
    ORDER BY o.from_account, o.number LIMIT ?3";

/// Both for a member, the first of each.
pub(super) const WAITING: &str =
    concat!("SELECT * FROM (", offers!(""), ") UNION ALL SELECT * FROM (", holds!(""), ")");

/// The same of the asset ?4.
pub(super) const WAITING_OF_ASSET: &str = concat!(
    "SELECT * FROM (",
    offers!(" AND a.asset = ?4"),
    ") UNION ALL SELECT * FROM (",
    holds!(" AND a.asset = ?4"),
    ")"
);

/// Entries of each kind on a page of accounts; the inbox has all.
const SHOWN: usize = 10;

/// Money that waits for a member, or for whom it has offered it to.
pub(in crate::console) struct Claim {
    /// Whether it is offered, and not set aside.
    pub is_offer: bool,
    /// Whether the member of the seat offers it.
    pub is_sent: bool,
    /// Its number.
    pub number: String,
    /// Out of which account.
    pub from: String,
    /// For whom.
    pub receiver: String,
    /// Of which asset.
    pub asset: String,
    /// How much.
    pub amount: String,
    /// Until when.
    pub expires: Moment,
    /// What it is for.
    pub reference: String,
    /// Into which of the receiver's accounts; empty if it has none of the asset.
    pub to: String,
    /// Texts of this area, for the template that many pages include.
    pub t: &'static Texts,
}

/// A row of these SELECTs.
pub(in crate::console) fn claim(row: &Row, language: Language) -> Claim {
    let is_sent = row.text(0) == "sent";
    Claim {
        is_offer: row.text(0) != "hold",
        is_sent,
        number: row.text(if is_sent { 10 } else { 1 }),
        from: row.text(2),
        receiver: row.text(3),
        asset: row.text(4),
        amount: shown(row.integer(6).unwrap_or_default(), decimals(row, 5)),
        expires: Moment(row.number(7)),
        reference: row.text(8),
        to: row.text(9),
        t: Texts::of(language),
    }
}

/// What waits for the member of the seat, of one asset or of all, and whether there is more; one SELECT.
pub(super) async fn waiting(desk: &Desk, asset: Option<&str>) -> Answer<(Vec<Claim>, bool)> {
    let mut params = vec![json!(desk.member()), json!(""), json!(SHOWN + 1)];
    params.extend(asset.map(|asset| json!(asset)));
    let rows = desk.select(if asset.is_some() { WAITING_OF_ASSET } else { WAITING }, params).await?;
    let mut claims = Vec::new();
    let mut more = false;
    for kind in ["offer", "hold"] {
        let of_kind: Vec<_> = rows.iter().filter(|row| row.text(0) == kind).collect();
        more |= of_kind.len() > SHOWN;
        claims.extend(of_kind.into_iter().take(SHOWN).map(|row| claim(row, desk.language())));
    }
    Ok((claims, more))
}

/// The range of ids of what a member owns: `/` is followed by `0`.
pub(super) fn owned(member: &str) -> [String; 2] {
    [format!("{member}/"), format!("{member}0")]
}

/// A column of an asset's decimals.
pub(in crate::console) fn decimals(row: &Row, at: usize) -> u32 {
    u32::try_from(row.number(at)).unwrap_or_default()
}
