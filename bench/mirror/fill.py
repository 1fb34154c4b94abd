"""Fills a shared table of a node under `dev`: address, calls one after the other, rows of each."""

import json
import sys
import urllib.request

URL, CALLS, ROWS = sys.argv[1], *map(int, sys.argv[2:4])
# A statement has at most so many rows here: texts have 64 KiB.
ROWS_OF_STATEMENT = 250


def execute(*statements):
    body = json.dumps({"statements": [{"sql": sql, "params": []} for sql in statements]}).encode()
    headers = {"content-type": "application/json", "counterfoil-key": "core-corp/dev"}
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/v1/commands/sql.execute", body, headers)) as answer:
        answer.read()


def insert(first, count):
    rows = ", ".join(f"({n}, 'core-corp', 'item {n} of the bench', {n * 7919 % 100000}, NULL)" for n in range(first, first + count))
    return f"INSERT INTO bench.lot VALUES {rows}"


execute(
    "CREATE TABLE bench.lot (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, goods TEXT NOT NULL, weight INTEGER NOT NULL, mark BLOB) "
    "WITH (mode = update, owner_column = owner)"
)
at = 0
for _ in range(CALLS):
    end, statements = at + ROWS, []
    while at < end:
        count = min(ROWS_OF_STATEMENT, end - at)
        statements.append(insert(at, count))
        at += count
    execute(*statements)
