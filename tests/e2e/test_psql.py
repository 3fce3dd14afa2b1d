"""psql itself, as an analyst uses it."""
import re

import pytest

from world import sql


@pytest.fixture
def psql(shared):
    def run(name, *commands, **options):
        ran = sql.psql(shared, name, *commands, **options)
        if ran is None:
            pytest.skip("there is no psql here")
        return ran

    return run


def test_a_purpose_is_set_and_the_question_answered(psql):
    ran = psql("tax.jishou", "SET taxhub.purpose = 'tax_risk'", "SELECT count(DISTINCT county_code) FROM v_power_month")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "1"


def test_the_purpose_may_come_with_the_connection(psql):
    ran = psql("tax.jishou", "SELECT count(*) > 0 FROM v_power_month", purpose="tax_risk")
    assert (ran.returncode, ran.stdout.strip()) == (0, "t"), ran.stderr


def test_denials_come_as_42501_with_a_hint(psql):
    ran = psql("fin.budget", "SELECT * FROM v_power_month", purpose="budget_forecast")
    assert ran.returncode != 0
    assert "42501" in ran.stderr and "HINT" in ran.stderr


def test_a_wrong_token_and_an_unknown_name_are_refused_alike(psql):
    said = {}
    for name in ("tax.jishou", "no.body"):
        ran = psql(name, "SELECT 1", token="thx_0_wrong")
        assert ran.returncode != 0
        said[name] = re.sub(r"req_[0-9a-f]+", "req", ran.stderr.split("failed:", 1)[-1]).replace(name, "NAME")
    assert "sign_in.wrong" in said["tax.jishou"]
    assert said["tax.jishou"] == said["no.body"]


def test_numbers_dates_and_nulls_have_their_postgres_form(psql):
    ran = psql(
        "tax.prefecture", "SELECT CAST(1.50 AS DECIMAL(10,2)), CAST('2025-01-02' AS DATE), NULL, true, 'ä中'",
        purpose="tax_risk",
    )
    assert ran.stdout.strip() == "1.50|2025-01-02||t|ä中", ran.stderr


def test_prepared_statements_with_parameters(shared):
    with sql.connect(shared, "tax.prefecture", "tax_risk") as connection:
        said = sql.ask(connection, "SELECT count(*) FROM v_power_month WHERE county_code = %s", ["433101"])
        assert said.sqlstate is None, said.message
        other = sql.ask(connection, "SELECT count(*) FROM v_power_month WHERE county_code = '433101'")
        assert said.rows == other.rows


def test_a_failed_statement_leaves_the_connection_usable(shared):
    with sql.connect(shared, "tax.prefecture", "tax_risk") as connection:
        assert sql.ask(connection, "SELECT nonsense FROM v_power_month").sqlstate
        assert sql.ask(connection, "SELECT 1").rows == ((1,),)


def test_a_past_day_is_set_and_taken_back(psql):
    count = "SELECT count(*) > 0 FROM v_power_month"
    ran = psql("tax.jishou", "SET taxhub.as_of = '2020-01-01'", count, "RESET taxhub.as_of", count, purpose="tax_risk")
    assert ran.returncode == 0, ran.stderr
    assert [line for line in ran.stdout.splitlines() if line in ("t", "f")] == ["f", "t"]
    wrong = psql("tax.jishou", "SET taxhub.as_of = 'March'", purpose="tax_risk")
    assert wrong.returncode != 0 and "22023" in wrong.stderr
