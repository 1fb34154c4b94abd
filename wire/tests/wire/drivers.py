"""Drivers and SQLAlchemy against the endpoint: python3 drivers.py NAME HOST PORT USER TOKEN."""

import asyncio
import sys

NAME, HOST, PORT, USER, TOKEN = sys.argv[1:6]


def expect(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def fails(error, sqlstate, action):
    try:
        action()
    except error as found:
        state = getattr(found, "sqlstate", None) or found.orig.sqlstate
        expect(state, sqlstate)
    else:
        raise AssertionError(f"{sqlstate} was expected")


def psycopg_driver():
    import psycopg

    where = dict(host=HOST, port=PORT, user=USER, password=TOKEN, dbname="ledger")
    with psycopg.connect(**where, autocommit=True) as db:
        expect(db.execute("SELECT id, name, amount, mark FROM stock WHERE id = %s", [5]).fetchone(), (5, "item 5", 5, None))
        expect(db.execute("SELECT count(*), max(name), amount > 3 FROM stock WHERE id < %s", [3]).fetchone()[0], 2)
        binary = db.cursor(binary=True)
        expect(binary.execute("SELECT id, name, 1 = 1, x'00ff' FROM stock WHERE id = %s", [7]).fetchone(), (7, "item 7", True, b"\x00\xff"))
        done = db.execute("INSERT INTO stock VALUES (%s, %s, %s, %b)", [9001, "nine", 3, b"\x01\x02"])
        expect((done.rowcount, done.statusmessage), (1, "INSERT 0 1"))
        expect(db.execute("SELECT mark FROM stock WHERE id = 9001").fetchone(), (b"\x01\x02",))
        expect(db.execute("UPDATE stock SET amount = amount + 1 WHERE id IN (1, 2, 3)").rowcount, 3)
        expect(db.execute("CALL stock.take(%s, amount => %s)", [9001, 2]).fetchone(), ({"taken": 1},))
        fails(psycopg.errors.UniqueViolation, "23505", lambda: db.execute("INSERT INTO stock VALUES (9001, 'x', 1, NULL)"))
        fails(psycopg.errors.CheckViolation, "23514", lambda: db.execute("UPDATE stock SET amount = -1 WHERE id = 1"))
        fails(psycopg.errors.NotNullViolation, "23502", lambda: db.execute("INSERT INTO stock (id) VALUES (9002)"))
        fails(psycopg.errors.UndefinedTable, "42P01", lambda: db.execute("SELECT * FROM nowhere"))
        fails(psycopg.errors.UndefinedColumn, "42703", lambda: db.execute("SELECT nonesuch FROM stock"))
        fails(psycopg.errors.SyntaxError, "42601", lambda: db.execute("SELECT FROM WHERE"))
        fails(psycopg.errors.InsufficientPrivilege, "42501", lambda: db.execute("SELECT load_extension('x')"))
        with db.pipeline():
            cursors = [db.execute("INSERT INTO stock VALUES (%s, %s, 0, NULL)", [n, f"p{n}"]) for n in range(9100, 9120)]
        expect(sum(cursor.rowcount for cursor in cursors), 20)
        db.cursor().executemany("INSERT INTO stock VALUES (%s, %s, 0, NULL)", [(n, f"m{n}") for n in range(9200, 9210)])
        height = db.execute("SELECT max(height) FROM block").fetchone()[0]
        db.execute("UPDATE stock SET amount = 77 WHERE id = 5")
        amount = "SELECT amount FROM stock WHERE id = %s"
        db.execute("SELECT set_config('counterfoil.as_of', %s, false)", [str(height)])
        expect(db.execute(amount, [5]).fetchone(), (5,))
        fails(psycopg.errors.ReadOnlySqlTransaction, "25006", lambda: db.execute("DELETE FROM stock"))
        db.execute("RESET counterfoil.as_of")
        expect(db.execute(amount, [5]).fetchone(), (77,))
    with psycopg.connect(**where, options=f"-c counterfoil.as_of={height}") as db:
        expect(db.execute(amount, [5]).fetchone(), (5,))
    with psycopg.connect(**where) as db:
        db.execute("INSERT INTO stock VALUES (9300, 'later', 0, NULL)")
        expect(db.execute("SELECT count(*) FROM stock WHERE id = 9300").fetchone(), (0,))
        db.commit()
        expect(db.execute("SELECT count(*) FROM stock WHERE id = 9300").fetchone(), (1,))
        db.execute("DELETE FROM stock WHERE id = 9300")
        db.rollback()
        expect(db.execute("SELECT count(*) FROM stock WHERE id = 9300").fetchone(), (1,))
        fails(psycopg.Error, "42P01", lambda: db.execute("SELECT * FROM nowhere"))
        fails(psycopg.Error, "25P02", lambda: db.execute("SELECT 1"))
        db.rollback()
        with db.transaction():
            db.execute("UPDATE stock SET amount = 50 WHERE id = 9300")
            try:
                with db.transaction():
                    db.execute("UPDATE stock SET amount = 60 WHERE id = 9300")
                    raise RuntimeError
            except RuntimeError:
                pass
        expect(db.execute("SELECT amount FROM stock WHERE id = 9300").fetchone(), (50,))


def asyncpg_driver():
    asyncio.run(asyncpg_session())


async def asyncpg_session():
    import asyncpg

    where = dict(host=HOST, port=int(PORT), user=USER, password=TOKEN, database="ledger")
    try:
        await asyncpg.connect(**{**where, "password": "no"})
        raise AssertionError("a wrong token signs in")
    except asyncpg.InvalidPasswordError:
        pass
    db = await asyncpg.connect(**where)
    expect(tuple(await db.fetchrow("SELECT id, name, mark FROM stock WHERE id = $1", 5)), (5, "item 5", None))
    expect(await db.fetchval("SELECT count(*) FROM stock WHERE name LIKE $1 AND amount < $2", "item 1%", 5) > 0, True)
    expect(await db.fetchval("SELECT id = $1 FROM stock WHERE id = 1", 1), True)
    height = await db.fetchval("SELECT max(height) FROM block")
    expect(await db.execute("INSERT INTO stock VALUES ($1, $2, $3, $4)", 8001, "eight", 1, b"\x00"), "INSERT 0 1")
    expect(await db.fetchval("SELECT mark FROM stock WHERE id = 8001"), b"\x00")
    expect(await db.fetchval("CALL stock.take($1::int8, $2::int8)", 8001, 1), '{"taken":1}')
    await db.executemany("INSERT INTO stock VALUES ($1, $2, 0, NULL)", [(n, f"a{n}") for n in range(8100, 8150)])
    async with db.transaction():
        expect(await db.execute("UPDATE stock SET amount = 7 WHERE id = $1", 8100), "UPDATE 1")
        seen = [row["id"] async for row in db.cursor("SELECT id FROM stock WHERE id < $1 ORDER BY id", 121, prefetch=50)]
        expect(seen, list(range(1, 121)))
    expect(await db.fetchval("SELECT amount FROM stock WHERE id = 8100"), 7)
    try:
        await db.execute("INSERT INTO stock VALUES (8001, 'x', 1, NULL)")
        raise AssertionError("a key is used twice")
    except asyncpg.UniqueViolationError as error:
        expect(bool(error.detail), True)
    try:
        await db.fetch("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", timeout=0.3)
        raise AssertionError("it ends")
    except asyncio.TimeoutError:
        pass
    expect(await db.fetchval("SELECT 1"), 1)
    await db.reset()
    await db.close()
    old = await asyncpg.connect(**where, server_settings={"counterfoil.as_of": str(height)})
    expect(await old.fetchval("SELECT count(*) FROM stock WHERE id = $1", 8001), 0)
    await old.execute("SET counterfoil.as_of = newest")
    expect(await old.fetchval("SELECT count(*) FROM stock WHERE id = $1", 8001), 1)
    await old.close()
    async with asyncpg.create_pool(**where, min_size=1, max_size=4) as pool:
        expect(await asyncio.gather(*(pool.fetchval("SELECT $1::int8", n) for n in range(20))), list(range(20)))


def sqlalchemy_tool():
    import sqlalchemy as sa
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    class Base(DeclarativeBase):
        pass

    class Stock(Base):
        __tablename__ = "stock"
        id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
        name: Mapped[str]
        amount: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    engine = sa.create_engine(sa.URL.create("postgresql+psycopg", USER, TOKEN, HOST, int(PORT), "ledger"))
    inspector = sa.inspect(engine)
    expect("stock" in inspector.get_table_names(), True)
    expect("stock_scarce" in inspector.get_view_names(), True)
    expect(inspector.get_table_names(schema="warehouse"), ["receipt"])
    columns = [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns("stock")]
    expect(columns, [("id", "BIGINT", False), ("name", "TEXT", False), ("amount", "BIGINT", False), ("mark", "BYTEA", True)])
    expect(inspector.get_pk_constraint("stock")["constrained_columns"], ["id"])
    expect((inspector.get_indexes("stock"), inspector.get_foreign_keys("stock"), inspector.has_table("stock")), ([], [], True))
    reflected = sa.MetaData()
    reflected.reflect(engine)
    expect("asset_account" in reflected.tables, True)
    with Session(engine) as session:
        session.add_all([Stock(id=7000 + n, name=f"s{n}", amount=n) for n in range(5)])
        session.commit()
        item = session.get(Stock, 7003)
        item.amount = 33
        session.commit()
        expect(session.scalar(sa.select(sa.func.sum(Stock.amount)).where(Stock.id >= 7000, Stock.id < 7005)), 0 + 1 + 2 + 33 + 4)
        expect([s.name for s in session.scalars(sa.select(Stock).where(Stock.name.like("s%")).order_by(Stock.id).limit(2))], ["s0", "s1"])
        session.delete(item)
        session.commit()
        expect(session.get(Stock, 7003), None)
        session.add(Stock(id=7000, name="again"))
        fails(sa.exc.IntegrityError, "23505", session.commit)
        session.rollback()


{"psycopg": psycopg_driver, "asyncpg": asyncpg_driver, "sqlalchemy": sqlalchemy_tool}[NAME]()
print("ok")
