"""What someone may not know of looks like what does not exist; and nobody gets at another's session, plan or file."""
import re

import pytest

from worlds import over_http, over_pg
from world import sql

COUNTY, PURPOSE = "tax.jishou", "tax_risk"


@pytest.mark.parametrize("hidden", ["feeds.pow_usage", "pow_usage", "quarantine.pow_usage", "pg_catalog.pg_authid", "_delta_log"])
def test_hidden_and_unknown_names_give_the_same_bytes(shared, hidden):
    unknown = re.sub(r"[a-z]", "q", hidden)
    for ask in (over_http, over_pg):
        told = ask(shared, COUNTY, PURPOSE, f"SELECT * FROM {hidden}").replace(hidden, "NAME")
        expected = ask(shared, COUNTY, PURPOSE, f"SELECT * FROM {unknown}").replace(unknown, "NAME")
        # The last part of a qualified name may be repeated alone.
        assert told.replace(hidden.split(".")[-1], "NAME") == expected.replace(unknown.split(".")[-1], "NAME")


def test_one_connection_after_another_asks_the_same_sql_and_gets_its_own_answer(shared):
    statement = "SELECT DISTINCT county_code FROM v_power_month ORDER BY 1"
    with sql.connect(shared, COUNTY, PURPOSE) as county, sql.connect(shared, "tax.prefecture", PURPOSE) as prefecture:
        for _ in range(5):
            assert len(sql.ask(prefecture, statement).rows) == 8
            assert sql.ask(county, statement).rows == (("433101",),)


def test_a_prepared_statement_is_decided_anew_for_another_purpose(shared):
    with sql.connect(shared, COUNTY, PURPOSE) as connection:
        statement = "SELECT count(*) FROM v_power_month WHERE use_class = %s"
        assert connection.execute(statement, ["2"], prepare=True).fetchone()[0] > 0
        connection.execute("SET taxhub.purpose = 'budget_forecast'")
        said = sql.ask(connection, statement, ["2"])
        assert said.sqlstate is not None


@pytest.mark.parametrize("option", [
    "-c role=postgres", "-c session_authorization=tax.prefecture", "-c taxhub.person=tax.prefecture",
    "-c taxhub.role=analyst_prefecture", "-c taxhub.region=433100", "-c search_path=feeds",
])
def test_startup_options_that_claim_more_do_not_help(shared, option):
    try:
        connection = sql.connect(shared, COUNTY, options=f"-c taxhub.purpose={PURPOSE} {option}")
    except Exception as refused:  # refusing the connection is as good
        assert "tax.prefecture" not in str(refused)
        return
    with connection:
        assert sql.ask(connection, "SELECT DISTINCT county_code FROM v_power_month").rows == (("433101",),)
        assert sql.ask(connection, "SELECT count(*) FROM pow_usage").sqlstate == "42P01"


def test_one_persons_token_does_not_open_anothers_name(shared):
    token = shared.accounts()["tax.prefecture"].token
    with pytest.raises(Exception) as refused:
        sql.connect(shared, COUNTY, token=token)
    assert "prefecture" not in str(refused.value)


def test_catalogue_of_views_is_the_same_for_everyone_and_holds_no_sql(shared):
    listed = [shared.caller(name).get("/v1/catalog/views").body for name in (COUNTY, "fin.budget", "pow.reporter")]
    assert listed[0] == listed[1] == listed[2]
    assert b"SELECT" not in listed[0].upper() and b"feeds." not in listed[0]


@pytest.mark.parametrize("name", ["../../etc/passwd", "%2e%2e%2f", "a\x00b", "名" * 300, "CON", "..\\..\\x"])
def test_file_names_are_words_not_paths(own, name):
    from world.power_file import FEED, UNIT, csv, month

    reply = own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(month(3, label="202506")), file_name=name)
    assert reply.status in (200, 201, 400, 422)
    assert not list(own.folder.parent.glob("passwd"))
