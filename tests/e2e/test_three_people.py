"""The same SQL, three people, three right answers; and the two protocols agree."""
import pytest

from world import sql
from world.http import Caller

SAME = "SELECT month, county_code, count(*) AS meters, sum(kwh) AS kwh FROM v_power_month GROUP BY 1, 2 ORDER BY 1, 2"
FINANCE = "SELECT month, county_code, use_class, subjects_n, kwh FROM v_power_county_month ORDER BY 1, 2, 3"


@pytest.fixture(scope="module")
def prefecture(shared) -> Caller:
    return shared.caller("tax.prefecture", "tax_risk")


@pytest.fixture(scope="module")
def county(shared) -> Caller:
    return shared.caller("tax.jishou", "tax_risk")


def test_the_prefecture_sees_all_eight_counties(prefecture):
    assert len({row[1] for row in prefecture.rows(SAME)}) == 8


def test_the_county_sees_its_own_rows_and_all_of_them(prefecture, county):
    seen = county.rows(SAME)
    assert {row[1] for row in seen} == {"433101"}
    assert seen == [row for row in prefecture.rows(SAME) if row[1] == "433101"]


def test_finance_has_no_agreement_for_the_rows_and_one_for_the_sums(shared):
    finance = shared.caller("fin.budget", "budget_forecast")
    refused = finance.query(SAME)
    assert refused.status == 403
    sums = finance.rows(FINANCE)
    assert sums and all(row[3] >= 5 for row in sums)


def test_a_cell_with_too_few_subjects_is_left_out_not_emptied(shared, prefecture):
    few = prefecture.rows(
        "SELECT count(DISTINCT account_no) FROM v_power_month WHERE county_code = '433126' AND use_class = '1' GROUP BY month"
    )
    assert few and all(row[0] == 3 for row in few)
    finance = shared.caller("fin.budget", "budget_forecast")
    assert finance.rows(
        "SELECT * FROM v_power_county_month WHERE county_code = '433126' AND use_class = '1'"
    ) == []


def test_the_protocols_give_the_same_rows(shared, county):
    over_http = county.rows(SAME)
    over_pg = sql.ask_once(shared, "tax.jishou", "tax_risk", SAME)
    assert over_pg.sqlstate is None, over_pg.message
    assert [[str(cell) for cell in row] for row in over_pg.rows] == [[str(cell) for cell in row] for row in over_http]


def test_account_numbers_are_tokens_that_join_and_do_not_read(prefecture):
    numbers = [row[0] for row in prefecture.rows("SELECT DISTINCT account_no FROM v_power_month LIMIT 50")]
    assert len(numbers) == 50
    assert all(not number.isdigit() for number in numbers)
    joined = prefecture.rows(
        "SELECT count(*) FROM v_power_month AS a JOIN v_power_month AS b"
        " ON a.account_no = b.account_no AND a.month = b.month WHERE a.month = '202603'"
    )
    assert joined == prefecture.rows("SELECT count(*) FROM v_power_month WHERE month = '202603'")


def test_an_answer_says_under_which_agreement_and_over_which_version_it_was_given(prefecture):
    meta = prefecture.query(SAME).json()["meta"]
    assert meta["versions"]["pow_usage"] >= 3 and meta["audit_entry"] > 0
    opened = meta["agreements"][0]
    assert opened["view"] == "v_power_month" and opened["revision"] >= 1
    assert set(opened["masks"]) == {"account_no", "customer_name", "address"}
