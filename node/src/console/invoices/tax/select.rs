//! The SELECTs of reports. Each follows an index; those of all taxpayers take a row of a taxpayer and month.
//! In those of CSV the first column is where the next page goes on: after ?1, with ?2 rows at most.

/// What a taxpayer `t` is on the day ?4: a column of the rule that decides.
macro_rules! status {
    ($column:literal) => {
        concat!(
            "(SELECT s.",
            $column,
            " FROM invoice_taxpayer_status s WHERE s.taxpayer = t.id AND s.from_day <= ?4 AND coalesce(s.until_day, ?4) >= ?4
              ORDER BY s.number DESC LIMIT 1)"
        )
    };
}

/// Taxpayers with a month. ?3 month, ?4 day, ?5 what their ids begin with, ?6 the text after all that begin so.
pub const TAXPAYERS: &str = concat!(
    "SELECT t.id, t.id, t.name, t.member, t.regime, ",
    status!("state"),
    ", ",
    status!("scale"),
    ", m.currency, m.invoices, m.issued_minor, m.red_minor, coalesce(m.invoices_max, -1), coalesce(m.issued_max_minor, -1)
     FROM (SELECT * FROM invoice_taxpayer WHERE id > ?1 AND id >= ?5 AND id < ?6 ORDER BY id LIMIT ?2) t
     LEFT JOIN invoice_month m ON m.seller = t.id AND m.month = ?3 ORDER BY t.id, m.currency"
);

/// What can need a look in a month `m`.
macro_rules! kinds {
    () => {
        "(SELECT 'many_red_letters' AS kind UNION ALL SELECT 'near_quota') k"
    };
}

/// How much of its quota a month `m` has used, or of how many of its invoices a red letter is there, in percent.
macro_rules! percent {
    () => {
        "iif(k.kind = 'near_quota',
            max(coalesce(iif(m.invoices_max > 0, m.invoices * 100 / m.invoices_max, 100), 0),
                coalesce(iif(m.issued_max_minor > 0, m.issued_minor / max(m.issued_max_minor / 100, 1), 100), 0)),
            m.red * 100 / max(m.invoices, 1))"
    };
}

/// Whether that needs a look.
macro_rules! alarming {
    () => {
        "iif(k.kind = 'near_quota',
             m.invoices >= m.invoices_max - m.invoices_max / 10 OR m.issued_minor >= m.issued_max_minor - m.issued_max_minor / 10,
             m.red >= 5 AND m.red * 5 >= m.invoices)"
    };
}

/// What needs a look in the month ?3, after ?1.
pub const ALARMS: &str = concat!(
    "SELECT t.id || ' ' || m.currency || ' ' || k.kind, k.kind, t.id, t.name, m.month, m.currency, ",
    percent!(),
    " FROM invoice_taxpayer t CROSS JOIN invoice_month m ON m.seller = t.id AND m.month = ?3 CROSS JOIN ",
    kinds!(),
    " WHERE t.id || ' ' || m.currency || ' ' || k.kind > ?1 AND ",
    alarming!(),
    " ORDER BY t.id, m.currency, k.kind LIMIT ?2"
);

/// Questions that are not closed, the newest first, before ?1.
pub const QUESTIONS: &str =
    "SELECT printf('%020d', q.number), i.id, i.number, i.seller, i.seller_name, q.rule, q.reason,
        q.asked_by, q.state, q.answer, q.asked_ms
    FROM invoice_question q JOIN invoice i ON i.id = q.invoice
    WHERE q.state IN ('open', 'answered') AND q.number < iif(?1 = '', 9223372036854775807, CAST(?1 AS INTEGER))
    ORDER BY q.number DESC LIMIT ?2";

/// Payments to a taxpayer ?1 whose invoices have several holders, of its newest.
macro_rules! several_buyers {
    () => {
        "SELECT 'several_buyers' AS kind, p.id AS what, count(DISTINCT h.member) AS figure
         FROM (SELECT id FROM invoice_payment WHERE payee = ?1 ORDER BY id DESC LIMIT 1000) p
         JOIN invoice_payment_use u ON u.payment = p.id JOIN invoice_holder h ON h.invoice = u.invoice
         WHERE u.returned_minor < u.amount_minor GROUP BY p.id HAVING count(DISTINCT h.member) > 1"
    };
}

/// Payments to a taxpayer ?1, of its newest, of which about as much came back to who had paid, within 31 days.
macro_rules! round_trips {
    () => {
        "SELECT 'round_trip', a.id || ' ' || b.id, min(a.amount_minor, b.amount_minor)
         FROM (SELECT * FROM invoice_payment WHERE payee = ?1 ORDER BY id DESC LIMIT 200) a JOIN invoice_taxpayer s ON s.id = a.payee
         JOIN invoice_payment b ON b.payer_member = s.member JOIN invoice_taxpayer v ON v.id = b.payee AND v.member = a.payer_member
         WHERE a.currency = b.currency AND abs(a.amount_minor - b.amount_minor) <= a.amount_minor / 10
           AND (b.paid_ms > a.paid_ms OR (b.paid_ms = a.paid_ms AND b.id > a.id)) AND b.paid_ms - a.paid_ms <= 2678400000"
    };
}

/// Months of a taxpayer ?1 that need a look, of its newest.
macro_rules! months {
    () => {
        concat!(
            "SELECT k.kind AS kind, m.month || ' ' || m.currency AS what, ",
            percent!(),
            " AS figure FROM (SELECT * FROM invoice_month WHERE seller = ?1 ORDER BY month DESC, currency DESC LIMIT 24) m
              CROSS JOIN ",
            kinds!(),
            " WHERE ",
            alarming!()
        )
    };
}

/// One taxpayer with what it was and will be, its quotas, and what needs a look. ?1 id, ?4 day.
pub const TAXPAYER: &str = concat!(
    "SELECT t.id, t.name, t.member, t.regime, ",
    status!("state"),
    ", ",
    status!("scale"),
    ", (SELECT json_group_array(json_object('state', s.state, 'scale', s.scale, 'from', s.from_day, 'until', s.until_day,
          'set_by', s.set_by) ORDER BY s.number DESC) FROM invoice_taxpayer_status s WHERE s.taxpayer = t.id),
       (SELECT json_group_array(json_object('currency', q.currency, 'invoices', q.invoices_max, 'amount', q.issued_max_minor,
          'from', q.from_day, 'until', q.until_day) ORDER BY q.number DESC) FROM invoice_quota q WHERE q.taxpayer = t.id),
       (SELECT json_group_array(json_object('kind', a.kind, 'what', a.what, 'figure', a.figure)) FROM (",
    months!(),
    " UNION ALL ",
    several_buyers!(),
    " UNION ALL ",
    round_trips!(),
    ") a) FROM invoice_taxpayer t WHERE t.id = ?1"
);

/// Output tax by month, kind, category and rate. ?3 taxpayer, ?4 and ?5 months.
pub const OUTPUT: &str =
    "SELECT printf('%s/%s/%s/%s/%07d', month, currency, kind, category, rate), month, currency, category, rate, net_minor, tax_minor, kind
     FROM invoice_month_tax
     WHERE seller = ?3 AND month BETWEEN ?4 AND ?5 AND printf('%s/%s/%s/%s/%07d', month, currency, kind, category, rate) > ?1
     ORDER BY month, currency, kind, category, rate LIMIT ?2";

/// What was issued and taken back by month. ?3 taxpayer, ?4 and ?5 months.
pub const MONTHS: &str =
    "SELECT month || currency, month, currency, invoices, issued_minor, red, red_minor, invoices_max, issued_max_minor
     FROM invoice_month WHERE seller = ?3 AND month BETWEEN ?4 AND ?5 AND month || currency > ?1
     ORDER BY month, currency LIMIT ?2";

/// Input tax that an organisation has booked. ?3 organisation, ?4 and ?5 months.
pub const INPUT: &str =
    "SELECT printf('%s/%s/%s/%07d', month, currency, category, rate), month, currency, category, rate, net_minor, tax_minor
     FROM invoice_input_tax
     WHERE organisation = ?3 AND month BETWEEN ?4 AND ?5 AND printf('%s/%s/%s/%07d', month, currency, category, rate) > ?1
     ORDER BY month, currency, category, rate LIMIT ?2";

/// Every invoice of some days, the newest first. ?3 taxpayer, ?4 and ?5 days.
pub const SALES_BOOK: &str =
    "SELECT issue_date || id, id, number, issue_date, currency, sign, net_minor, tax_minor, total_minor, state
     FROM invoice
     WHERE seller = ?3 AND issue_date >= ?4 AND issue_date <= min(?5, iif(?1 = '', ?5, substr(?1, 1, 10)))
       AND (?1 = '' OR (issue_date, id) < (substr(?1, 1, 10), substr(?1, 11)))
     ORDER BY issue_date DESC, id DESC LIMIT ?2";

/// All of them.
#[cfg(test)]
pub const EACH: [(&str, &str); 8] = [
    ("taxpayers", TAXPAYERS),
    ("alarms", ALARMS),
    ("questions", QUESTIONS),
    ("taxpayer", TAXPAYER),
    ("output", OUTPUT),
    ("months", MONTHS),
    ("input", INPUT),
    ("sales_book", SALES_BOOK),
];
