//! The SELECTs of the list: each follows an index from the newest invoice back, and looks at so many rows at most, whatever is asked for.

/// How an invoice `i` stands, in a word of the ledger; `u` is its reimbursement.
macro_rules! standing {
    () => {
        "CASE WHEN i.state <> 'issued' THEN i.state ELSE coalesce(u.state,
           (SELECT 'passed_on' FROM invoice_pass p WHERE p.invoice = i.id LIMIT 1), 'issued') END"
    };
}

/// Rows of the candidates that fit, and how far was looked.
///
/// ?1 member, ?2 first id, ?3 id before which, ?4 candidates at most, ?5 state, ?6 the other side, ?7 rows at most.
macro_rules! list {
    ($candidates:expr) => {
        concat!(
            "WITH candidate AS MATERIALIZED (",
            $candidates,
            "), looked AS (SELECT count(*) AS seen, min(id) AS last FROM candidate),
             fits AS (SELECT i.id, i.number, i.seller_name, i.issue_date, i.currency, i.sign, i.total_minor, ",
            standing!(),
            " AS standing, EXISTS (SELECT 1 FROM invoice_questioned q WHERE q.invoice = i.id) AS questioned, m.name AS holder,
                b.state AS booking, i.seller, t.member AS seller_member, h.member AS held_by
              FROM candidate c CROSS JOIN invoice i ON i.id = c.id JOIN invoice_taxpayer t ON t.id = i.seller
              LEFT JOIN invoice_holder h ON h.invoice = i.id LEFT JOIN member m ON m.id = h.member
              LEFT JOIN invoice_reimbursement u ON u.invoice = i.id LEFT JOIN invoice_booking b ON b.invoice = i.id),
             found AS (SELECT * FROM fits
              WHERE (?5 IS NULL OR ?5 = standing OR (?5 = 'questioned' AND questioned)
                     OR (?5 = 'booked' AND booking IN ('deductible', 'not_deductible')))
                AND (?6 IS NULL OR ?6 IN (seller, seller_member, held_by) OR instr(seller_name, ?6) OR instr(holder, ?6))
              ORDER BY id DESC LIMIT ?7)
             SELECT l.seen, l.last, f.id, f.number, f.seller_name, f.issue_date, f.currency, f.sign, f.total_minor, f.standing,
                f.questioned, f.holder, f.booking
             FROM looked l LEFT JOIN found f ORDER BY f.id DESC"
        )
    };
}

/// All invoices of the ledger.
pub(super) const ALL: &str =
    list!("SELECT id FROM invoice WHERE id >= ?2 AND id < ?3 AND ?1 IS NOT NULL ORDER BY id DESC LIMIT ?4");

/// Those that a member's taxpayers have issued.
pub(super) const ISSUED: &str = list!(
    "SELECT j.value AS id FROM invoice_taxpayer t, json_each((SELECT json_group_array(x.id) FROM (
        SELECT o.id FROM invoice o WHERE o.seller = t.id AND o.id >= ?2 AND o.id < ?3 ORDER BY o.id DESC LIMIT ?4) x)) j
     WHERE t.member = ?1 ORDER BY j.value DESC LIMIT ?4"
);

/// Those that a member holds as their buyer.
pub(super) const HELD: &str = list!(
    "SELECT invoice AS id FROM invoice_holder WHERE member = ?1 AND invoice >= ?2 AND invoice < ?3
     ORDER BY invoice DESC LIMIT ?4"
);

/// A part of a table with columns organisation, state and invoice.
macro_rules! of_state {
    ($table:literal, $state:literal) => {
        concat!(
            "SELECT * FROM (SELECT invoice AS id FROM ",
            $table,
            " WHERE organisation = ?1 AND state = '",
            $state,
            "' AND invoice >= ?2 AND invoice < ?3 ORDER BY invoice DESC LIMIT ?4)"
        )
    };
}

/// Those that people have passed on to an organisation.
pub(super) const RECEIVED: &str = list!(concat!(
    "SELECT id FROM (",
    of_state!("invoice_pass", "open"),
    " UNION ALL ",
    of_state!("invoice_pass", "taken"),
    ") ORDER BY id DESC LIMIT ?4"
));

/// Those that an organisation has locked or closed.
pub(super) const REIMBURSED: &str = list!(concat!(
    "SELECT id FROM (",
    of_state!("invoice_reimbursement", "locked"),
    " UNION ALL ",
    of_state!("invoice_reimbursement", "closed"),
    ") ORDER BY id DESC LIMIT ?4"
));

/// Those of a number, of all sellers: ?2 is the number, ?8 the first id.
pub(super) const OF_NUMBER: &str = list!(
    "SELECT id FROM invoice WHERE number = ?2 AND id >= ?8 AND id < ?3 AND ?1 IS NOT NULL ORDER BY id DESC LIMIT ?4"
);

/// The first heights of blocks from the times ?1 and ?2 on, below ?3: found by halving, since blocks have their times in order.
pub(super) const HEIGHTS: &str = "WITH RECURSIVE
    wanted (at, time_ms) AS (VALUES (1, ?1), (2, ?2)),
    step (at, time_ms, low, high) AS (
      SELECT at, time_ms, 0, ?3 FROM wanted
      UNION ALL
      SELECT at, time_ms,
        iif((SELECT b.time_ms FROM block b WHERE b.height = (low + high) / 2) < time_ms, (low + high) / 2 + 1, low),
        iif((SELECT b.time_ms FROM block b WHERE b.height = (low + high) / 2) < time_ms, high, (low + high) / 2)
      FROM step WHERE low < high)
    SELECT at, low FROM step WHERE low >= high ORDER BY at";

/// All of them.
#[cfg(test)]
pub(super) const EACH: [(&str, &str); 7] = [
    ("all", ALL),
    ("issued", ISSUED),
    ("held", HELD),
    ("received", RECEIVED),
    ("reimbursed", REIMBURSED),
    ("of_number", OF_NUMBER),
    ("heights", HEIGHTS),
];
