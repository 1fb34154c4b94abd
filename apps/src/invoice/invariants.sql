-- name: net and tax make the total, and the total less what was paid before is due
SELECT id FROM invoice
WHERE total_minor <> net_minor + tax_minor OR payable_minor <> total_minor - prepaid_minor + rounding_minor;

-- name: every tax belongs to an invoice
SELECT invoice FROM invoice_tax WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.id = invoice);

-- name: the tax by rate makes the tax of the invoice
SELECT i.id FROM invoice i
WHERE i.tax_minor <> (SELECT coalesce(sum(t.tax_minor), 0) FROM invoice_tax t WHERE t.invoice = i.id);

-- name: in Chinese VAT the net amounts by rate make the net amount of the invoice
SELECT i.id FROM invoice i
WHERE i.regime = 'cn-vat' AND i.net_minor <> (SELECT coalesce(sum(t.net_minor), 0) FROM invoice_tax t WHERE t.invoice = i.id);

-- name: in Chinese VAT a tax is its net amount times its rate, to within the rounding of its items
SELECT t.invoice FROM invoice_tax t JOIN invoice i ON i.id = t.invoice
WHERE i.regime = 'cn-vat' AND t.net_minor > 0 AND abs(t.tax_minor * 10000 - t.net_minor * t.rate) * 2 > t.items * (10000 + t.rate)
  AND t.items > 0;

-- name: the Chinese numbers of a series have no gap
SELECT s.series FROM invoice_sequence s
WHERE s.last <> (SELECT count(*) FROM invoice WHERE regime = 'cn-vat' AND number > s.series AND number < s.series || ':')
   OR s.last <> (SELECT CAST(substr(max(number), 6) AS INTEGER) FROM invoice
                 WHERE regime = 'cn-vat' AND number > s.series AND number < s.series || ':');

-- name: a Chinese number has 20 digits and a series
SELECT id FROM invoice
WHERE regime = 'cn-vat' AND (length(number) <> 20 OR number GLOB '*[^0-9]*'
    OR NOT EXISTS (SELECT 1 FROM invoice_sequence WHERE series = substr(number, 1, 5)));

-- name: a number is unique for its seller
SELECT seller, number FROM invoice GROUP BY seller, number HAVING count(*) > 1;

-- name: the seller of an invoice is a registered taxpayer of its regime
SELECT i.id FROM invoice i
WHERE NOT EXISTS (SELECT 1 FROM invoice_taxpayer t WHERE t.id = i.seller AND t.regime = i.regime);

-- name: a taxpayer belongs to a member and has a status
SELECT id FROM invoice_taxpayer
WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.id = invoice_taxpayer.member)
   OR NOT EXISTS (SELECT 1 FROM invoice_taxpayer_status s WHERE s.taxpayer = invoice_taxpayer.id);

-- name: an invoice is claimed with its claim key only
SELECT h.invoice FROM invoice_holder h JOIN invoice i ON i.id = h.invoice WHERE h.claimed = 1 AND i.claim_key IS NULL;

-- name: a person's invoice is passed on to organisations
SELECT p.invoice, p.organisation FROM invoice_pass p
LEFT JOIN invoice_holder h ON h.invoice = p.invoice LEFT JOIN member f ON f.id = h.member
LEFT JOIN member o ON o.id = p.organisation
WHERE f.kind IS NOT 'person' OR o.kind IS NOT 'organisation';

-- name: an invoice that is passed on is taken while somebody has locked or closed it
SELECT p.invoice, p.organisation FROM invoice_pass p
WHERE (p.state = 'taken') <> EXISTS (SELECT 1 FROM invoice_reimbursement u WHERE u.invoice = p.invoice);

-- name: an invoice is used by an organisation that holds it or to which it was passed on
SELECT u.invoice, u.organisation FROM (
  SELECT invoice, organisation FROM invoice_reimbursement
  UNION ALL SELECT invoice, organisation FROM invoice_booking WHERE state <> 'revoked') u
LEFT JOIN member m ON m.id = u.organisation
WHERE m.kind IS NOT 'organisation'
   OR (NOT EXISTS (SELECT 1 FROM invoice_holder h WHERE h.invoice = u.invoice AND h.member = u.organisation)
       AND NOT EXISTS (SELECT 1 FROM invoice_pass p WHERE p.invoice = u.invoice AND p.organisation = u.organisation));

-- name: one organisation uses an invoice
SELECT u.invoice FROM invoice_reimbursement u JOIN invoice_booking b ON b.invoice = u.invoice
WHERE b.state <> 'revoked' AND b.organisation <> u.organisation;

-- name: a red letter has no holder, is not used, and has no red letter
SELECT r.red FROM invoice_red r
WHERE EXISTS (SELECT 1 FROM invoice_holder h WHERE h.invoice = r.red)
   OR EXISTS (SELECT 1 FROM invoice_reimbursement u WHERE u.invoice = r.red)
   OR EXISTS (SELECT 1 FROM invoice_booking b WHERE b.invoice = r.red)
   OR EXISTS (SELECT 1 FROM invoice_red f WHERE f.invoice = r.red)
   OR EXISTS (SELECT 1 FROM invoice i WHERE i.id = r.red AND i.state <> 'issued');

-- name: what takes money back is neither passed on nor reimbursed
SELECT i.id FROM invoice i
WHERE (i.sign < 0 OR i.total_minor < 0)
  AND (EXISTS (SELECT 1 FROM invoice_pass p WHERE p.invoice = i.id) OR EXISTS (SELECT 1 FROM invoice_reimbursement u WHERE u.invoice = i.id));

-- name: nothing is locked, closed or booked while a red letter is asked for
SELECT r.id FROM invoice_red r
LEFT JOIN invoice_reimbursement u ON u.invoice = r.invoice
LEFT JOIN invoice_booking b ON b.invoice = r.invoice AND b.state <> 'revoked'
WHERE r.open_until_ms IS NOT NULL AND (max(coalesce(u.locked_ms, 0), coalesce(u.closed_ms, 0)) > r.requested_ms
                                       OR b.booked_ms > r.requested_ms);

-- name: a form takes back at rates of a blue Chinese invoice, and its sums are those of its rates
SELECT r.id FROM invoice_red r JOIN invoice i ON i.id = r.invoice
WHERE i.regime <> 'cn-vat' OR r.seller <> i.seller
   OR (r.net_minor, r.tax_minor) IS NOT (SELECT sum(t.net_minor), sum(t.tax_minor) FROM invoice_red_tax t WHERE t.form = r.id)
UNION ALL
SELECT form FROM invoice_red_tax GROUP BY form HAVING min(position) <> 1 OR max(position) <> count(*)
UNION ALL
SELECT form FROM invoice_red_tax GROUP BY form, category, rate HAVING count(*) > 1;

-- name: what is reserved of an invoice is what its open forms ask for, and what is reversed what its red letters take
WITH taken (invoice, category, rate, reserved_net, reserved_tax, reversed_net, reversed_tax) AS (
  SELECT r.invoice, t.category, t.rate,
         sum(iif(r.open_until_ms IS NULL, 0, t.net_minor)), sum(iif(r.open_until_ms IS NULL, 0, t.tax_minor)),
         sum(iif(r.state = 'issued', t.net_minor, 0)), sum(iif(r.state = 'issued', t.tax_minor, 0))
  FROM invoice_red r JOIN invoice_red_tax t ON t.form = r.id GROUP BY r.invoice, t.category, t.rate)
SELECT t.invoice, t.category, t.rate FROM taken t
LEFT JOIN invoice_reversal v ON v.invoice = t.invoice AND v.category = t.category AND v.rate = t.rate
WHERE (v.reserved_net_minor, v.reserved_tax_minor, v.reversed_net_minor, v.reversed_tax_minor)
      IS NOT (t.reserved_net, t.reserved_tax, t.reversed_net, t.reversed_tax)
UNION ALL
SELECT v.invoice, v.category, v.rate FROM invoice_reversal v
WHERE NOT EXISTS (SELECT 1 FROM taken t WHERE t.invoice = v.invoice AND t.category = v.category AND t.rate = v.rate);

-- name: never more is reserved and reversed of an invoice than it has, by rate, net and tax
SELECT v.invoice, v.category, v.rate FROM invoice_reversal v
LEFT JOIN (SELECT invoice, category, rate, sum(net_minor) AS net_minor, sum(tax_minor) AS tax_minor FROM invoice_tax
           GROUP BY invoice, category, rate) t
  ON t.invoice = v.invoice AND t.category = v.category AND t.rate = v.rate
WHERE t.invoice IS NULL OR v.reserved_net_minor + v.reversed_net_minor > t.net_minor
   OR v.reserved_tax_minor + v.reversed_tax_minor > t.tax_minor;

-- name: an invoice is reversed when all of it is, and partly reversed when a part of it is
SELECT i.id FROM invoice i
LEFT JOIN (SELECT invoice, sum(reversed_net_minor) AS net_minor, sum(reversed_tax_minor) AS tax_minor FROM invoice_reversal
           GROUP BY invoice) v ON v.invoice = i.id
WHERE i.state <> CASE WHEN coalesce(v.net_minor, 0) = 0 AND coalesce(v.tax_minor, 0) = 0 THEN 'issued'
                      WHEN (v.net_minor, v.tax_minor) = (i.net_minor, i.tax_minor) THEN 'reversed'
                      ELSE 'partly_reversed' END;

-- name: a red letter is its form, negative, by the same seller, of the same kind
SELECT r.id FROM invoice_red r JOIN invoice b ON b.id = r.invoice LEFT JOIN invoice i ON i.id = r.red
WHERE r.state = 'issued'
  AND ((i.net_minor, i.tax_minor, i.regime, i.kind, i.seller, i.currency)
       IS NOT (-r.net_minor, -r.tax_minor, b.regime, b.kind, b.seller, b.currency)
    OR (SELECT count(*) FROM invoice_tax t WHERE t.invoice = r.red) <> (SELECT count(*) FROM invoice_red_tax t WHERE t.form = r.id)
    OR EXISTS (SELECT 1 FROM invoice_red_tax f LEFT JOIN invoice_tax t ON t.invoice = r.red AND t.position = f.position
               WHERE f.form = r.id
                 AND (t.category, t.rate, t.net_minor, t.tax_minor) IS NOT (f.category, f.rate, -f.net_minor, -f.tax_minor)));

-- name: under Chinese VAT the tax of special invoices alone is booked as deductible, and no part of them is free of tax
SELECT b.invoice FROM invoice_booking b JOIN invoice i ON i.id = b.invoice WHERE b.state = 'deductible' AND i.kind = 'ordinary'
UNION ALL
SELECT t.invoice FROM invoice_tax t JOIN invoice i ON i.id = t.invoice WHERE i.kind = 'special' AND t.rate = 0;

-- name: a Chinese invoice with a negative amount is a red letter
SELECT id FROM invoice
WHERE regime = 'cn-vat' AND min(net_minor, tax_minor, total_minor) < 0
  AND NOT EXISTS (SELECT 1 FROM invoice_red r WHERE r.red = invoice.id);

-- name: an invoice that was issued wrongly is taken back as a whole
SELECT r.id FROM invoice_red r JOIN invoice i ON i.id = r.invoice
WHERE r.reason = '01' AND r.state = 'issued' AND i.state <> 'reversed';

-- name: the steps of an invoice are numbered from 1 without gaps
SELECT invoice FROM invoice_step GROUP BY invoice HAVING min(position) <> 1 OR max(position) <> count(*);

-- name: the last step of an invoice's holder, reimbursement and booking is how it stands
SELECT invoice FROM invoice_holder h
WHERE claimed <> (SELECT count(*) FROM invoice_step s WHERE s.invoice = h.invoice AND s.step = 'claimed')
UNION ALL
SELECT s.invoice FROM (SELECT invoice, max(position) AS position FROM invoice_step WHERE step IN ('locked', 'unlocked', 'closed')
                       GROUP BY invoice) l
JOIN invoice_step s ON s.invoice = l.invoice AND s.position = l.position
LEFT JOIN invoice_reimbursement u ON u.invoice = s.invoice
WHERE coalesce(u.state, 'unlocked') <> s.step OR (u.organisation IS NOT NULL AND u.organisation IS NOT s.member)
UNION ALL
SELECT s.invoice FROM (SELECT invoice, max(position) AS position FROM invoice_step
                       WHERE step IN ('booked_deductible', 'booked_not_deductible', 'booking_revoked') GROUP BY invoice) l
JOIN invoice_step s ON s.invoice = l.invoice AND s.position = l.position
LEFT JOIN invoice_booking b ON b.invoice = s.invoice
WHERE iif(b.state = 'revoked', 'booking_revoked', 'booked_' || b.state) IS NOT s.step
   OR b.organisation IS NOT s.member OR b.period IS NOT s.reference;

-- name: what is sealed of an invoice is sealed by the member of its seller, and a tax authority reads it
SELECT i.id FROM invoice i JOIN invoice_taxpayer t ON t.id = i.seller
WHERE i.subject IS NOT NULL
  AND (NOT EXISTS (SELECT 1 FROM document_sealed d WHERE d.subject = i.subject AND d.sealer = t.member)
    OR NOT EXISTS (SELECT 1 FROM document_reader r WHERE r.subject = i.subject AND r.mandatory = 1));

-- name: the months of a taxpayer are what it issued
SELECT m.seller, m.month, m.currency FROM invoice_month m
WHERE (m.invoices, m.issued_minor, m.red, m.red_minor) IS NOT (
    SELECT count(*) FILTER (WHERE i.sign * i.total_minor >= 0), coalesce(sum(i.sign * i.total_minor) FILTER (WHERE i.sign * i.total_minor >= 0), 0),
           count(*) FILTER (WHERE i.sign * i.total_minor < 0), coalesce(sum(i.sign * i.total_minor) FILTER (WHERE i.sign * i.total_minor < 0), 0)
    FROM invoice i WHERE i.seller = m.seller AND substr(i.issue_date, 1, 7) = m.month AND i.currency = m.currency)
UNION ALL
SELECT i.seller, i.issue_date, i.currency FROM invoice i WHERE NOT EXISTS (
    SELECT 1 FROM invoice_month m WHERE m.seller = i.seller AND m.month = substr(i.issue_date, 1, 7) AND m.currency = i.currency);

-- name: the output tax of a month is that of its invoices
SELECT m.seller, m.month, m.currency, m.kind, m.category, m.rate FROM invoice_month_tax m
WHERE (m.net_minor, m.tax_minor) IS NOT (
    SELECT sum(i.sign * t.net_minor), sum(i.sign * t.tax_minor) FROM invoice i JOIN invoice_tax t ON t.invoice = i.id
    WHERE i.seller = m.seller AND substr(i.issue_date, 1, 7) = m.month AND i.currency = m.currency
      AND coalesce(i.kind, '') = m.kind AND t.category = m.category AND t.rate = m.rate)
UNION ALL
SELECT i.seller, i.issue_date, i.currency, i.kind, t.category, t.rate FROM invoice i JOIN invoice_tax t ON t.invoice = i.id WHERE NOT EXISTS (
    SELECT 1 FROM invoice_month_tax m WHERE m.seller = i.seller AND m.month = substr(i.issue_date, 1, 7) AND m.currency = i.currency
      AND m.kind = coalesce(i.kind, '') AND m.category = t.category AND m.rate = t.rate);

-- name: nobody issues more in a month than the quota under which the last invoice was issued
SELECT seller, month, currency FROM invoice_month WHERE invoices > invoices_max OR issued_minor > issued_max_minor;

-- name: what is left of a payment is its amount less its open applications and its invoices that stand
SELECT p.id FROM invoice_payment p
WHERE p.left_minor < 0 OR p.left_minor <> p.amount_minor
    - (SELECT coalesce(sum(t.amount_minor), 0) FROM invoice_application a JOIN invoice_application_part t ON t.application = a.number
       WHERE a.payment = p.id AND t.state = 'open')
    - (SELECT coalesce(sum(u.amount_minor - u.returned_minor), 0) FROM invoice_payment_use u WHERE u.payment = p.id);

-- name: an invoice that is paid takes its total of one payment to its seller in its currency
SELECT i.id FROM invoice i WHERE i.payment IS NOT NULL AND i.total_minor > 0 AND NOT EXISTS (
    SELECT 1 FROM invoice_payment_use u JOIN invoice_payment p ON p.id = u.payment
    WHERE u.invoice = i.id AND u.payment = i.payment AND u.amount_minor = i.total_minor AND p.payee = i.seller AND p.currency = i.currency);

-- name: a payment has back of an invoice what red letters took of it
SELECT u.invoice FROM invoice_payment_use u JOIN invoice i ON i.id = u.invoice
WHERE i.payment IS NOT u.payment OR u.returned_minor <> (SELECT coalesce(sum(v.reversed_net_minor + v.reversed_tax_minor), 0)
                                                        FROM invoice_reversal v WHERE v.invoice = u.invoice);

-- name: an invoice of which nothing is sealed is a red letter
SELECT i.id FROM invoice i WHERE (i.subject IS NULL) <> EXISTS (SELECT 1 FROM invoice_red r WHERE r.red = i.id);

-- name: a holder who was named was named at issue
SELECT h.invoice FROM invoice_holder h JOIN invoice i ON i.id = h.invoice WHERE h.claimed = 0 AND h.since_ms <> i.issued_ms;

-- name: a question has an answer, and who closed it, when its times say so
SELECT number FROM invoice_question
WHERE (state = 'answered' AND answered_ms IS NULL) OR (answer IS NULL) <> (answered_ms IS NULL) OR (closed_by IS NULL) <> (closed_ms IS NULL);

-- name: an application is sealed by who applies
SELECT number FROM invoice_application a
WHERE NOT EXISTS (SELECT 1 FROM document_sealed d WHERE d.subject = a.subject AND d.sealer = a.applicant);

-- name: an application is open while a part of it is, has its parts without gaps, and they make its amount
SELECT a.number FROM invoice_application a
WHERE (a.state = 'open') <> EXISTS (SELECT 1 FROM invoice_application_part t WHERE t.application = a.number AND t.state = 'open')
   OR (SELECT count(*) <> max(t.position) OR sum(t.amount_minor) <> a.amount_minor FROM invoice_application_part t
       WHERE t.application = a.number);

-- name: a part of an application has one invoice, of at most its amount, if it is issued, and else none
SELECT t.application, t.position FROM invoice_application_part t
WHERE (t.state = 'issued') <> (1 = (SELECT count(*) FROM invoice_payment_use u
    WHERE u.application = t.application AND u.part = t.position AND u.amount_minor <= t.amount_minor));

-- name: an invoice on an application is of the kind that is asked for
SELECT u.invoice FROM invoice_payment_use u JOIN invoice_application a ON a.number = u.application JOIN invoice i ON i.id = u.invoice
WHERE i.kind IS NOT NULL AND i.kind <> a.kind;

-- name: a transfer is a payment once
SELECT transfer FROM invoice_payment WHERE transfer IS NOT NULL GROUP BY transfer HAVING count(*) > 1;

-- name: an application waits for the member of the taxpayer that was paid, a question for that of the invoice's seller
SELECT a.number FROM invoice_application a JOIN invoice_payment p ON p.id = a.payment JOIN invoice_taxpayer t ON t.id = p.payee
WHERE t.member <> a.seller_member
UNION ALL
SELECT q.number FROM invoice_question q JOIN invoice i ON i.id = q.invoice JOIN invoice_taxpayer t ON t.id = i.seller
WHERE t.member <> q.seller_member;
