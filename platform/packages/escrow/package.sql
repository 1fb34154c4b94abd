-- Money held between a buyer and a seller until milestones are met.
--
-- The buyer pays each milestone into the package's own account. Buyer or arbiter release it to the seller, whole or in parts;
-- what is left goes back to the buyer, at once if seller or arbiter say so, else from the date that both agreed on.
PACKAGE escrow VERSION 1 OWNERS ('core-corp', 'bank-a') APPROVALS 2;

-- A deal with its parties, and where their money comes from and goes to.
CREATE TABLE deal (
    id             TEXT PRIMARY KEY,
    buyer          TEXT NOT NULL,
    buyer_account  TEXT NOT NULL,
    seller         TEXT NOT NULL,
    seller_account TEXT NOT NULL,
    arbiter        TEXT NOT NULL,
    refund_ms      INTEGER NOT NULL,    -- from then on the buyer takes back what was not released
    state          TEXT NOT NULL CHECK (state IN ('open', 'closed'))
);
CREATE INDEX deal_by_seller ON deal (seller);

-- What is paid for what: minor units of bank-a/CNY. What is neither released nor refunded is held.
CREATE TABLE milestone (
    deal     TEXT NOT NULL REFERENCES deal (id),
    number   INTEGER NOT NULL CHECK (number > 0),
    title    TEXT NOT NULL,
    minor    INTEGER NOT NULL CHECK (minor > 0),
    released INTEGER NOT NULL CHECK (released >= 0),
    refunded INTEGER NOT NULL CHECK (refunded >= 0),
    PRIMARY KEY (deal, number),
    CHECK (released + refunded <= minor)
);

-- Opens the account in which the package holds money. Called once, by anybody, after the package is deployed.
CREATE ACTION open_account () AS BEGIN
    SELECT call('asset.open_account', json_object('account', 'escrow/cny', 'asset', 'bank-a/CNY'));
END;

-- The caller, who is the buyer, opens a deal. Nothing is paid yet.
CREATE ACTION open (
    id TEXT, buyer_account TEXT, seller TEXT, seller_account TEXT, arbiter TEXT, refund_ms INTEGER
) AS BEGIN
    SELECT require(:seller <> caller(), 'buyer and seller are two');
    SELECT require(:arbiter NOT IN (caller(), :seller), 'the arbiter is neither buyer nor seller');
    SELECT require(:refund_ms > now(), 'the date of refund is in the future');
    -- A slip here would pay somebody else: an account's name begins with its owner.
    SELECT require(substr(:buyer_account, 1, length(caller()) + 1) = caller() || '/', 'buyer_account is the buyer''s own');
    SELECT require(substr(:seller_account, 1, length(:seller) + 1) = :seller || '/', 'seller_account is the seller''s own');
    INSERT INTO deal (id, buyer, buyer_account, seller, seller_account, arbiter, refund_ms, state)
    VALUES (:id, caller(), :buyer_account, :seller, :seller_account, :arbiter, :refund_ms, 'open');
    SELECT emit('opened', json_object('deal', :id, 'buyer', caller(), 'seller', :seller));
END;

-- The buyer pays a milestone in.
CREATE ACTION fund (deal TEXT, number INTEGER, title TEXT, minor INTEGER) AS BEGIN
    SELECT require(EXISTS (SELECT 1 FROM deal WHERE id = :deal AND buyer = caller()), 'only the buyer of the deal pays in');
    SELECT require((SELECT state FROM deal WHERE id = :deal) = 'open', 'the deal is closed');
    INSERT INTO milestone (deal, number, title, minor, released, refunded) VALUES (:deal, :number, :title, :minor, 0, 0);
    SELECT transfer(buyer_account, 'escrow/cny', 'bank-a/CNY', :minor, id) FROM deal WHERE id = :deal;
    SELECT emit('funded', json_object('deal', :deal, 'number', :number, 'minor', :minor));
END;

-- Buyer or arbiter release some of a milestone's money to the seller.
CREATE ACTION release (deal TEXT, number INTEGER, minor INTEGER) AS BEGIN
    SELECT require(
        EXISTS (SELECT 1 FROM deal WHERE id = :deal AND caller() IN (buyer, arbiter)),
        'only buyer and arbiter of the deal release money'
    );
    SELECT require(:minor > 0, 'minor is positive');
    SELECT require(
        (SELECT minor - released - refunded FROM milestone WHERE deal = :deal AND number = :number) >= :minor,
        'the milestone does not hold so much'
    );
    UPDATE milestone SET released = released + :minor WHERE deal = :deal AND number = :number;
    SELECT transfer('escrow/cny', seller_account, 'bank-a/CNY', :minor, id) FROM deal WHERE id = :deal;
    SELECT emit('released', json_object('deal', :deal, 'number', :number, 'minor', :minor, 'by', caller()));
    SELECT minor - released - refunded AS held FROM milestone WHERE deal = :deal AND number = :number;
END;

-- Gives the buyer back what is still held, and closes the deal.
CREATE ACTION refund (deal TEXT) AS BEGIN
    SELECT require((SELECT state FROM deal WHERE id = :deal) = 'open', 'there is no such deal, or it is closed');
    SELECT require(
        EXISTS (
            SELECT 1 FROM deal
            WHERE id = :deal AND (caller() IN (seller, arbiter) OR (caller() = buyer AND now() >= refund_ms))
        ),
        'before the date of refund only seller and arbiter give the money back'
    );
    SELECT transfer(
        'escrow/cny', (SELECT buyer_account FROM deal WHERE id = :deal), 'bank-a/CNY', minor - released - refunded, :deal
    ) FROM milestone WHERE deal = :deal AND released + refunded < minor ORDER BY deal, number;
    UPDATE milestone SET refunded = minor - released WHERE deal = :deal;
    UPDATE deal SET state = 'closed' WHERE id = :deal;
    SELECT emit('closed', json_object('deal', :deal, 'by', caller()));
    SELECT coalesce(sum(refunded), 0) AS refunded FROM milestone WHERE deal = :deal;
END;

-- Nothing is left in a deal that is closed.
CREATE INVARIANT a_closed_deal_holds_nothing AS
    SELECT m.deal, m.number FROM milestone m JOIN deal d ON d.id = m.deal
    WHERE d.state = 'closed' AND m.released + m.refunded < m.minor;
