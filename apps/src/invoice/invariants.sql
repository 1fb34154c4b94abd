-- name: net and tax make the total, and the total less what was paid before is due
SELECT id FROM invoice
WHERE total_minor <> net_minor + tax_minor OR payable_minor <> total_minor - prepaid_minor + rounding_minor;

-- name: the lines of an invoice, less allowances and with charges, make its net amount
SELECT i.id FROM invoice i
WHERE i.net_minor + i.allowance_minor - i.charge_minor <> (SELECT sum(l.net_minor) FROM invoice_line l WHERE l.invoice = i.id);

-- name: an invoice has lines, numbered from 1 without gaps
SELECT invoice FROM invoice_line GROUP BY invoice HAVING min(position) <> 1 OR max(position) <> count(*)
UNION ALL SELECT id FROM invoice WHERE NOT EXISTS (SELECT 1 FROM invoice_line WHERE invoice = invoice.id);

-- name: every line and every tax belongs to an invoice
SELECT invoice FROM invoice_line WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.id = invoice)
UNION ALL SELECT invoice FROM invoice_tax WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.id = invoice);

-- name: the tax by rate makes the tax of the invoice
SELECT i.id FROM invoice i
WHERE i.tax_minor <> (SELECT coalesce(sum(t.tax_minor), 0) FROM invoice_tax t WHERE t.invoice = i.id);

-- name: in Chinese VAT each rate's net and tax are those of its lines
SELECT t.invoice, t.category, t.rate FROM invoice_tax t JOIN invoice i ON i.id = t.invoice
WHERE i.regime = 'cn-vat' AND (t.net_minor, t.tax_minor) IS NOT (
    SELECT sum(l.net_minor), sum(l.tax_minor) FROM invoice_line l
    WHERE l.invoice = t.invoice AND l.category = t.category AND l.rate = t.rate);

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

-- name: a taxpayer belongs to a member
SELECT id FROM invoice_taxpayer WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.id = invoice_taxpayer.member);

-- name: an invoice is never more than the payment that it is issued for
SELECT id FROM invoice WHERE payment IS NOT NULL AND total_minor > payment_minor;
