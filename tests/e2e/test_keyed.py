"""`v_tax_flag` is asked about named taxpayers only, so many a day, and nothing else of it can be had."""
import datetime

import pytest

from world import people, remains, sql, tax_files
from world.tax_files import Taxpayer

PURPOSE = "budget_forecast"
KEYS_A_DAY = 6


def month_ago(months: int) -> datetime.date:
    """The 10th of a month, counted back from this one."""
    today = datetime.date.today()
    index = today.year * 12 + today.month - 1 - months
    return datetime.date(index // 12, index % 12 + 1, 10)


RECENT, LONG_AGO = month_ago(2).isoformat(), month_ago(20).isoformat()
NORMAL = Taxpayer(1, "03", paid=RECENT, declared=RECENT)
LAPSED = Taxpayer(2, "05", paid=LONG_AGO, declared=LONG_AGO)
GONE = Taxpayer(3, "07")
OTHERS = [Taxpayer(100 + n, "03", paid=RECENT) for n in range(20)]
UNKNOWN = Taxpayer(999)
NOW_MONTH, OLD_MONTH = month_ago(1).strftime("%Y%m"), month_ago(5).strftime("%Y%m")

FLAGS = "is_registered, is_normal, is_abnormal, has_declared_12m, has_paid_12m"


def draft(**change) -> dict:
    today = datetime.date.today()
    columns = ["usc_code", "as_of_month", *FLAGS.split(", ")]
    return {
        "consumer": "fin", "role": "consumer", "view": "v_tax_flag", "purpose": PURPOSE,
        "scope": {"keyed": {"column": "usc_code", "daily_max": KEYS_A_DAY}},
        "columns": {column: "clear" for column in columns},
        "limits": {"rows_max": 1000, "bytes_max": 1000000},
        "valid_from": str(today - datetime.timedelta(days=2)), "valid_to": str(today + datetime.timedelta(days=90)),
        "basis": "测试用共享依据第五条", **change,
    }


def furnish(hub):
    """Reporters and approvers of the tax bureau, three feeds, and finance's keyed agreement."""
    # A snapshot of long ago, in which the lapsed one was still normal.
    tax_files.send(hub, "tax.reporter", "tax_registration", OLD_MONTH,
                   tax_files.registration([Taxpayer(2, "03"), Taxpayer(3, "03")], OLD_MONTH))
    tax_files.fill(hub, [NORMAL, LAPSED, GONE, *OTHERS], NOW_MONTH)
    people.agree(hub, draft(), "fin.budget", ["tax.prefecture"])
    return hub


@pytest.fixture(scope="module")
def desk(_copies):
    """Only for tests that name no key beyond `NORMAL`."""
    return furnish(_copies())


@pytest.fixture
def own_desk(own):
    return furnish(own)


def finance(hub):
    return hub.caller("fin.budget", PURPOSE)


def of(*taxpayers: Taxpayer) -> str:
    return ", ".join(f"'{one.code}'" for one in taxpayers)


def test_flags_are_told_for_the_named_taxpayers_and_for_no_others(own_desk):
    reply = finance(own_desk).query(
        f"SELECT usc_code, as_of_month, {FLAGS} FROM v_tax_flag WHERE usc_code IN ({of(NORMAL, LAPSED, GONE, UNKNOWN)}) ORDER BY usc_code"
    )
    assert reply.status == 200, reply.body
    rows = {row[0]: row[1:] for row in finance(own_desk).rows(
        f"SELECT usc_code, as_of_month, {FLAGS} FROM v_tax_flag WHERE usc_code IN ({of(NORMAL, LAPSED, GONE, UNKNOWN)})"
    )}
    assert rows == {
        NORMAL.code: [NOW_MONTH, True, True, False, True, True],
        LAPSED.code: [NOW_MONTH, True, False, True, False, False],
        GONE.code: [NOW_MONTH, False, False, False, False, False],
    }
    keys = reply.json()["meta"]["agreements"][0]["keys"]
    assert keys == {"named": 4, "fresh": 4, "left": KEYS_A_DAY - 4}


REFUSED = {
    "no condition": "SELECT * FROM v_tax_flag",
    "counting": "SELECT count(*) FROM v_tax_flag",
    "another condition": "SELECT * FROM v_tax_flag WHERE is_normal",
    "always true": "SELECT * FROM v_tax_flag WHERE usc_code = {k} OR TRUE",
    "or": "SELECT * FROM v_tax_flag WHERE usc_code = {k} OR is_normal",
    "not": "SELECT * FROM v_tax_flag WHERE NOT usc_code = {k}",
    "doubly not": "SELECT * FROM v_tax_flag WHERE NOT (usc_code <> {k})",
    "not in": "SELECT * FROM v_tax_flag WHERE usc_code NOT IN ({k})",
    "pattern": "SELECT * FROM v_tax_flag WHERE usc_code LIKE '9143%'",
    "range": "SELECT * FROM v_tax_flag WHERE usc_code >= '0'",
    "between": "SELECT * FROM v_tax_flag WHERE usc_code BETWEEN '0' AND 'Z'",
    "function of the key": "SELECT * FROM v_tax_flag WHERE upper(usc_code) = {k}",
    "function of the value": "SELECT * FROM v_tax_flag WHERE usc_code = upper({k})",
    "join on the key": "SELECT f.* FROM v_tax_flag AS f JOIN (VALUES ({k})) AS v(k) ON f.usc_code = v.k",
    "join on itself": "SELECT a.* FROM v_tax_flag AS a JOIN v_tax_flag AS b ON a.usc_code = b.usc_code WHERE b.usc_code = {k}",
    "subquery": "SELECT * FROM v_tax_flag WHERE usc_code IN (SELECT usc_code FROM v_tax_flag WHERE usc_code = {k})",
    "one arm of a union": "SELECT usc_code FROM v_tax_flag WHERE usc_code = {k} UNION ALL SELECT usc_code FROM v_tax_flag",
    "common table expression": "WITH t AS (SELECT * FROM v_tax_flag) SELECT a.* FROM t AS a, t AS b WHERE a.usc_code = {k}",
    "limit first": "SELECT * FROM (SELECT * FROM v_tax_flag LIMIT 5) AS t WHERE usc_code = {k}",
    "window first": "SELECT * FROM (SELECT usc_code, count(*) OVER () AS n FROM v_tax_flag) AS t WHERE usc_code = {k}",
    "null": "SELECT * FROM v_tax_flag WHERE usc_code = NULL",
    "a plan without a key": "EXPLAIN SELECT * FROM v_tax_flag",
}


@pytest.mark.parametrize("statement", [pytest.param(text.replace("{k}", of(NORMAL)), id=title) for title, text in REFUSED.items()])
def test_a_question_without_a_key_is_refused_and_says_how_to_ask(desk, statement):
    reply = finance(desk).query(statement)
    told = reply.json()
    assert (reply.status, told["code"], told["sqlstate"]) == (403, "denial.keyed_required", "42501"), told
    assert "usc_code = '…'" in told["hint"] and "usc_code = '…'" in told["hint_en"]
    said = sql.ask_once(desk, "fin.budget", PURPOSE, statement)
    assert said.sqlstate == "42501" and "usc_code = '…'" in said.message
    assert NORMAL.code not in told["detail"] and NORMAL.code not in said.message


def test_keys_may_be_parameters_over_both_protocols(desk):
    statement = "SELECT is_normal FROM v_tax_flag WHERE usc_code = $1"
    reply = finance(desk).query(statement, parameters=[NORMAL.code])
    assert reply.status == 200, reply.body
    assert finance(desk).query(statement, parameters=[None]).code == "denial.keyed_required"
    with sql.connect(desk, "fin.budget", PURPOSE) as connection:
        for prepare in (False, True):
            found = connection.execute(
                "SELECT is_normal FROM v_tax_flag WHERE usc_code = %s", [NORMAL.code], prepare=prepare
            ).fetchall()
            assert found == [(True,)]
        cast = connection.execute("SELECT is_normal FROM v_tax_flag WHERE usc_code IN (%s::varchar, %s)", [NORMAL.code] * 2)
        assert cast.fetchall() == [(True,)]
        assert sql.ask(connection, "SELECT is_normal FROM v_tax_flag WHERE usc_code = %s OR is_normal", [NORMAL.code]).sqlstate == "42501"


def left(hub, *taxpayers: Taxpayer):
    """(status, code or keys left) of a question about these."""
    reply = finance(hub).query(f"SELECT is_normal FROM v_tax_flag WHERE usc_code IN ({of(*taxpayers)})")
    if reply.status != 200:
        return reply.status, reply.code
    return reply.status, reply.json()["meta"]["agreements"][0]["keys"]["left"]


def test_the_quota_counts_different_keys_over_both_protocols_and_outlives_a_restart(own_desk):
    hub = own_desk
    assert left(hub, *OTHERS[:4]) == (200, 2)
    # Again, and as a plan, is free.
    assert left(hub, *OTHERS[:4]) == (200, 2)
    assert finance(hub).query(f"EXPLAIN SELECT * FROM v_tax_flag WHERE usc_code IN ({of(*OTHERS)})").status == 200
    refused = finance(hub).query(f"SELECT is_normal FROM v_tax_flag WHERE usc_code IN ({of(*OTHERS[2:7])})")
    told = refused.json()
    assert (refused.status, told["code"], told["sqlstate"]) == (429, "denial.quota", "53400"), told
    assert " 2 " in told["detail"] and " 3 " in told["detail"] and told["detail_en"].startswith("2 more keys")
    assert 0 < told["retry_after_s"] <= 24 * 3600
    # Refused whole: none of it was charged.
    assert left(hub, OTHERS[4]) == (200, 1)
    said = sql.ask_once(hub, "fin.budget", PURPOSE, f"SELECT is_normal FROM v_tax_flag WHERE usc_code IN ({of(*OTHERS[5:8])})")
    assert said.sqlstate == "53400"
    said = sql.ask_once(hub, "fin.budget", PURPOSE, f"SELECT is_normal FROM v_tax_flag WHERE usc_code = {of(OTHERS[5])}")
    assert said.rows == ((True,),)
    hub.kill()
    hub.start()
    assert left(hub, *OTHERS[:6]) == (200, 0)
    assert left(hub, OTHERS[6]) == (429, "denial.quota")


def test_departments_do_not_share_a_quota_and_a_successor_does_not_renew_it(own_desk):
    hub = own_desk
    people.admit(hub, "pow.reader", "consumer", (PURPOSE,))
    people.agree(hub, draft(consumer="pow"), "pow.reader", ["tax.prefecture"])
    assert left(hub, *OTHERS[:6]) == (200, 0)
    other = hub.caller("pow.reader", PURPOSE).query(f"SELECT is_normal FROM v_tax_flag WHERE usc_code IN ({of(*OTHERS[6:12])})")
    assert other.status == 200, other.body
    people.agree(hub, draft(), "fin.budget", ["tax.prefecture"])
    assert left(hub, OTHERS[7]) == (429, "denial.quota")
    assert left(hub, OTHERS[5]) == (200, 0)


def test_the_audit_entry_counts_the_keys_and_holds_none(own_desk):
    hub = own_desk
    assert left(hub, *OTHERS[:3]) == (200, 3)
    assert left(hub, OTHERS[1]) == (200, 3)
    assert left(hub, *OTHERS[:19]) == (429, "denial.quota")
    finance(hub).query("SELECT * FROM v_tax_flag")
    listed = hub.caller("hub.audit").get("/v1/audit?limit=200").json()["items"]
    asked = [one for one in listed if one["kind"] == "query" and "v_tax_flag" in str(one) and one["person"] == "fin.budget"]
    missing, beyond, again, first = asked[:4]
    assert "denial.keyed_required" in str(missing) and "denial.quota" in str(beyond)
    seen = {}
    for name, entry in (("first", first), ("again", again)):
        seen[name] = next(one["keys"] for one in find(entry, "views") if "keys" in one)
    assert seen["first"]["named"] == len(seen["first"]["marks"]) == 3 and seen["again"]["named"] == 1
    assert set(seen["again"]["marks"]) < set(seen["first"]["marks"])
    hub.kill()
    for file in remains.files(hub):
        if "audit" in file.parts or file.suffix in (".db", ".sqlite") or "registry" in file.name:
            held = file.read_bytes()
            assert not any(one.code.encode() in held for one in OTHERS[:3]), file


def find(value, key: str) -> list:
    """The first list under this name, wherever it is."""
    if isinstance(value, dict):
        if isinstance(value.get(key), list) and value[key]:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            if found := find(one, key):
                return found
    return []


def test_the_view_is_shared_by_key_or_not_at_all(own):
    caller = own.caller("fin.budget")
    for scope in ("all", {"own_county": {"column": "usc_code"}}):
        reply = caller.post("/v1/agreements", draft(scope=scope))
        assert (reply.status, reply.code) == (403, "denial.scope_for_view"), reply.body
    masked = {**draft()["columns"], "usc_code": "last4"}
    assert caller.post("/v1/agreements", draft(columns=masked)).code == "agreement.key_clear"
    greedy = {"keyed": {"column": "usc_code", "daily_max": 1000000}}
    assert caller.post("/v1/agreements", draft(scope=greedy)).code == "agreement.key_daily_max"
    listed = {one["name"]: one for one in caller.get("/v1/catalog/views").json()["items"]}
    assert listed["v_tax_flag"]["scopes"] == ["keyed"]
