"""The clients analysts have, each as its own maker ships it: psql's backslash commands, psycopg 3, SQLAlchemy's inspector.

Three people look around: what they are shown is what the catalogue lists and what their own agreements release.
"""
import datetime
import decimal
import os
import pty
import re
import select
import signal
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.types import TypeInfo

from test_audit import entries
from world import sql

PEOPLE = {"tax.prefecture": "tax_risk", "tax.jishou": "tax_risk", "fin.budget": "budget_forecast"}
MONTH, COUNTY_MONTH = "v_power_month", "v_power_county_month"
# Slow without holding rows: the planner cannot shorten it, and it yields.
SLOW = """SELECT count(*) FROM v_power_month a, v_power_month b, v_power_month c, v_power_month d
          WHERE a.kwh + b.kwh + c.kwh + d.kwh < 0"""
people = pytest.mark.parametrize("name", PEOPLE)


@pytest.fixture
def psql(shared):
    def run(name, *commands, **options):
        ran = sql.psql(shared, name, *commands, **options)
        if ran is None:
            pytest.skip("there is no psql here")
        # Of what does not exist psql says so, and that is all it may say.
        said = [line for line in ran.stderr.splitlines() if not line.startswith("Did not find any ")]
        assert (ran.returncode, said) == (0, []), (commands, ran.stderr)
        return ran.stdout

    return run


@people
def test_psql_lists_the_views_with_their_owners_and_chinese_titles(psql, name):
    for command in (r"\d", r"\dv", r"\dv v_power*"):
        assert MONTH in psql(name, command), command
    assert "kwh|numeric(18,2)" in psql(name, r"\d v_power_*")
    listed = [line.split("|") for line in psql(name, r"\dv+ v_power*").splitlines()]
    assert [(row[0], row[1], row[2], row[3]) for row in listed] == [
        ("public", COUNTY_MONTH, "view", "pow"), ("public", MONTH, "view", "pow"),
    ]
    assert listed[1][-1] == "用电户月度用电"


@people
def test_psql_describes_a_view_by_its_columns(psql, name):
    described = psql(name, rf"\d+ {COUNTY_MONTH}", purpose=PEOPLE[name])
    rows = {line.split("|")[0]: line.split("|") for line in described.splitlines() if "|" in line}
    assert rows["subjects_n"][1] == "bigint" and rows["subjects_n"][-1] == "用电户数（去重）"
    assert rows["kwh"][1].startswith("numeric(")
    assert "SELECT" not in described and "feeds" not in described
    assert psql(name, rf"\d {COUNTY_MONTH}", purpose=PEOPLE[name]).startswith("county_code|text|")


@pytest.mark.parametrize("command", [
    r"\dt", r"\dn", r"\dn+", r"\df", r"\du", r"\du+", r"\dg", r"\l", r"\l+", r"\dT", r"\dT+", r"\dp", r"\z", r"\di", r"\ds",
    r"\dm", r"\dE", r"\dD", r"\dx", r"\dy", r"\dC", r"\do", r"\da", r"\db", r"\dA", r"\dc", r"\dO", r"\ddp", r"\drds", r"\dF",
    r"\dL", r"\dP", r"\dRp", r"\dRs", r"\dX", r"\des", r"\dew", r"\det", r"\dd", r"\dl", r"\dconfig", r"\dt+", r"\d+",
    r"\dn public", r"\df version", r"\conninfo", r"\encoding",
])
def test_every_backslash_command_answers_three_people(psql, command):
    for name in PEOPLE:
        psql(name, command)


@people
def test_psql_knows_oneself_and_nobody_else(psql, name):
    assert [line.split("|")[0] for line in psql(name, r"\du").splitlines()] == [name]
    assert psql(name, "SELECT current_user, session_user, pg_has_role('hub.system', 'MEMBER')") == f"{name}|{name}|f\n"
    others = [other for other in (*PEOPLE, "hub.system") if other != name]
    everything = psql(name, r"\d+", r"\du+", r"\dp", r"\l+", r"\dn+")
    assert not any(other in everything for other in others)


def test_privileges_shown_are_ones_own_under_the_purpose_of_the_session(psql):
    def privileges(name, **options):
        return {row.split("|")[1]: row.split("|")[3] for row in psql(name, r"\dp v_power*", **options).splitlines()}

    assert privileges("tax.jishou", purpose="tax_risk")[MONTH] == "tax.jishou=r/pow"
    assert privileges("fin.budget", purpose="budget_forecast") == {COUNTY_MONTH: "fin.budget=r/pow", MONTH: ""}


def test_looking_around_needs_no_purpose_and_shows_what_the_catalogue_lists(shared):
    """Column by column what `/v1/catalog/views` says to everybody."""
    listed = {view["name"]: [column["name"] for column in view["columns"]]
              for view in shared.caller("tax.jishou").get("/v1/catalog/views").json()["items"]}
    with sql.connect(shared, "pow.reporter") as connection:
        rows = sql.ask(connection, """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                                      ORDER BY c.relname, a.attnum""").rows
        assert sql.ask(connection, "SELECT * FROM v_power_month").sqlstate == "42501"
    shown: dict[str, list[str]] = {}
    for view, column in rows:
        shown.setdefault(view, []).append(column)
    assert shown == listed


def test_columns_shown_are_those_the_agreement_releases(shared):
    with sql.connect(shared, "tax.jishou", "tax_risk") as connection:
        answered = sql.ask(connection, "SELECT * FROM v_power_month LIMIT 1").columns
        for question in (
            "SELECT attname FROM pg_attribute WHERE attrelid = 'v_power_month'::regclass ORDER BY attnum",
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'v_power_month' ORDER BY ordinal_position",
        ):
            assert tuple(row[0] for row in sql.ask(connection, question).rows) == answered


@contextmanager
def terminal(shared, name):
    """psql at a real terminal; gives the end that types."""
    if sql.psql(shared, name, "SELECT 1") is None:
        pytest.skip("there is no psql here")
    host, port = shared.pg.split(":")
    child, typing = pty.fork()
    if child == 0:
        os.environ.update(
            PGPASSWORD=shared.accounts()[name].token, PGOPTIONS=f"-c taxhub.purpose={PEOPLE[name]}", PSQLRC="/dev/null",
            TERM="xterm", PAGER="cat", LC_ALL="C.UTF-8",
        )
        os.execlp("psql", "psql", "-X", "-At", "-v", "VERBOSITY=verbose", "-h", host, "-p", port, "-U", name, "-d", "taxhub")
    try:
        yield typing
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(typing)


def read_until(typing: int, wanted: bytes, seconds: float = 20) -> bool:
    seen, until = b"", time.monotonic() + seconds
    while wanted not in seen and time.monotonic() < until:
        if select.select([typing], [], [], 0.2)[0]:
            seen += os.read(typing, 65536)
    return wanted in seen


def test_psql_completes_names_of_views_and_columns(shared):
    with terminal(shared, "tax.jishou") as typing:
        for typed, completed in ((b"SELECT * FROM v_power_m\t", b"v_power_month"), (b"\x15SELECT * FROM v_power_month WHERE read\t", b"read_date")):
            os.write(typing, typed)
            assert read_until(typing, completed), typed


@people
def test_psycopg_prepares_and_reads_binary_values(shared, name):
    with sql.connect(shared, name, PEOPLE[name]) as connection:
        statement = f"SELECT county_code, kwh, subjects_n FROM {COUNTY_MONTH} WHERE month >= %s AND subjects_n >= %s ORDER BY 1, 2"
        said = sql.ask(connection, statement, ["200001", 1])
        if said.sqlstate is not None:
            assert said.sqlstate == "42501"  # not granted to everyone here
            return
        for binary in (False, True):
            for prepare in (False, True):
                cursor = connection.cursor(binary=binary)
                rows = cursor.execute(statement, ["200001", 1], prepare=prepare).fetchall()
                assert tuple(rows) == said.rows
        assert all(isinstance(row[1], decimal.Decimal) and isinstance(row[2], int) for row in said.rows) and said.rows


def test_psycopg_prepares_questions_about_the_catalogue(shared):
    with sql.connect(shared, "tax.jishou", "tax_risk") as connection:
        cursor = connection.cursor(binary=True)
        for _ in range(3):
            rows = cursor.execute(
                "SELECT a.attname, a.attnum, a.attnotnull FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum = %s",
                ["v_power_month", 1], prepare=True,
            ).fetchall()
            assert rows == [("county_code", 1, False)]
        assert TypeInfo.fetch(connection, "numeric").oid == 1700
        assert TypeInfo.fetch(connection, "hstore") is None
        # What does not exist here is empty, with as many parameters as were written.
        asked = "SELECT indexrelid FROM pg_index WHERE indrelid = %s AND indisunique = %s AND EXISTS (SELECT 1 FROM pg_am WHERE amname = %s)"
        assert cursor.execute(asked, [5, True, "heap"], prepare=True).fetchall() == []


def test_savepoints_bring_a_failed_transaction_back(shared):
    with sql.connect(shared, "tax.jishou", "tax_risk") as connection:
        assert sql.ask(connection, "SAVEPOINT a").sqlstate == "25P01"
        with connection.transaction():
            with pytest.raises(psycopg.Error), connection.transaction():
                connection.execute("SELECT nonsense FROM v_power_month")
            assert connection.execute("SELECT count(*) > 0 FROM v_power_month").fetchone() == (True,)
            assert TypeInfo.fetch(connection, "hstore") is None
            connection.execute("SAVEPOINT b")
            connection.execute("RELEASE b")
        with pytest.raises(psycopg.Error) as missing, connection.transaction():
            connection.execute("ROLLBACK TO b")
        assert missing.value.sqlstate == "3B001"


def engine_of(shared, name):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    host, port = shared.pg.split(":")
    address = sqlalchemy.URL.create(
        "postgresql+psycopg", name, shared.accounts()[name].token, host, int(port), "taxhub",
        query={"options": f"-c taxhub.purpose={PEOPLE[name]}"},
    )
    return sqlalchemy.create_engine(address)


@people
def test_sqlalchemy_inspects_and_reflects(shared, name):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = engine_of(shared, name)
    inspector = sqlalchemy.inspect(engine)
    assert {MONTH, COUNTY_MONTH} <= set(inspector.get_view_names())
    assert inspector.get_table_names() == []
    assert inspector.get_schema_names() == ["information_schema", "public"]
    assert inspector.has_table(COUNTY_MONTH) and not inspector.has_table("v_no_such_thing")
    assert inspector.get_table_comment(COUNTY_MONTH)["text"] == "县市月度用电汇总"
    columns = {column["name"]: column for column in inspector.get_columns(COUNTY_MONTH)}
    assert columns["subjects_n"]["comment"] == "用电户数（去重）"
    assert isinstance(columns["kwh"]["type"], sqlalchemy.NUMERIC) and columns["kwh"]["type"].scale == 2
    assert isinstance(columns["subjects_n"]["type"], sqlalchemy.BIGINT)
    assert inspector.get_foreign_keys(COUNTY_MONTH) == inspector.get_indexes(COUNTY_MONTH) == []
    assert inspector.get_unique_constraints(COUNTY_MONTH) == inspector.get_check_constraints(COUNTY_MONTH) == []
    view = COUNTY_MONTH if name == "fin.budget" else MONTH
    table = sqlalchemy.Table(view, sqlalchemy.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        month = sqlalchemy.select(table.c.month, sqlalchemy.func.sum(table.c.kwh)).group_by(table.c.month).order_by(table.c.month)
        rows = connection.execute(month).fetchall()
        assert rows and all(isinstance(total, decimal.Decimal) for _, total in rows)
        assert connection.execute(sqlalchemy.select(table).where(table.c.kwh > 5).limit(3)).fetchall()
    engine.dispose()


def test_a_reflected_date_and_null_come_as_python_has_them(shared):
    with sql.connect(shared, "tax.prefecture", "tax_risk") as connection:
        for binary in (False, True):
            cursor = connection.cursor(binary=binary)
            value = cursor.execute("SELECT max(read_date), NULL::date FROM v_power_month").fetchone()
            assert isinstance(value[0], datetime.date) and value[1] is None


def test_a_cancel_request_ends_the_question_and_not_the_session(shared):
    with sql.connect(shared, "tax.prefecture", "tax_risk") as connection:
        threading.Timer(0.7, connection.cancel_safe).start()
        began = time.monotonic()
        said = sql.ask(connection, SLOW)
        assert said.sqlstate == "57014", said
        assert time.monotonic() - began < 20
        assert sql.ask(connection, "SELECT count(*) > 0 FROM v_power_month").rows == ((True,),)
        assert sql.ask(connection, "SHOW taxhub.purpose").rows == (("tax_risk",),)


def test_control_c_in_psql_ends_the_question_and_not_the_session(shared):
    with terminal(shared, "tax.prefecture") as typing:
        os.write(typing, SLOW.replace("\n", " ").encode() + b";\n")
        time.sleep(1.5)
        os.write(typing, b"\x03")
        assert read_until(typing, b"57014")
        os.write(typing, b"SELECT 'still ' || 'here', count(*) > 0 FROM v_power_month;\n")
        assert read_until(typing, b"still here|t")


def test_the_purpose_can_be_shown_set_and_taken_back(shared):
    with sql.connect(shared, "tax.jishou") as connection:
        def shown():
            return sql.ask(connection, "SHOW taxhub.purpose").rows

        assert shown() == (("",),)
        for setting in ("SET taxhub.purpose = 'tax_risk'", "SET taxhub.purpose TO 'tax_risk'", "SET SESSION taxhub.purpose = tax_risk"):
            assert sql.ask(connection, setting).sqlstate is None, setting
            assert shown() == (("tax_risk",),), setting
            assert sql.ask(connection, "SELECT count(*) > 0 FROM v_power_month").rows == ((True,),)
        # Taken back, the account's own default applies again.
        for reset in ("RESET taxhub.purpose", "SET taxhub.purpose TO DEFAULT", "RESET ALL"):
            assert sql.ask(connection, "SET taxhub.purpose = 'budget_forecast'").sqlstate is None
            assert sql.ask(connection, "SELECT count(*) FROM v_power_month").sqlstate == "42501"
            assert sql.ask(connection, reset).sqlstate is None, reset
            assert shown() == (("",),), reset
            assert sql.ask(connection, "SELECT count(*) > 0 FROM v_power_month").rows == ((True,),)
        assert sql.ask(connection, "SHOW taxhub.nothing").sqlstate == "42704"


def test_one_entry_covers_what_a_session_asks_about_the_catalogue(own):
    before = len(entries(own, "query"))
    with sql.connect(own, "tax.jishou", "tax_risk") as connection:
        for _ in range(12):
            assert sql.ask(connection, "SELECT relname FROM pg_class ORDER BY 1").sqlstate is None
            assert sql.ask(connection, "SELECT 'v_power_month'::regclass").sqlstate is None
        sql.ask(connection, "SELECT 'v_no_such_thing'::regclass")
        sql.ask(connection, "SELECT count(*) FROM v_power_month")
    deadline = time.monotonic() + 10
    while (covered := [one for one in entries(own, "query") if "look_around" in str(one)]) and "questions" not in str(covered[0]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(covered) == 1 and re.search(r"questions\W+25\b", str(covered[0])), covered
    assert len(entries(own, "query")) == before + 2
