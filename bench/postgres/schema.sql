-- The ledger that a careful engineer would write in PostgreSQL: balances in minor units, a row for each transfer.
-- psql variables: accounts, how many; funds, what each holds at first.
CREATE TABLE account (
  id            bigint PRIMARY KEY,
  balance_minor bigint NOT NULL CONSTRAINT overdraft CHECK (balance_minor >= 0)
);

CREATE TABLE transfer (
  id           bigint PRIMARY KEY, -- drawn by the client: the same twice is refused, so a repeated request does nothing
  payer        bigint NOT NULL,
  payee        bigint NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  memo         text NOT NULL,
  made_at      timestamptz NOT NULL DEFAULT now(),
  CHECK (payer <> payee)
);

INSERT INTO account SELECT id, :funds FROM generate_series(1, :accounts) id;

-- One transfer in one call. Both rows in one statement, locked in the order of the index: two transfers never wait for each other.
CREATE FUNCTION transfer(id bigint, payer bigint, payee bigint, amount bigint, memo text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found_rows integer;
BEGIN
  INSERT INTO transfer VALUES (id, payer, payee, amount, memo);
  UPDATE account a SET balance_minor = balance_minor + CASE a.id WHEN payee THEN amount ELSE -amount END
    WHERE a.id IN (payer, payee);
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF found_rows <> 2 THEN
    RAISE EXCEPTION 'unknown account: % or %', payer, payee;
  END IF;
END $$;

-- Many transfers, all or none. Each account is written once, with what all its legs come to; the overdraft check sees that sum.
-- The ids follow first_id: the same batch twice is refused.
CREATE FUNCTION transfer_batch(first_id bigint, payers bigint[], payees bigint[], amounts bigint[], memo text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found_rows integer;
  wanted_rows integer;
BEGIN
  INSERT INTO transfer
    SELECT first_id + leg.number, leg.payer, leg.payee, leg.amount, memo
    FROM unnest(payers, payees, amounts) WITH ORDINALITY AS leg(payer, payee, amount, number);
  -- In the order of ids, so that two batches never wait for each other.
  PERFORM 1 FROM account WHERE id = ANY (payers || payees) ORDER BY id FOR UPDATE;
  WITH leg AS (
    SELECT * FROM unnest(payers, payees, amounts) AS leg(payer, payee, amount)
  ), change AS (
    SELECT id, sum(amount) AS amount
    FROM (SELECT payer AS id, -amount AS amount FROM leg UNION ALL SELECT payee, amount FROM leg) side
    GROUP BY id
  ), changed AS (
    UPDATE account SET balance_minor = balance_minor + change.amount FROM change WHERE account.id = change.id RETURNING 1
  )
  SELECT (SELECT count(*) FROM change), (SELECT count(*) FROM changed) INTO wanted_rows, found_rows;
  IF found_rows <> wanted_rows THEN
    RAISE EXCEPTION 'unknown account in a batch';
  END IF;
END $$;
