-- Money held until milestones are met.
PACKAGE escrow VERSION 2 OWNERS ('core-corp', 'bank') APPROVALS 2;

-- A deal between two members.
CREATE TABLE deal (
    id TEXT PRIMARY KEY,
    buyer TEXT NOT NULL,
    seller TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    paid INTEGER NOT NULL DEFAULT 0,
    released INTEGER NOT NULL DEFAULT 0,
    remark TEXT
) WITH (readers = packages);
CREATE INDEX deal_buyer ON deal (buyer);

CREATE TABLE milestone (
    deal TEXT NOT NULL REFERENCES deal (id),
    number INTEGER NOT NULL,
    PRIMARY KEY (deal, number)
);

-- The buyer puts the money aside.
CREATE ACTION open (id TEXT, seller TEXT, amount INTEGER, remark TEXT NULL) AS BEGIN
    SELECT require(:amount > 0, 'the amount is positive');
    INSERT INTO deal (id, buyer, seller, amount, remark) VALUES (:id, caller(), :seller, :amount, :remark);
    SELECT call('asset.hold', json_object('from', caller(), 'amount', :amount));
    SELECT emit('opened', json_object('id', :id));
    SELECT id, amount FROM deal WHERE id = :id; -- the result
END;

-- Pays what is due.
CREATE PRIVATE ACTION pay () AS BEGIN
    SELECT transfer('escrow', seller, 'CNY', amount, id) FROM deal WHERE paid = 0 ORDER BY id;
    UPDATE deal SET paid = CASE WHEN paid = 0 THEN 1 ELSE paid END;
END;

-- Nobody gets more than was put aside.
CREATE INVARIANT nothing_beyond_the_amount AS SELECT id FROM deal WHERE released > amount;

MIGRATE FROM 1 AS BEGIN
    INSERT INTO deal (id, buyer, seller, amount) SELECT id, buyer, 'unknown', 1 FROM old;
END;
