-- Taxpayers, set by the tax authority. One who is registered may issue invoices in its regime.
CREATE TABLE invoice_taxpayer (
    id     TEXT NOT NULL PRIMARY KEY,  -- cn-vat: 18 characters of GB 32100; en16931: BT-31, BT-32, BT-30 or BT-29 as invoices write it
    name   TEXT NOT NULL,
    member TEXT NOT NULL,              -- whose keys sign for it
    regime TEXT NOT NULL CHECK (regime IN ('cn-vat', 'en16931')),
    region TEXT NOT NULL,              -- digits 3 and 4 of its invoices' numbers; empty in en16931
    state  TEXT NOT NULL               -- active
) STRICT, WITHOUT ROWID;

CREATE INDEX invoice_taxpayer_member ON invoice_taxpayer (member);

-- Rates that the tax authority allows. A rate of -1 means any that the category's own rules allow.
CREATE TABLE invoice_rate (
    regime   TEXT    NOT NULL CHECK (regime IN ('cn-vat', 'en16931')),
    category TEXT    NOT NULL,  -- cn-vat: standard, or the preference mark; en16931: UNTDID 5305
    rate     INTEGER NOT NULL,  -- of 10,000
    PRIMARY KEY (regime, category, rate)
) STRICT, WITHOUT ROWID;

-- The last number given of each series: year, region and channel, five digits in front of a Chinese number.
CREATE TABLE invoice_sequence (
    series TEXT    NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Invoices. Ids sort in the order of issue. Amounts are hundredths of the currency's unit.
CREATE TABLE invoice (
    id              TEXT    NOT NULL PRIMARY KEY,
    number          TEXT    NOT NULL,  -- cn-vat: 20 digits, given by the ledger; en16931: BT-1, unique for its seller
    regime          TEXT    NOT NULL,
    type_code       TEXT,              -- en16931: BT-3
    state           TEXT    NOT NULL,  -- issued; later reversed
    seller          TEXT    NOT NULL,  -- taxpayer
    seller_name     TEXT    NOT NULL,
    buyer           TEXT,              -- taxpayer id, VAT identifier or other registration
    buyer_name      TEXT    NOT NULL,
    buyer_member    TEXT,              -- the buyer on this ledger
    issued_ms       INTEGER NOT NULL,  -- time of the block
    issue_date      TEXT    NOT NULL,  -- cn-vat: the block's day in China; en16931: BT-2
    currency        TEXT    NOT NULL,
    net_minor       INTEGER NOT NULL,  -- lines - allowance + charge
    tax_minor       INTEGER NOT NULL,
    total_minor     INTEGER NOT NULL,  -- net + tax
    allowance_minor INTEGER NOT NULL,  -- on the whole invoice
    charge_minor    INTEGER NOT NULL,
    prepaid_minor   INTEGER NOT NULL,
    rounding_minor  INTEGER NOT NULL,
    payable_minor   INTEGER NOT NULL,  -- total - prepaid + rounding
    payment         TEXT,              -- reference of the payment that it is issued for
    payment_minor   INTEGER,
    payee           TEXT,
    reviewer        TEXT,
    drawer          TEXT,
    remark          TEXT,
    source_sha256   BLOB               -- of the XML document it was made from
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX invoice_number ON invoice (number, seller);
CREATE INDEX invoice_seller ON invoice (seller, id);

-- Lines, as issued: never changed.
CREATE TABLE invoice_line (
    invoice       TEXT    NOT NULL,
    position      INTEGER NOT NULL,  -- from 1
    line_id       TEXT,              -- en16931: BT-126
    tax_code      TEXT,              -- cn-vat: 19 digits; en16931: first item classification
    name          TEXT    NOT NULL,
    specification TEXT,
    unit          TEXT,
    quantity      TEXT,              -- decimal, as written
    price         TEXT,              -- decimal, as written, without tax
    category      TEXT    NOT NULL,  -- as in invoice_rate
    rate          INTEGER NOT NULL,  -- of 10,000; 0 where none applies
    net_minor     INTEGER NOT NULL,
    tax_minor     INTEGER,           -- cn-vat only: EN 16931 taxes the sums
    PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;

-- Tax of an invoice by category and rate, as issued: never changed.
CREATE TABLE invoice_tax (
    invoice   TEXT    NOT NULL,
    position  INTEGER NOT NULL,  -- from 1
    category  TEXT    NOT NULL,
    rate      INTEGER NOT NULL,
    net_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    reason    TEXT,              -- why no tax is charged
    PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;
