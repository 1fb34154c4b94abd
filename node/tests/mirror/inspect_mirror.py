"""What SQLAlchemy's inspector finds in a mirror, whose address is the argument."""

import sys

import sqlalchemy as sa


def expect(found, expected):
    assert found == expected, f"{found!r}, expected {expected!r}"


engine = sa.create_engine(sys.argv[1].replace("postgres://", "postgresql+psycopg://", 1))
inspector = sa.inspect(engine)
assert {"member", "invoice", "asset_account", "block"} <= set(inspector.get_table_names())
expect(inspector.get_table_names(schema="yard"), ["lot"])
columns = [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns("lot", schema="yard")]
expect(columns, [("id", "TEXT", False), ("owner", "TEXT", False), ("weight", "BIGINT", True), ("mark", "BYTEA", True)])
expect(inspector.get_pk_constraint("lot", schema="yard")["constrained_columns"], ["id"])
expect(inspector.get_pk_constraint("lot", schema="ledger_history_yard")["constrained_columns"], ["ledger_height", "ledger_seq"])
reflected = sa.MetaData()
reflected.reflect(engine)
member, key = reflected.tables["member"], reflected.tables["member_key"]
with engine.connect() as connection:
    joined = sa.select(sa.func.count()).select_from(member.join(key, member.c.id == key.c.member))
    assert connection.scalar(joined) > 0
