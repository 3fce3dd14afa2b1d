"""Rows of keys that were not named have no influence on anything: answers, refusals, plans and descriptions are the same
bytes in worlds that differ in nothing else. Not even in which of the unnamed exist."""
import datetime

import pytest

from world import people, sql, tax_files
from world.tax_files import Taxpayer
from worlds import over_http, over_pg

PURPOSE, PERSON = "budget_forecast", "fin.budget"
TODAY = datetime.date.today()
LAST = TODAY.replace(day=1) - datetime.timedelta(days=1)
MONTH, PAID = LAST.strftime("%Y%m"), LAST.replace(day=10).isoformat()
NAMED = [Taxpayer(1, "03", paid=PAID, declared=PAID), Taxpayer(2, "05")]
NOBODY = Taxpayer(3)
SECRETS = ("绝密丙字号", "绝密丁字号")


def unnamed(world: int) -> list[Taxpayer]:
    """Other taxpayers of the second world: other states, other numbers, and some that the first world does not have."""
    states = ("03", "05") if world else ("07", "03")
    return [
        Taxpayer(
            100 + n, states[n % 2], paid=PAID if n % 3 == world else None, declared=PAID if n % 5 == world else None,
            amount=("77.00", "99999.00")[world], name=SECRETS[world], county=("433101", "433130")[world],
        )
        for n in range((12, 70)[world])
    ]


@pytest.fixture(scope="module")
def pair(_copies):
    """Two worlds with the same accounts, agreements and named taxpayers."""
    first = _copies(start=False)
    first.start()
    agreement = {
        "consumer": "fin", "role": "consumer", "view": "v_tax_flag", "purpose": PURPOSE,
        "scope": {"keyed": {"column": "usc_code", "daily_max": 1000}},
        "columns": {name: "clear" for name in ("usc_code", "as_of_month", "is_registered", "is_normal", "is_abnormal",
                                               "has_declared_12m", "has_paid_12m")},
        "limits": {"rows_max": 1000, "bytes_max": 1000000},
        "valid_from": str(TODAY - datetime.timedelta(days=2)), "valid_to": str(TODAY + datetime.timedelta(days=90)),
        "basis": "测试用共享依据第五条",
    }
    people.agree(first, agreement, PERSON, ["tax.prefecture"])
    first.stop()
    second = first.copy_to(first.folder.parent / "second")
    for number, hub in enumerate((first.start(), second.start())):
        tax_files.fill(hub, NAMED + unnamed(number), MONTH)
    yield first, second
    second.kill()


ATTACKS = {
    "the named": "SELECT * FROM {t} ORDER BY usc_code",
    "counting": "SELECT count(*), count(is_normal), min(usc_code), max(usc_code) FROM {t}",
    "a failing expression on others": "SELECT count(*) FROM {t} WHERE 1 / (CASE WHEN usc_code IN ({k}) THEN 1 ELSE 0 END) = 1",
    "a cast that fails on others": "SELECT count(*) FROM {t} WHERE CASE WHEN usc_code IN ({k}) THEN 0 ELSE CAST(usc_code AS INT) END = 0",
    "a scalar subquery": "SELECT (SELECT count(*) FROM {t}), (SELECT max(as_of_month) FROM {t})",
    "anti join with guesses": "SELECT v.k FROM (VALUES ({k}), ('x')) AS v(k) WHERE NOT EXISTS (SELECT 1 FROM {t} AS f WHERE f.usc_code = v.k) ORDER BY 1",
    "left join with guesses": "SELECT v.k, f.is_normal FROM (VALUES ({k}), ('x')) AS v(k) LEFT JOIN {t} AS f ON f.usc_code = v.k ORDER BY 1",
    "self join": "SELECT count(*) FROM {t} AS a JOIN {t} AS b ON a.is_normal = b.is_normal",
    "window": "SELECT usc_code, rank() OVER (ORDER BY usc_code), count(*) OVER () FROM {t} ORDER BY 1",
    "union with itself": "SELECT is_normal FROM {t} UNION ALL SELECT is_abnormal FROM {t}",
    "a contradiction": "SELECT count(*) FROM {t} WHERE usc_code <> usc_code OR usc_code NOT IN ({k})",
    "nobody": "SELECT * FROM v_tax_flag WHERE usc_code = '{n}'",
    "negated beside the key": "SELECT * FROM v_tax_flag WHERE usc_code = '{n}' AND NOT (usc_code = '{n}')",
    "without a key": "SELECT count(*) FROM v_tax_flag",
    "or true": "SELECT count(*) FROM v_tax_flag WHERE usc_code IN ({k}) OR TRUE",
    "hidden behind not": "SELECT count(*) FROM v_tax_flag WHERE NOT (usc_code NOT IN ({k}) AND FALSE)",
    "a pattern": "SELECT count(*) FROM v_tax_flag WHERE usc_code LIKE '91433199%'",
    "a join instead": "SELECT count(*) FROM v_tax_flag AS f JOIN (VALUES ({k})) AS v(k) ON f.usc_code = v.k",
    "the plan": "EXPLAIN SELECT * FROM {t}",
    "the plan of nobody": "EXPLAIN SELECT * FROM v_tax_flag WHERE usc_code = '{n}'",
    "the plan of a join": "EXPLAIN SELECT count(*) FROM {t} AS a JOIN (VALUES ({k})) AS v(k) ON a.usc_code = v.k",
    "the plan without a key": "EXPLAIN SELECT * FROM v_tax_flag",
    "the feed behind": "SELECT count(*) FROM feeds.tax_registration WHERE usc_code IN ({k})",
}


def written(text: str) -> str:
    keys = ", ".join(f"'{one.code}'" for one in NAMED)
    view = f"(SELECT * FROM v_tax_flag WHERE usc_code IN ({keys}))"
    for mark in ("{t} AS", "{t}"):
        text = text.replace(mark, view + (" AS" if mark.endswith("AS") else " AS t"))
    return text.replace("{k}", keys).replace("{n}", NOBODY.code)


@pytest.mark.parametrize("statement", [pytest.param(written(text), id=title) for title, text in ATTACKS.items()])
@pytest.mark.parametrize("ask", [over_http, over_pg])
def test_taxpayers_who_were_not_named_have_no_influence(pair, ask, statement):
    first, second = (ask(hub, PERSON, PURPOSE, statement) for hub in pair)
    assert first == second
    assert not any(name in first for name in SECRETS)


def test_the_worlds_do_differ_for_whoever_may_name_the_others(pair):
    """Otherwise sameness proves nothing."""
    codes = ", ".join(f"'{Taxpayer(100 + n).code}'" for n in range(70))
    counted = f"SELECT count(*), bool_or(is_abnormal) FROM v_tax_flag WHERE usc_code IN ({codes})"
    first, second = (hub.caller(PERSON, PURPOSE).rows(counted) for hub in pair)
    assert (first, second) == ([[12, False]], [[70, True]])


def test_descriptions_are_the_same_and_cost_nothing(pair):
    for hub in pair:
        with sql.connect(hub, PERSON, PURPOSE) as connection:
            cursor = connection.cursor()
            prepared = connection.pgconn.prepare(b"p", b"SELECT is_normal FROM v_tax_flag WHERE usc_code = $1")
            assert prepared.error_message == b""
            described = connection.pgconn.describe_prepared(b"p")
            assert (described.nparams, described.fname(0)) == (1, b"is_normal")
            cursor.close()
