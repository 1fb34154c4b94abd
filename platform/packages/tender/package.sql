-- Sealed bids: nobody, the organiser included, sees a price before all are in.
--
-- Until the tender closes, a bidder commits to a price by a hash. After that it shows price and salt, which must give the same hash.
-- The lowest price wins; of equal ones the one that was committed first. A bid that is not shown in time does not count.
--
-- The hash is the SHA-256, in hexadecimal, of tender|bidder|price|salt:
--     printf '%s' 't-1|shop-1|950000|Jp4mZ9sLd2Yc8UfA' | sha256sum
-- The bidder is part of it, so that nobody hands in a copy of another's hash. The salt is what keeps prices from being guessed: make
-- it by chance, anew for each bid, and keep it until the tender closes.
PACKAGE tender VERSION 1 OWNERS ('core-corp', 'bank-a');

CREATE TABLE tender (
    id         TEXT PRIMARY KEY,
    organiser  TEXT NOT NULL,
    title      TEXT NOT NULL,
    closes_ms  INTEGER NOT NULL,    -- until then bids are committed
    reveals_ms INTEGER NOT NULL,    -- from closes_ms until then they are shown
    state      TEXT NOT NULL CHECK (state IN ('open', 'awarded', 'void')),
    winner     TEXT,
    minor      INTEGER,             -- the winner's price
    CHECK (closes_ms < reveals_ms),
    CHECK ((state = 'awarded') = (winner IS NOT NULL AND minor IS NOT NULL))
);

CREATE TABLE bid (
    tender     TEXT NOT NULL REFERENCES tender (id),
    bidder     TEXT NOT NULL,
    commitment TEXT NOT NULL CHECK (length(commitment) = 64),
    height     INTEGER NOT NULL,    -- of the block in which it was committed
    minor      INTEGER CHECK (minor > 0),   -- the price in minor units, once it is shown
    PRIMARY KEY (tender, bidder)
);

-- Invites bids.
CREATE ACTION invite (id TEXT, title TEXT, closes_ms INTEGER, reveals_ms INTEGER) AS BEGIN
    SELECT require(:closes_ms > now(), 'a tender closes in the future');
    INSERT INTO tender (id, organiser, title, closes_ms, reveals_ms, state)
    VALUES (:id, caller(), :title, :closes_ms, :reveals_ms, 'open');
    SELECT emit('invited', json_object('tender', :id, 'organiser', caller(), 'closes_ms', :closes_ms));
END;

-- Commits to a price, or until the tender closes to another one: the last counts, from its own block on.
CREATE ACTION bid (tender TEXT, commitment TEXT) AS BEGIN
    SELECT require((SELECT closes_ms FROM tender WHERE id = :tender) > now(), 'the tender is closed, or there is none');
    SELECT require((SELECT organiser FROM tender WHERE id = :tender) <> caller(), 'who invites does not bid');
    SELECT require(
        length(:commitment) = 64 AND :commitment NOT GLOB '*[^0-9a-f]*', 'a commitment is a SHA-256 in lower-case hexadecimal'
    );
    INSERT INTO bid (tender, bidder, commitment, height) VALUES (:tender, caller(), :commitment, height())
    ON CONFLICT (tender, bidder) DO UPDATE SET commitment = excluded.commitment, height = excluded.height;
    SELECT emit('bid', json_object('tender', :tender, 'bidder', caller()));
END;

-- Shows the price to which the caller has committed.
CREATE ACTION reveal (tender TEXT, minor INTEGER, salt TEXT) AS BEGIN
    SELECT require(
        EXISTS (SELECT 1 FROM tender WHERE id = :tender AND now() >= closes_ms AND now() < reveals_ms),
        'prices are shown after the tender closes, and before it is awarded'
    );
    SELECT require(length(:salt) >= 16, 'a salt has 16 characters at least');
    SELECT require(
        (SELECT commitment FROM bid WHERE tender = :tender AND bidder = caller())
            = sha256(:tender || '|' || caller() || '|' || :minor || '|' || :salt),
        'this is not the price to which you have committed'
    );
    UPDATE bid SET minor = :minor WHERE tender = :tender AND bidder = caller();
    SELECT emit('revealed', json_object('tender', :tender, 'bidder', caller(), 'minor', :minor));
END;

-- Decides: anybody may call it once the time for showing prices is over, and it decides the same whoever does.
CREATE ACTION award (tender TEXT) AS BEGIN
    SELECT require(
        EXISTS (SELECT 1 FROM tender WHERE id = :tender AND state = 'open' AND now() >= reveals_ms),
        'the time for showing prices is not over, or the tender is decided'
    );
    UPDATE tender SET
        winner = (
            SELECT bidder FROM bid WHERE tender = :tender AND minor IS NOT NULL ORDER BY minor, height, tender, bidder LIMIT 1
        ),
        minor = (SELECT min(minor) FROM bid WHERE tender = :tender),
        state = CASE WHEN EXISTS (SELECT 1 FROM bid WHERE tender = :tender AND minor IS NOT NULL) THEN 'awarded' ELSE 'void' END
    WHERE id = :tender;
    SELECT emit('awarded', json_object('tender', id, 'winner', winner, 'minor', minor)) FROM tender WHERE id = :tender;
    SELECT winner, minor FROM tender WHERE id = :tender;
END;

-- No price that was shown is below the winner's.
CREATE INVARIANT the_lowest_price_wins AS
    SELECT t.id FROM tender t JOIN bid b ON b.tender = t.id WHERE t.state = 'awarded' AND b.minor < t.minor;

-- A tender without a price is void.
CREATE INVARIANT a_void_tender_has_no_price AS
    SELECT t.id FROM tender t JOIN bid b ON b.tender = t.id WHERE t.state = 'void' AND b.minor IS NOT NULL;
