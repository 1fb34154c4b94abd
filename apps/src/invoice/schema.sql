-- Rules of the tax authority. Each row says what holds from a day until a day (none: until it is set anew); rows are never changed.
-- For a day the newest row that covers it decides: the one with the greatest number. set_by is empty in what genesis wrote.

-- Who may issue invoices in its regime.
CREATE TABLE invoice_taxpayer (
    id     TEXT NOT NULL PRIMARY KEY,  -- cn-vat: 18 characters of GB 32100; en16931: BT-31, BT-32, BT-30 or BT-29 as invoices write it
    name   TEXT NOT NULL,
    member TEXT NOT NULL,              -- whose keys sign for it
    regime TEXT NOT NULL CHECK (regime IN ('cn-vat', 'en16931'))
) STRICT, WITHOUT ROWID;

CREATE INDEX invoice_taxpayer_member ON invoice_taxpayer (member);

-- What a taxpayer is. Before the first row it may not issue.
CREATE TABLE invoice_taxpayer_status (
    taxpayer  TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('active', 'suspended', 'deregistered')),
    scale     TEXT    NOT NULL CHECK (scale IN ('general', 'small')),
    region    TEXT    NOT NULL,  -- digits 3 and 4 of its invoices' numbers; empty in en16931
    from_day  TEXT    NOT NULL,
    until_day TEXT,
    set_by    TEXT    NOT NULL,
    set_ms    INTEGER NOT NULL,
    PRIMARY KEY (taxpayer, number)
) STRICT, WITHOUT ROWID;

-- Rates. A rate of -1 means any that the category's own rules allow.
CREATE TABLE invoice_rate (
    regime    TEXT    NOT NULL CHECK (regime IN ('cn-vat', 'en16931')),
    category  TEXT    NOT NULL,  -- cn-vat: standard, or the preference mark; en16931: UNTDID 5305
    rate      INTEGER NOT NULL,  -- of 10,000
    scale     TEXT    NOT NULL CHECK (scale IN ('', 'general', 'small')),  -- of taxpayers; empty: of all
    number    INTEGER NOT NULL,
    allowed   INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    from_day  TEXT    NOT NULL,
    until_day TEXT,
    set_by    TEXT    NOT NULL,
    set_ms    INTEGER NOT NULL,
    PRIMARY KEY (regime, category, rate, scale, number)
) STRICT, WITHOUT ROWID;

-- Codes of goods and services in cn-vat, by what they begin with; of several rules the longest prefix decides.
CREATE TABLE invoice_tax_code (
    prefix    TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    allowed   INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    rates     TEXT,              -- JSON array of the rates with which they are allowed; none: with any
    from_day  TEXT    NOT NULL,
    until_day TEXT,
    set_by    TEXT    NOT NULL,
    set_ms    INTEGER NOT NULL,
    PRIMARY KEY (prefix, number)
) STRICT, WITHOUT ROWID;

-- What a taxpayer may issue in a month; without a row, anything.
CREATE TABLE invoice_quota (
    taxpayer         TEXT    NOT NULL,
    currency         TEXT    NOT NULL,
    number           INTEGER NOT NULL,
    invoices_max     INTEGER,
    issued_max_minor INTEGER,
    from_day         TEXT    NOT NULL,
    until_day        TEXT,
    set_by           TEXT    NOT NULL,
    set_ms           INTEGER NOT NULL,
    PRIMARY KEY (taxpayer, currency, number)
) STRICT, WITHOUT ROWID;

-- Regions and channels of Chinese numbers.
CREATE TABLE invoice_numbering (
    kind      TEXT    NOT NULL CHECK (kind IN ('region', 'channel')),
    code      TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    allowed   INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    from_day  TEXT    NOT NULL,
    until_day TEXT,
    set_by    TEXT    NOT NULL,
    set_ms    INTEGER NOT NULL,
    PRIMARY KEY (kind, code, number)
) STRICT, WITHOUT ROWID;

-- Whether invoices may be without a payment on the ledger. A rule for a taxpayer goes before that for its regime.
CREATE TABLE invoice_unpaid (
    regime    TEXT    NOT NULL,
    taxpayer  TEXT    NOT NULL,  -- empty: all
    number    INTEGER NOT NULL,
    allowed   INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    from_day  TEXT    NOT NULL,
    until_day TEXT,
    set_by    TEXT    NOT NULL,
    set_ms    INTEGER NOT NULL,
    PRIMARY KEY (regime, taxpayer, number)
) STRICT, WITHOUT ROWID;

-- Who may issue special invoices in cn-vat. A rule for a taxpayer goes before that for its scale.
CREATE TABLE invoice_special (
    issuer    TEXT    NOT NULL,  -- a taxpayer, or general or small: all of the scale
    number    INTEGER NOT NULL,
    allowed   INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    from_day  TEXT    NOT NULL,
    until_day TEXT,
    set_by    TEXT    NOT NULL,
    set_ms    INTEGER NOT NULL,
    PRIMARY KEY (issuer, number)
) STRICT, WITHOUT ROWID;

-- All rules with their history.
CREATE VIEW invoice_rule AS
SELECT number, 'invoice_taxpayer_status' AS kind, taxpayer || ' ' || region AS about, state || ' ' || scale AS says,
       from_day, until_day, set_by, set_ms FROM invoice_taxpayer_status
UNION ALL SELECT number, 'invoice_rate', regime || ' ' || category || ' ' || iif(rate = -1, 'any', rate) || iif(scale = '', '', ' ' || scale),
       iif(allowed, 'allowed', 'not allowed'), from_day, until_day, set_by, set_ms FROM invoice_rate
UNION ALL SELECT number, 'invoice_tax_code', prefix, iif(allowed, 'allowed' || coalesce(' at ' || rates, ''), 'not allowed'),
       from_day, until_day, set_by, set_ms FROM invoice_tax_code
UNION ALL SELECT number, 'invoice_quota', taxpayer || ' ' || currency,
       'invoices ' || coalesce(invoices_max, 'any') || ', hundredths ' || coalesce(issued_max_minor, 'any'),
       from_day, until_day, set_by, set_ms FROM invoice_quota
UNION ALL SELECT number, 'invoice_numbering', kind || ' ' || code, iif(allowed, 'allowed', 'not allowed'),
       from_day, until_day, set_by, set_ms FROM invoice_numbering
UNION ALL SELECT number, 'invoice_unpaid', trim(regime || ' ' || taxpayer), iif(allowed, 'allowed', 'not allowed'),
       from_day, until_day, set_by, set_ms FROM invoice_unpaid
UNION ALL SELECT number, 'invoice_special', issuer, iif(allowed, 'allowed', 'not allowed'),
       from_day, until_day, set_by, set_ms FROM invoice_special;

-- The last number given of each series: year, region and channel, five digits in front of a Chinese number.
CREATE TABLE invoice_sequence (
    series TEXT    NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Invoices, as far as all see them. Ids sort in the order of issue. Amounts are hundredths of the currency's unit.
CREATE TABLE invoice (
    id              TEXT    NOT NULL PRIMARY KEY,
    number          TEXT    NOT NULL,  -- cn-vat: 20 digits, given by the ledger; en16931: BT-1, unique for its seller
    regime          TEXT    NOT NULL,
    kind            TEXT CHECK (kind IN ('ordinary', 'special')),  -- cn-vat
    type_code       TEXT,              -- en16931: BT-3
    -- No IN: for a list of three or more SQLite makes a table for each row that it checks.
    state           TEXT    NOT NULL CHECK (state = 'issued' OR state = 'partly_reversed' OR state = 'reversed'),
    seller          TEXT    NOT NULL,  -- taxpayer
    seller_name     TEXT    NOT NULL,
    subject         TEXT,              -- what is sealed of it, in document_sealed: invoice:member/reference
    issued_ms       INTEGER NOT NULL,  -- time of the block
    issue_date      TEXT    NOT NULL,  -- cn-vat: the block's day in China; en16931: BT-2
    currency        TEXT    NOT NULL,
    sign            INTEGER NOT NULL CHECK (sign IN (1, -1)),  -- -1: positive amounts take back, as in a credit note of en16931
    net_minor       INTEGER NOT NULL,  -- lines - allowance + charge
    tax_minor       INTEGER NOT NULL,
    total_minor     INTEGER NOT NULL,  -- net + tax
    allowance_minor INTEGER NOT NULL,  -- on the whole invoice
    charge_minor    INTEGER NOT NULL,
    prepaid_minor   INTEGER NOT NULL,
    rounding_minor  INTEGER NOT NULL,
    payable_minor   INTEGER NOT NULL,  -- total - prepaid + rounding
    payment         TEXT,              -- the payment that it is issued for
    claim_key       BLOB CHECK (length(claim_key) = 32),  -- Ed25519: who has its secret half may claim the invoice
    source_sha256   BLOB,              -- en16931: of the sealed document
    CHECK ((kind IS NOT NULL) = (regime = 'cn-vat'))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX invoice_number ON invoice (number, seller);
CREATE INDEX invoice_seller ON invoice (seller, id);
CREATE INDEX invoice_seller_day ON invoice (seller, issue_date, id);
CREATE UNIQUE INDEX invoice_subject ON invoice (subject) WHERE subject IS NOT NULL;

-- Tax of an invoice by category and rate, as issued: never changed.
CREATE TABLE invoice_tax (
    invoice   TEXT    NOT NULL,
    position  INTEGER NOT NULL,  -- from 1
    category  TEXT    NOT NULL,
    rate      INTEGER NOT NULL,
    items     INTEGER NOT NULL,  -- cn-vat: lines that round their tax, each for itself; 0 in red letters and en16931
    net_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    reason    TEXT,              -- why no tax is charged
    PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;

-- What a taxpayer has issued in a month of issue dates, in each currency: what quotas are judged by. Kept by every issue.
CREATE TABLE invoice_month (
    seller           TEXT    NOT NULL,
    month            TEXT    NOT NULL,  -- YYYY-MM
    currency         TEXT    NOT NULL,
    invoices         INTEGER NOT NULL,
    issued_minor     INTEGER NOT NULL,  -- their totals
    red              INTEGER NOT NULL,  -- red letters and credit notes
    red_minor        INTEGER NOT NULL,  -- their totals, not above zero
    invoices_max     INTEGER,           -- the quota under which the last invoice was issued
    issued_max_minor INTEGER,
    PRIMARY KEY (seller, month, currency),
    CHECK (invoices <= coalesce(invoices_max, invoices) AND issued_minor <= coalesce(issued_max_minor, issued_minor))
) STRICT, WITHOUT ROWID;

-- Output tax of a taxpayer by month, kind and rate, red letters and credit notes taken off. Kept by every issue.
CREATE TABLE invoice_month_tax (
    seller    TEXT    NOT NULL,
    month     TEXT    NOT NULL,
    currency  TEXT    NOT NULL,
    kind      TEXT    NOT NULL,  -- ordinary or special; empty in en16931
    category  TEXT    NOT NULL,
    rate      INTEGER NOT NULL,
    net_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    PRIMARY KEY (seller, month, currency, kind, category, rate)
) STRICT, WITHOUT ROWID;

-- Payments for which invoices are issued: told by a provider, or transfers on this ledger.
CREATE TABLE invoice_payment (
    id            TEXT    NOT NULL PRIMARY KEY,  -- provider/reference, or asset:number
    registered_by TEXT    NOT NULL,              -- member: the provider, or who named the transfer
    transfer      INTEGER,                       -- number of asset_transfer
    payer         TEXT    NOT NULL,              -- the provider's pseudonym, or the account
    payer_member  TEXT,
    payee         TEXT    NOT NULL,              -- taxpayer
    currency      TEXT    NOT NULL,
    amount_minor  INTEGER NOT NULL CHECK (amount_minor > 0),
    left_minor    INTEGER NOT NULL CHECK (left_minor BETWEEN 0 AND amount_minor),  -- neither invoiced nor applied for
    paid_ms       INTEGER NOT NULL,
    registered_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_payment_by_payee ON invoice_payment (payee, id);
CREATE INDEX invoice_payment_by_payer ON invoice_payment (payer_member, id) WHERE payer_member IS NOT NULL;

-- Who asks for invoices on a payment. The buyer's name is sealed.
CREATE TABLE invoice_application (
    number        INTEGER NOT NULL PRIMARY KEY,
    payment       TEXT    NOT NULL REFERENCES invoice_payment (id),
    applicant     TEXT    NOT NULL,               -- member
    seller_member TEXT    NOT NULL REFERENCES member (id),   -- who signs for the payment's payee
    subject       TEXT    NOT NULL,               -- what is sealed of it
    kind          TEXT    NOT NULL CHECK (kind IN ('ordinary', 'special')),  -- of the invoices, under Chinese VAT
    claim_key     BLOB    CHECK (length(claim_key) = 32),
    amount_minor  INTEGER NOT NULL,               -- of all parts
    state         TEXT    NOT NULL CHECK (state IN ('open', 'issued', 'declined', 'withdrawn')),
    reason        TEXT,                           -- of a refusal
    created_ms    INTEGER NOT NULL,
    ended_ms      INTEGER,
    CHECK ((state = 'open') = (ended_ms IS NULL))
) STRICT;
CREATE INDEX invoice_application_by_payment ON invoice_application (payment, number);
CREATE INDEX invoice_application_by_applicant ON invoice_application (applicant, number);
CREATE INDEX invoice_application_for_seller ON invoice_application (seller_member, number) WHERE state = 'open';

-- The invoices that are asked for.
CREATE TABLE invoice_application_part (
    application  INTEGER NOT NULL REFERENCES invoice_application (number),
    position     INTEGER NOT NULL CHECK (position BETWEEN 1 AND 5),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),  -- at most, for its invoice
    state        TEXT    NOT NULL CHECK (state IN ('open', 'issued', 'ended')),
    PRIMARY KEY (application, position)
) STRICT, WITHOUT ROWID;

-- What invoices take of payments.
CREATE TABLE invoice_payment_use (
    invoice        TEXT    NOT NULL PRIMARY KEY REFERENCES invoice (id),
    payment        TEXT    NOT NULL REFERENCES invoice_payment (id),
    application    INTEGER,
    part           INTEGER,
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
    returned_minor INTEGER NOT NULL CHECK (returned_minor BETWEEN 0 AND amount_minor),  -- given back by reversal
    FOREIGN KEY (application, part) REFERENCES invoice_application_part (application, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_payment_use_by_payment ON invoice_payment_use (payment, invoice);

-- What tax authorities and auditors doubt.
CREATE TABLE invoice_question (
    number        INTEGER NOT NULL PRIMARY KEY,
    invoice       TEXT    NOT NULL REFERENCES invoice (id),
    seller_member TEXT    NOT NULL REFERENCES member (id),   -- who signs for its seller
    rule          TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    asked_by      TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('open', 'answered', 'upheld', 'dropped')),
    answer        TEXT,
    closed_by     TEXT,
    asked_ms      INTEGER NOT NULL,
    answered_ms   INTEGER,
    closed_ms     INTEGER,
    CHECK ((state IN ('upheld', 'dropped')) = (closed_ms IS NOT NULL))
) STRICT;
CREATE INDEX invoice_question_by_invoice ON invoice_question (invoice, state);
CREATE INDEX invoice_question_unclosed ON invoice_question (number) WHERE state IN ('open', 'answered');
CREATE INDEX invoice_question_for_seller ON invoice_question (seller_member, number) WHERE state = 'open';
CREATE INDEX invoice_question_answered ON invoice_question (number) WHERE state = 'answered';

-- Invoices with each question that is not closed.
CREATE VIEW invoice_questioned AS
SELECT invoice, number FROM invoice_question WHERE state IN ('open', 'answered');

-- Output tax with names, for the tax authority.
CREATE VIEW invoice_output_tax AS
SELECT t.seller, p.name AS seller_name, p.member, p.regime, t.month, t.currency, t.kind, t.category, t.rate, t.net_minor, t.tax_minor
FROM invoice_month_tax t JOIN invoice_taxpayer p ON p.id = t.seller;

-- Input tax with what red letters took back, and credit notes, taken off: what organisations have booked as deductible.
CREATE VIEW invoice_input_tax AS
SELECT b.organisation, b.period AS month, i.currency, t.category, t.rate,
       sum(i.sign * (t.net_minor - coalesce(v.reversed_net_minor, 0))) AS net_minor,
       sum(i.sign * (t.tax_minor - coalesce(v.reversed_tax_minor, 0))) AS tax_minor
FROM invoice_booking b JOIN invoice i ON i.id = b.invoice JOIN invoice_tax t ON t.invoice = i.id
LEFT JOIN invoice_reversal v ON v.invoice = t.invoice AND v.category = t.category AND v.rate = t.rate
WHERE b.state = 'deductible'
GROUP BY b.organisation, b.period, i.currency, t.category, t.rate;

-- What seems to need a look: kind, taxpayer or member, period, figures in hundredths, counts or percent.
CREATE VIEW invoice_alarm AS
SELECT 'near_quota' AS kind, seller AS who, month AS period, currency AS what,
       max(coalesce(iif(invoices_max > 0, invoices * 100 / invoices_max, 100), 0),
           coalesce(iif(issued_max_minor > 0, issued_minor / max(issued_max_minor / 100, 1), 100), 0)) AS figure
FROM invoice_month
WHERE invoices >= invoices_max - invoices_max / 10 OR issued_minor >= issued_max_minor - issued_max_minor / 10
UNION ALL
SELECT 'many_red_letters', seller, month, currency, red * 100 / max(invoices, 1)
FROM invoice_month WHERE red >= 5 AND red * 5 >= invoices
UNION ALL
SELECT 'several_buyers', p.payee, u.payment, '', count(DISTINCT h.member)
FROM invoice_payment_use u JOIN invoice_payment p ON p.id = u.payment JOIN invoice_holder h ON h.invoice = u.invoice
WHERE u.returned_minor < u.amount_minor GROUP BY u.payment HAVING count(DISTINCT h.member) > 1
UNION ALL
-- Money that comes back: one member paid another's taxpayer, which paid about as much back within 31 days.
SELECT 'round_trip', a.payer_member, b.payer_member, a.id || ' ' || b.id, min(a.amount_minor, b.amount_minor)
FROM invoice_payment a JOIN invoice_taxpayer s ON s.id = a.payee
  JOIN invoice_payment b ON b.payer_member = s.member JOIN invoice_taxpayer t ON t.id = b.payee AND t.member = a.payer_member
WHERE a.currency = b.currency AND abs(a.amount_minor - b.amount_minor) <= a.amount_minor / 10
  AND (b.paid_ms > a.paid_ms OR (b.paid_ms = a.paid_ms AND b.id > a.id)) AND b.paid_ms - a.paid_ms <= 2678400000;

-- Who may use an invoice: its buyer, named at issue or by a claim. Never changed.
CREATE TABLE invoice_holder (
    invoice  TEXT    NOT NULL PRIMARY KEY REFERENCES invoice (id),
    member   TEXT    NOT NULL REFERENCES member (id),
    claimed  INTEGER NOT NULL CHECK (claimed IN (0, 1)),   -- 1: with the claim key; 0: named at issue
    since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_holder_by_member ON invoice_holder (member, invoice);

-- Organisations to which a person has passed an invoice on for reimbursement. Whoever locks it first has it.
CREATE TABLE invoice_pass (
    invoice      TEXT    NOT NULL REFERENCES invoice (id),
    organisation TEXT    NOT NULL REFERENCES member (id),
    state        TEXT    NOT NULL CHECK (state IN ('open', 'taken')),   -- taken: while somebody has locked or closed the invoice
    passed_ms    INTEGER NOT NULL,
    PRIMARY KEY (invoice, organisation)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_pass_by_organisation ON invoice_pass (organisation, state, invoice);

-- Invoices in an organisation's reimbursement. One without a row is open.
CREATE TABLE invoice_reimbursement (
    invoice      TEXT    NOT NULL PRIMARY KEY REFERENCES invoice (id),
    organisation TEXT    NOT NULL REFERENCES member (id),
    state        TEXT    NOT NULL CHECK (state IN ('locked', 'closed')),
    reference    TEXT    NOT NULL,   -- the organisation's own
    locked_ms    INTEGER NOT NULL,
    closed_ms    INTEGER,
    CHECK ((state = 'closed') = (closed_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_reimbursement_by_organisation ON invoice_reimbursement (organisation, state, invoice);

-- Invoices in an organisation's books. One without a row is not booked.
CREATE TABLE invoice_booking (
    invoice      TEXT    NOT NULL PRIMARY KEY REFERENCES invoice (id),
    organisation TEXT    NOT NULL REFERENCES member (id),
    state        TEXT    NOT NULL CHECK (state IN ('deductible', 'not_deductible', 'revoked')),
    period       TEXT    NOT NULL,   -- tax period: YYYY-MM
    tax_minor    INTEGER NOT NULL,   -- what was left of the invoice's tax when it was booked
    booked_ms    INTEGER NOT NULL,
    revoked_ms   INTEGER,
    CHECK ((state = 'revoked') = (revoked_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_booking_by_organisation ON invoice_booking (organisation, period, invoice);

-- Confirmation forms of red letters. Ids sort in the order of request.
CREATE TABLE invoice_red (
    id            TEXT    NOT NULL PRIMARY KEY,
    invoice       TEXT    NOT NULL REFERENCES invoice (id),   -- the blue one
    seller        TEXT    NOT NULL,                           -- its taxpayer
    seller_member TEXT    NOT NULL REFERENCES member (id),    -- who signs for the seller
    buyer         TEXT             REFERENCES member (id),    -- who signs for the buyer; none if nobody has claimed the invoice
    requested_by  TEXT    NOT NULL CHECK (requested_by IN ('seller', 'buyer')),
    reason        TEXT    NOT NULL CHECK (reason IN ('01', '02', '03', '04')),
    used          INTEGER NOT NULL CHECK (used IN (0, 1)),    -- whether the buyer had booked, locked or closed it then
    state         TEXT    NOT NULL CHECK (state IN ('no_confirmation_needed', 'awaiting_buyer', 'awaiting_seller', 'confirmed',
                          'refused_by_buyer', 'refused_by_seller', 'lapsed', 'withdrawn', 'issued')),
    net_minor     INTEGER NOT NULL CHECK (net_minor > 0),     -- what it takes back, not negative
    tax_minor     INTEGER NOT NULL CHECK (tax_minor >= 0),
    requested_ms  INTEGER NOT NULL,
    open_until_ms INTEGER,                                    -- block time at which it lapses, while it is open
    ended_ms      INTEGER,
    red           TEXT             REFERENCES invoice (id),   -- the red letter
    CHECK ((open_until_ms IS NOT NULL) = (state IN ('no_confirmation_needed', 'awaiting_buyer', 'awaiting_seller', 'confirmed'))),
    CHECK ((open_until_ms IS NULL) = (ended_ms IS NOT NULL)),
    CHECK ((state = 'issued') = (red IS NOT NULL)),
    CHECK (buyer IS NOT NULL OR (requested_by = 'seller' AND used = 0)),
    CHECK (state <> 'no_confirmation_needed' OR (requested_by = 'seller' AND used = 0)),
    CHECK (state NOT IN ('awaiting_buyer', 'refused_by_buyer') OR (requested_by = 'seller' AND used = 1)),
    CHECK (state NOT IN ('awaiting_seller', 'refused_by_seller') OR requested_by = 'buyer'),
    CHECK (state <> 'confirmed' OR requested_by = 'buyer' OR used = 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_red_by_invoice ON invoice_red (invoice, id);
CREATE INDEX invoice_red_by_seller ON invoice_red (seller, id);
CREATE INDEX invoice_red_by_buyer ON invoice_red (buyer, id);
CREATE INDEX invoice_red_by_seller_state ON invoice_red (seller, state, id);
CREATE INDEX invoice_red_by_buyer_state ON invoice_red (buyer, state, id);
CREATE INDEX invoice_red_for_seller ON invoice_red (seller_member, state, id) WHERE open_until_ms IS NOT NULL;
CREATE INDEX invoice_red_by_state ON invoice_red (state, id);
CREATE INDEX invoice_red_by_end ON invoice_red (open_until_ms, id) WHERE open_until_ms IS NOT NULL;
CREATE INDEX invoice_red_open ON invoice_red (invoice) WHERE open_until_ms IS NOT NULL;
CREATE UNIQUE INDEX invoice_red_letter ON invoice_red (red) WHERE red IS NOT NULL;

-- What a form takes back by category and rate. Never changed.
CREATE TABLE invoice_red_tax (
    form      TEXT    NOT NULL REFERENCES invoice_red (id),
    position  INTEGER NOT NULL,   -- from 1
    category  TEXT    NOT NULL,   -- as in invoice_tax
    rate      INTEGER NOT NULL,
    net_minor INTEGER NOT NULL CHECK (net_minor > 0),
    tax_minor INTEGER NOT NULL CHECK (tax_minor >= 0),
    PRIMARY KEY (form, position)
) STRICT, WITHOUT ROWID;

-- What red letters have taken back of an invoice, and what open forms would. One without a row is whole.
CREATE TABLE invoice_reversal (
    invoice            TEXT    NOT NULL REFERENCES invoice (id),
    category           TEXT    NOT NULL,
    rate               INTEGER NOT NULL,
    reserved_net_minor INTEGER NOT NULL CHECK (reserved_net_minor >= 0),   -- by open forms
    reserved_tax_minor INTEGER NOT NULL CHECK (reserved_tax_minor >= 0),
    reversed_net_minor INTEGER NOT NULL CHECK (reversed_net_minor >= 0),   -- by red letters
    reversed_tax_minor INTEGER NOT NULL CHECK (reversed_tax_minor >= 0),
    PRIMARY KEY (invoice, category, rate)
) STRICT, WITHOUT ROWID;

-- What happened to an invoice after its issue, in order.
CREATE TABLE invoice_step (
    invoice       TEXT    NOT NULL REFERENCES invoice (id),
    position      INTEGER NOT NULL,   -- from 1
    step          TEXT    NOT NULL,   -- claimed, passed_on, …
    member        TEXT,               -- who did it; none: its time was over
    other         TEXT,               -- the member to whom, or from whom
    reference     TEXT,               -- of the reimbursement, period of the booking, or form of the red letter
    transaction_id BLOB CHECK (length(transaction_id) = 32),   -- none: its time was over
    height        INTEGER NOT NULL,
    time_ms       INTEGER NOT NULL,
    PRIMARY KEY (invoice, position),
    CHECK ((member IS NULL) = (transaction_id IS NULL))
) STRICT, WITHOUT ROWID;
