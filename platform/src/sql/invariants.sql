-- name: every shared table belongs to a schema with an owner, or to a package
SELECT t.name FROM sql_table t
WHERE NOT EXISTS (SELECT 1 FROM sql_schema s WHERE s.name = t.schema) AND t.package = 0
   OR NOT EXISTS (SELECT 1 FROM member m WHERE m.id = t.schema AND m.kind = 'package') AND t.package = 1;

-- name: the name of a shared table begins with its schema
SELECT name FROM sql_table WHERE substr(name, 1, length(schema) + 1) != schema || '.';

-- name: a table that only grows has no owner column
SELECT name FROM sql_table WHERE mode = 'append' AND owner_column IS NOT NULL;

-- name: a package's tables have no other writers
SELECT table_name FROM sql_writer JOIN sql_table ON name = table_name WHERE package = 1;

-- name: a schema that is reserved is nobody's
SELECT name FROM sql_reserved WHERE name IN (SELECT name FROM sql_schema UNION ALL SELECT id FROM member);
