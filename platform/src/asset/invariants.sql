-- name: the accounts of an asset add up to zero: what was issued and not redeemed is what is available and held
-- In halves of 31 bits: with overdrafts, what the holders have may be more than 64 bits count.
SELECT asset FROM asset_account GROUP BY asset
HAVING sum((available_minor + held_minor) >> 31) + (sum((available_minor + held_minor) & 2147483647) >> 31) <> 0
    OR sum((available_minor + held_minor) & 2147483647) & 2147483647 <> 0;

-- name: every asset has its issuer's side, and every account belongs to an asset and to the member in its id
SELECT s.id FROM asset s
WHERE NOT EXISTS (SELECT 1 FROM asset_account a WHERE a.id = s.id AND a.asset = s.id AND a.owner = s.issuer)
UNION ALL SELECT a.id FROM asset_account a
WHERE substr(a.id, 1, length(a.owner) + 1) <> a.owner || '/' OR NOT EXISTS (SELECT 1 FROM asset s WHERE s.id = a.asset);

-- name: no account is overdrawn beyond its limit, and the issuer's side sets nothing aside and has no limit
SELECT id FROM asset_account
WHERE (id <> asset AND available_minor < -limit_minor) OR (id = asset AND (held_minor <> 0 OR limit_minor <> 0));

-- name: what an account holds back is what its open holds and offers need
SELECT a.id FROM asset_account a
LEFT JOIN (SELECT account, sum(minor) AS minor FROM (
             SELECT account, amount_minor - captured_minor AS minor FROM asset_hold WHERE state = 'open'
             UNION ALL SELECT from_account, amount_minor FROM asset_offer WHERE state = 'open')
           GROUP BY account) c ON c.account = a.id
WHERE a.held_minor <> coalesce(c.minor, 0);

-- name: every transfer has two equal legs, in accounts of its asset
SELECT t.number FROM asset_transfer t
LEFT JOIN asset_account f ON f.id = t.from_account AND f.asset = t.asset
LEFT JOIN asset_account p ON p.id = t.to_account AND p.asset = t.asset
WHERE f.id IS NULL OR p.id IS NULL OR t.from_account = t.to_account OR t.amount_minor <= 0;

-- name: only issues leave the issuer's side, and only redemptions arrive there
SELECT number FROM asset_transfer
WHERE (kind = 'issue') <> (from_account = asset) OR (kind = 'redeem') <> (to_account = asset);

-- name: the transfers of an account are one list, each with the balance after it, and the account is at its end
SELECT account, number FROM (
  SELECT account, number, previous, balance_minor, amount_minor,
         lag(number) OVER list AS before, coalesce(lag(balance_minor) OVER list, 0) AS opening_minor
  FROM asset_entry WINDOW list AS (PARTITION BY account ORDER BY number))
WHERE previous IS NOT before OR balance_minor <> opening_minor + amount_minor
UNION ALL
SELECT a.id, a.newest FROM asset_account a
LEFT JOIN (SELECT account, max(number) AS newest, balance_minor FROM asset_entry GROUP BY account) e ON e.account = a.id
WHERE a.newest IS NOT e.newest OR a.available_minor + a.held_minor <> coalesce(e.balance_minor, 0);

-- name: the sums of each business day are those of its transfers
SELECT d.account, d.day FROM asset_statement d
LEFT JOIN (SELECT account, day, max(number) AS newest, sum(max(amount_minor, 0)) AS in_minor, sum(amount_minor > 0) AS in_count,
                  sum(max(-amount_minor, 0)) AS out_minor, sum(amount_minor < 0) AS out_count
           FROM asset_entry GROUP BY account, day) e ON e.account = d.account AND e.day = d.day
WHERE d.newest IS NOT e.newest OR d.in_minor IS NOT e.in_minor OR d.in_count IS NOT e.in_count
   OR d.out_minor IS NOT e.out_minor OR d.out_count IS NOT e.out_count
UNION ALL
SELECT e.account, e.day FROM (SELECT DISTINCT account, day FROM asset_entry) e
WHERE NOT EXISTS (SELECT 1 FROM asset_statement d WHERE d.account = e.account AND d.day = e.day);

-- name: each business day opens as the one before it closed, and closes with what moved
SELECT account, day FROM (
  SELECT account, day, opening_minor, in_minor, out_minor, closing_minor,
         coalesce(lag(closing_minor) OVER (PARTITION BY account ORDER BY day), 0) AS before_minor
  FROM asset_statement)
WHERE opening_minor <> before_minor OR closing_minor <> opening_minor + in_minor - out_minor;

-- name: what was captured of a hold, and what an accepted offer paid, are transfers from its account
WITH paid (claim, kind, from_account, count, minor) AS (
  SELECT claim, kind, from_account, count(*), sum(amount_minor) FROM asset_transfer WHERE claim IS NOT NULL
  GROUP BY claim, kind, from_account)
SELECT h.number FROM asset_hold h LEFT JOIN paid p ON p.claim = h.number AND p.kind = 'capture' AND p.from_account = h.account
WHERE h.captured_minor <> coalesce(p.minor, 0)
UNION ALL
SELECT o.number FROM asset_offer o LEFT JOIN paid p ON p.claim = o.number AND p.kind = 'offer' AND p.from_account = o.from_account
WHERE (o.state = 'accepted') <> coalesce(p.count, 0) OR (o.state = 'accepted' AND p.minor <> o.amount_minor)
UNION ALL
SELECT p.claim FROM paid p
WHERE NOT EXISTS (SELECT 1 FROM asset_hold h WHERE h.number = p.claim AND p.kind = 'capture' AND h.account = p.from_account)
  AND NOT EXISTS (SELECT 1 FROM asset_offer o WHERE o.number = p.claim AND p.kind = 'offer' AND o.from_account = p.from_account)
UNION ALL
SELECT number FROM asset_transfer WHERE (claim IS NOT NULL) <> (kind IN ('capture', 'offer'));

-- name: a source belongs to one issue of its asset
SELECT s.asset, s.source FROM asset_source s
WHERE NOT EXISTS (SELECT 1 FROM asset_transfer t WHERE t.number = s.number AND t.asset = s.asset AND t.kind = 'issue')
UNION ALL SELECT asset, min(source) FROM asset_source GROUP BY asset, number HAVING count(*) > 1;

-- name: an account is frozen while issuer or court has not let it go, and each freezes it once
SELECT a.id FROM asset_account a
WHERE (a.state = 'frozen') <> EXISTS (SELECT 1 FROM asset_freeze f WHERE f.account = a.id AND f.lifted_ms IS NULL)
UNION ALL SELECT account FROM asset_freeze WHERE lifted_ms IS NULL GROUP BY account, power HAVING count(*) > 1;
