-- Warehouse receipts that can be pledged.
--
-- A warehouse issues a receipt for goods that it stores. Whoever owns the receipt owns the goods: it changes hands, or is pledged to
-- a bank for a loan, which gives it back, or takes it over when the loan is overdue. Goods leave the warehouse when their receipt is
-- given back. The ledger holds each receipt once, so that nobody borrows twice on the same goods.
PACKAGE warehouse VERSION 1 OWNERS ('core-corp', 'bank-a') APPROVALS 2;

-- Who may issue receipts.
CREATE TABLE keeper (
    member TEXT PRIMARY KEY,
    active INTEGER NOT NULL CHECK (active IN (0, 1))
);

CREATE TABLE receipt (
    id        TEXT PRIMARY KEY,
    keeper    TEXT NOT NULL REFERENCES keeper (member),
    owner     TEXT NOT NULL,
    goods     TEXT NOT NULL,
    kilograms INTEGER NOT NULL CHECK (kilograms > 0),
    place     TEXT NOT NULL,
    -- stored; pledged; leaving: given back by its owner; gone: the goods have left.
    state     TEXT NOT NULL CHECK (state IN ('stored', 'pledged', 'leaving', 'gone')),
    bank      TEXT,                     -- the pledge: to whom, for which loan, until when
    loan      TEXT,
    due_ms    INTEGER,
    CHECK ((state = 'pledged') = (bank IS NOT NULL AND loan IS NOT NULL AND due_ms IS NOT NULL))
) WITH (readers = packages);
CREATE INDEX receipt_by_owner ON receipt (owner);
CREATE INDEX receipt_by_bank ON receipt (bank);

-- An owner of this package admits a warehouse, or with active = 0 lets it issue no more.
CREATE ACTION admit (member TEXT, active INTEGER) AS BEGIN
    SELECT require(caller() IN ('core-corp', 'bank-a'), 'only the owners of the package admit warehouses');
    INSERT INTO keeper (member, active) VALUES (:member, :active) ON CONFLICT (member) DO UPDATE SET active = excluded.active;
    SELECT emit('admitted', json_object('member', :member, 'active', :active));
END;

-- A warehouse issues a receipt for goods that it has taken in.
CREATE ACTION issue (id TEXT, owner TEXT, goods TEXT, kilograms INTEGER, place TEXT) AS BEGIN
    SELECT require((SELECT active FROM keeper WHERE member = caller()) = 1, 'only admitted warehouses issue receipts');
    INSERT INTO receipt (id, keeper, owner, goods, kilograms, place, state)
    VALUES (:id, caller(), :owner, :goods, :kilograms, :place, 'stored');
    SELECT emit('issued', json_object('receipt', :id, 'owner', :owner, 'goods', :goods, 'kilograms', :kilograms));
END;

-- The owner hands a receipt, and with it the goods, to somebody else.
CREATE ACTION hand_over (id TEXT, owner TEXT) AS BEGIN
    SELECT call('warehouse.require_free', json_object('id', :id));
    UPDATE receipt SET owner = :owner WHERE id = :id;
    SELECT emit('handed_over', json_object('receipt', :id, 'from', caller(), 'to', :owner));
END;

-- The owner pledges a receipt to a bank for a loan.
CREATE ACTION pledge (id TEXT, bank TEXT, loan TEXT, due_ms INTEGER) AS BEGIN
    SELECT call('warehouse.require_free', json_object('id', :id));
    SELECT require(:due_ms > now(), 'the loan is due in the future');
    SELECT require(:bank <> caller(), 'nobody pledges to himself');
    UPDATE receipt SET state = 'pledged', bank = :bank, loan = :loan, due_ms = :due_ms WHERE id = :id;
    SELECT emit('pledged', json_object('receipt', :id, 'bank', :bank, 'loan', :loan));
END;

-- The bank gives a pledge back: the loan is paid.
CREATE ACTION release (id TEXT) AS BEGIN
    SELECT call('warehouse.require_pledgee', json_object('id', :id));
    UPDATE receipt SET state = 'stored', bank = NULL, loan = NULL, due_ms = NULL WHERE id = :id;
    SELECT emit('released', json_object('receipt', :id, 'bank', caller()));
END;

-- The bank takes over what was pledged for a loan that is overdue.
CREATE ACTION foreclose (id TEXT) AS BEGIN
    SELECT call('warehouse.require_pledgee', json_object('id', :id));
    SELECT require((SELECT due_ms FROM receipt WHERE id = :id) < now(), 'the loan is not overdue');
    SELECT emit('foreclosed', json_object('receipt', id, 'from', owner, 'to', caller(), 'loan', loan))
    FROM receipt WHERE id = :id;
    UPDATE receipt SET state = 'stored', owner = caller(), bank = NULL, loan = NULL, due_ms = NULL WHERE id = :id;
END;

-- The owner gives a receipt back, to have the goods.
CREATE ACTION give_back (id TEXT) AS BEGIN
    SELECT call('warehouse.require_free', json_object('id', :id));
    UPDATE receipt SET state = 'leaving' WHERE id = :id;
    SELECT emit('given_back', json_object('receipt', :id));
END;

-- The warehouse has handed the goods out.
CREATE ACTION hand_out (id TEXT) AS BEGIN
    SELECT require(
        EXISTS (SELECT 1 FROM receipt WHERE id = :id AND keeper = caller() AND state = 'leaving'),
        'only the warehouse hands goods out, after their receipt was given back'
    );
    UPDATE receipt SET state = 'gone' WHERE id = :id;
    SELECT emit('handed_out', json_object('receipt', :id));
END;

-- Refuses whoever does not own the receipt, and what is pledged or leaves.
CREATE PRIVATE ACTION require_free (id TEXT) AS BEGIN
    SELECT require((SELECT owner FROM receipt WHERE id = :id) = caller(), 'the receipt is not yours');
    SELECT require((SELECT state FROM receipt WHERE id = :id) = 'stored', 'the receipt is pledged, or was given back');
END;

-- Refuses whoever is not the bank to which the receipt is pledged.
CREATE PRIVATE ACTION require_pledgee (id TEXT) AS BEGIN
    SELECT require((SELECT bank FROM receipt WHERE id = :id) = caller(), 'the receipt is not pledged to you');
END;

-- Each receipt is of a warehouse that was admitted once.
CREATE INVARIANT receipts_are_of_warehouses AS
    SELECT r.id FROM receipt r LEFT JOIN keeper k ON k.member = r.keeper WHERE k.member IS NULL;
