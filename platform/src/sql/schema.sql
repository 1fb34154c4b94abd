-- Schemas: the first part of a shared table's name. Who creates the first table in one owns it.
CREATE TABLE sql_schema (
    name    TEXT    NOT NULL PRIMARY KEY,
    owner   TEXT    NOT NULL REFERENCES member (id),
    height  INTEGER NOT NULL,
    time_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Names of schemas that packages are to have: their first versions are voted on.
CREATE TABLE sql_reserved (
    name     TEXT    NOT NULL PRIMARY KEY,
    until_ms INTEGER NOT NULL                    -- block time up to which nobody else begins this schema
) STRICT, WITHOUT ROWID;

-- Shared tables. Their rows are in a table of the same name: "warehouse.receipt".
CREATE TABLE sql_table (
    name         TEXT    NOT NULL PRIMARY KEY,   -- schema.table
    schema       TEXT    NOT NULL,               -- of sql_schema, or a package's name
    package      INTEGER NOT NULL CHECK (package IN (0, 1)),   -- 1: the schema is a package, whose actions alone write it
    mode         TEXT    NOT NULL CHECK (mode IN ('append', 'update')),
    owner_column TEXT,                           -- the member named in it changes and deletes the row
    readers      TEXT    NOT NULL CHECK (readers IN ('members', 'packages')),   -- packages: their actions may read it too
    definition   TEXT    NOT NULL,               -- as its creator wrote it
    shape        TEXT    NOT NULL,               -- columns, primary key and other keys, as JSON
    creator      TEXT    NOT NULL,               -- the key that signed
    height       INTEGER NOT NULL,
    time_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sql_table_by_schema ON sql_table (schema, name);

-- Who inserts into a shared table, and without an owner column changes and deletes its rows.
CREATE TABLE sql_writer (
    table_name TEXT NOT NULL REFERENCES sql_table (name),
    writer     TEXT NOT NULL,                    -- a member, a key member/name, role:name, or members for everybody
    PRIMARY KEY (table_name, writer)
) STRICT, WITHOUT ROWID;

-- Indexes of shared tables. Rows, because a member's own database is not asked what indexes it has: they do not decide anything.
CREATE TABLE sql_index (
    name       TEXT    NOT NULL PRIMARY KEY,     -- schema.name
    table_name TEXT    NOT NULL REFERENCES sql_table (name),
    definition TEXT    NOT NULL,                 -- the text for SQLite
    height     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sql_index_by_table ON sql_index (table_name);
