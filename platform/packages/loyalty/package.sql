-- Points that several shops give and take.
--
-- A shop gives points to its customers; they spend them at any shop. A point is worth one minor unit of bank-a/CNY. Behind each point
-- is money that the shop which gave it has deposited in the package's account; once a month the shops at which points of others were
-- spent are paid from it. So no shop has to trust that another will pay.
PACKAGE loyalty VERSION 1 OWNERS ('core-corp', 'bank-a') APPROVALS 2;

-- Shops with their deposits. What a shop owes: its points that are not spent, and those spent elsewhere and not settled.
CREATE TABLE shop (
    member  TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    deposit INTEGER NOT NULL CHECK (deposit >= 0),
    owes    INTEGER NOT NULL CHECK (owes >= 0),
    CHECK (owes <= deposit)
);

-- Points of a customer by the shop that gave them.
CREATE TABLE balance (
    customer TEXT NOT NULL,
    shop     TEXT NOT NULL REFERENCES shop (member),
    points   INTEGER NOT NULL CHECK (points >= 0),
    PRIMARY KEY (customer, shop)
);

-- What a shop has to pay to another for points spent there.
CREATE TABLE due (
    debtor   TEXT NOT NULL REFERENCES shop (member),
    creditor TEXT NOT NULL REFERENCES shop (member),
    minor    INTEGER NOT NULL CHECK (minor >= 0),
    PRIMARY KEY (debtor, creditor)
);

-- Settlements, by number.
CREATE TABLE settlement (
    number  INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    minor   INTEGER NOT NULL
) WITH (mode = append);

-- Opens the account of the deposits. Called once, by anybody, after the package is deployed.
CREATE ACTION open_account () AS BEGIN
    SELECT call('asset.open_account', json_object('account', 'loyalty/cny', 'asset', 'bank-a/CNY'));
END;

-- The caller takes part as a shop; it is paid to this account of its own.
CREATE ACTION join_in (account TEXT) AS BEGIN
    SELECT require(substr(:account, 1, length(caller()) + 1) = caller() || '/', 'the account is your own');
    INSERT INTO shop (member, account, deposit, owes) VALUES (caller(), :account, 0, 0);
    SELECT emit('joined', json_object('shop', caller()));
END;

-- A shop deposits money, so that it can give points.
CREATE ACTION deposit (minor INTEGER) AS BEGIN
    SELECT require(:minor > 0 AND EXISTS (SELECT 1 FROM shop WHERE member = caller()), 'a shop deposits a positive amount');
    UPDATE shop SET deposit = deposit + :minor WHERE member = caller();
    SELECT transfer(account, 'loyalty/cny', 'bank-a/CNY', :minor, 'deposit') FROM shop WHERE member = caller();
END;

-- A shop takes back what it has deposited beyond what it owes.
CREATE ACTION withdraw (minor INTEGER) AS BEGIN
    SELECT require(:minor > 0, 'the amount is positive');
    SELECT require((SELECT deposit - owes FROM shop WHERE member = caller()) >= :minor, 'the deposit is needed for points');
    UPDATE shop SET deposit = deposit - :minor WHERE member = caller();
    SELECT transfer('loyalty/cny', account, 'bank-a/CNY', :minor, 'withdrawal') FROM shop WHERE member = caller();
END;

-- The calling shop gives a customer points.
CREATE ACTION give (customer TEXT, points INTEGER) AS BEGIN
    SELECT require(:points > 0, 'points are positive');
    SELECT require((SELECT deposit - owes FROM shop WHERE member = caller()) >= :points, 'the deposit does not cover the points');
    UPDATE shop SET owes = owes + :points WHERE member = caller();
    INSERT INTO balance (customer, shop, points) VALUES (:customer, caller(), :points)
    ON CONFLICT (customer, shop) DO UPDATE SET points = points + excluded.points;
    SELECT emit('given', json_object('customer', :customer, 'shop', caller(), 'points', :points));
END;

-- The calling customer spends points that one shop gave at another, or at the same.
CREATE ACTION spend (of_shop TEXT, at_shop TEXT, points INTEGER, purchase TEXT) AS BEGIN
    SELECT require(:points > 0, 'points are positive');
    SELECT require(EXISTS (SELECT 1 FROM shop WHERE member = :at_shop), 'points are spent at a shop that takes part');
    SELECT require(
        (SELECT points FROM balance WHERE customer = caller() AND shop = :of_shop) >= :points, 'you have not so many points of that shop'
    );
    UPDATE balance SET points = points - :points WHERE customer = caller() AND shop = :of_shop;
    -- At the shop that gave them they are a rebate of its own: nobody owes anything any more.
    UPDATE shop SET owes = owes - :points WHERE member = :of_shop AND :of_shop = :at_shop;
    INSERT INTO due (debtor, creditor, minor) VALUES (:of_shop, :at_shop, CASE WHEN :of_shop = :at_shop THEN 0 ELSE :points END)
    ON CONFLICT (debtor, creditor) DO UPDATE SET minor = minor + excluded.minor;
    SELECT emit('spent', json_object('customer', caller(), 'of', :of_shop, 'at', :at_shop, 'points', :points, 'purchase', :purchase));
    SELECT points AS rest FROM balance WHERE customer = caller() AND shop = :of_shop;
END;

-- Pays the shops at which points of others were spent: once a month, whoever calls it.
CREATE ACTION settle () AS BEGIN
    SELECT require(EXISTS (SELECT 1 FROM shop WHERE member = caller()) OR caller() IN ('core-corp', 'bank-a'), 'shops settle');
    SELECT require(
        now() - coalesce((SELECT max(time_ms) FROM settlement), 0) >= 28 * 86400000, 'the last settlement is less than 28 days ago'
    );
    INSERT INTO settlement (number, time_ms, minor)
    VALUES (coalesce((SELECT max(number) FROM settlement), 0) + 1, now(), coalesce((SELECT sum(minor) FROM due), 0));
    SELECT transfer(
        'loyalty/cny', (SELECT account FROM shop WHERE member = due.creditor), 'bank-a/CNY', minor, 'points of ' || debtor
    ) FROM due WHERE minor > 0 ORDER BY debtor, creditor;
    UPDATE shop SET
        deposit = deposit - coalesce((SELECT sum(minor) FROM due WHERE debtor = shop.member), 0),
        owes = owes - coalesce((SELECT sum(minor) FROM due WHERE debtor = shop.member), 0);
    DELETE FROM due;
    SELECT emit('settled', json_object('by', caller()));
    SELECT number, minor FROM settlement ORDER BY number DESC LIMIT 1;
END;

-- What a shop owes is its points that are not spent, and what it has to pay.
CREATE INVARIANT what_shops_owe_is_accounted_for AS
    SELECT member FROM shop
    WHERE owes <> coalesce((SELECT sum(points) FROM balance WHERE balance.shop = shop.member), 0)
               + coalesce((SELECT sum(minor) FROM due WHERE due.debtor = shop.member), 0);
