"""Every attack gives the same bytes in every world, over HTTP and over PostgreSQL."""
import pytest

from attacks import CATALOGUES, FORBIDDEN, ORACLES, PLANS
from worlds import SECRET_KWH, SECRET_NAMES, over_http, over_pg
from world import sql

COUNTY, PURPOSE, VIEW = "tax.jishou", "tax_risk", "v_power_month"
SAME = {**ORACLES, **PLANS, **CATALOGUES, **FORBIDDEN}
# A recursive query over a governed table and a plan may show how many files there are; the third world has as many files
# as the others and more rows in them.


def statements():
    return [pytest.param(text.replace("{t}", VIEW), id=title) for title, text in SAME.items()]


@pytest.mark.parametrize("statement", statements())
def test_worlds_look_alike_over_http(worlds, statement):
    first, second, third = (over_http(hub, COUNTY, PURPOSE, statement) for hub in worlds)
    assert first == second
    assert first == third
    no_secret_in(first)


@pytest.mark.parametrize("statement", statements())
def test_worlds_look_alike_over_postgres(worlds, statement):
    first, second, third = (over_pg(hub, COUNTY, PURPOSE, statement) for hub in worlds)
    assert first == second
    assert first == third
    no_secret_in(first)


def no_secret_in(said: str) -> None:
    """The statement itself names some of these, so what it said is compared without the guesses it made."""
    assert not any(name in said for name in SECRET_NAMES)
    assert ".parquet" not in said and "/lake/" not in said
    for kwh in SECRET_KWH:
        assert f"{kwh}.00" not in said


@pytest.mark.parametrize("statement", [pytest.param(t.replace("{t}", VIEW), id=title) for title, t in FORBIDDEN.items()])
def test_what_is_not_for_analysts_is_refused(worlds, statement):
    assert worlds.first.caller(COUNTY, PURPOSE).query(statement).status >= 400
    assert sql.ask_once(worlds.first, COUNTY, PURPOSE, statement).sqlstate is not None


def test_the_attacks_do_reach_rows_that_may_be_seen(worlds):
    """Otherwise sameness proves nothing: the same statements, asked by someone who may, differ between the worlds."""
    statement = ORACLES["smallest and largest"].replace("{t}", VIEW)
    told = {over_http(hub, "tax.prefecture", PURPOSE, statement) for hub in worlds}
    assert len(told) == 3
    assert worlds.first.caller(COUNTY, PURPOSE).rows(f"SELECT count(*) FROM {VIEW} WHERE month = '202509'") == [[60]]


def test_logs_and_metrics_repeat_no_constant_of_a_question(worlds):
    hub, guess = worlds.first, "绝密猜测9187"
    hub.caller(COUNTY, PURPOSE).query(f"SELECT count(*) FROM {VIEW} WHERE customer_name = '{guess}'")
    hub.caller(COUNTY, PURPOSE).query(f"SELECT CAST('{guess}' AS INT) FROM {VIEW}")
    assert guess not in "\n".join(hub.lines)
    assert guess not in hub.caller(None).get("/metrics").body.decode()
