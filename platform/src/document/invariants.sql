-- name: the versions of a document are numbered from 1 without gaps, and it knows the newest
SELECT d.id FROM document d
WHERE d.version <> (SELECT count(*) FROM document_version v WHERE v.document = d.id)
   OR d.version IS NOT (SELECT max(v.version) FROM document_version v WHERE v.document = d.id)
   OR 1 IS NOT (SELECT min(v.version) FROM document_version v WHERE v.document = d.id);

-- name: every version belongs to a document, and every clear field to a version
SELECT v.document FROM document_version v WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = v.document)
UNION ALL SELECT x.document FROM document_value x
WHERE NOT EXISTS (SELECT 1 FROM document_version v WHERE v.document = x.document AND v.version = x.version);

-- name: a document belongs to the member in its id
SELECT id FROM document WHERE substr(id, 1, length(owner) + 1) <> owner || '/';

-- name: a document has the fields of its type, in the clear and sealed
SELECT x.document, x.version, x.name FROM document_value x JOIN document d ON d.id = x.document
WHERE NOT EXISTS (SELECT 1 FROM document_type_field f WHERE f.type = d.type AND f.name = x.name AND f.sealed = 0)
UNION ALL SELECT x.subject, x.version, x.name FROM document_field x JOIN document d ON d.id = x.subject
WHERE NOT EXISTS (SELECT 1 FROM document_type_field f WHERE f.type = d.type AND f.name = x.name AND f.sealed = 1);

-- name: a version says rightly whether a part of it is sealed
SELECT v.document, v.version FROM document_version v
WHERE v.sealed <> EXISTS (SELECT 1 FROM document_sealed s WHERE s.subject = v.document AND s.version = v.version);

-- name: the mandatory readers of a type can read what is sealed in its documents
SELECT s.subject, s.version, t.reader FROM document_sealed s
JOIN document d ON d.id = s.subject JOIN document_type_reader t ON t.type = d.type
WHERE NOT EXISTS (SELECT 1 FROM document_reader r
                  WHERE r.subject = s.subject AND r.version = s.version AND r.reader = t.reader AND r.mandatory = 1);

-- name: what is sealed has fields and readers
SELECT s.subject, s.version FROM document_sealed s
WHERE NOT EXISTS (SELECT 1 FROM document_field f WHERE f.subject = s.subject AND f.version = s.version)
   OR NOT EXISTS (SELECT 1 FROM document_reader r WHERE r.subject = s.subject AND r.version = s.version);

-- name: fields and readers belong to something sealed
SELECT f.subject, f.version FROM document_field f
WHERE NOT EXISTS (SELECT 1 FROM document_sealed s WHERE s.subject = f.subject AND s.version = f.version)
UNION ALL SELECT r.subject, r.version FROM document_reader r
WHERE NOT EXISTS (SELECT 1 FROM document_sealed s WHERE s.subject = r.subject AND s.version = r.version);

-- name: every reader has a reading key that is published
SELECT r.subject, r.version, r.reader, r.key FROM document_reader r
WHERE NOT EXISTS (SELECT 1 FROM document_reading_key k WHERE k.member = r.reader AND k.name = r.key);

-- name: a removed reader reads no later version
SELECT x.subject, x.reader, r.version FROM document_removed_reader x
JOIN document_reader r ON r.subject = x.subject AND r.reader = x.reader AND r.version >= x.from_version;

-- name: only readers open
SELECT o.number FROM document_opening o
WHERE NOT EXISTS (SELECT 1 FROM document_reader r
                  WHERE r.subject = o.subject AND r.version = o.version AND r.reader = o.reader);

-- name: one member anchors a hash once
SELECT hash, member FROM document_anchor GROUP BY hash, member HAVING count(*) > 1;
