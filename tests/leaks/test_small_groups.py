"""Finance sees sums of five subjects and more, and nothing of the smaller cells: not by asking, not by failing."""
import pytest

from attacks import ORACLES
from worlds import MONTH, over_http, over_pg
from world.power_file import FEED, UNIT, Meter, csv

FINANCE, PURPOSE, VIEW = "fin.budget", "budget_forecast", "v_power_county_month"
# The same questions on the columns of the aggregate view; the secret sits in a cell of four meters.
STATEMENTS = {
    title: text.replace("{t}", VIEW).replace("customer_name", "use_class").replace("account_no", "county_code").replace("address", "month")
    for title, text in ORACLES.items()
} | {
    "differences against the whole": f"SELECT sum(kwh) - max(kwh) FROM {VIEW} WHERE month = '{MONTH}'",
    "cells with few subjects": f"SELECT * FROM {VIEW} WHERE subjects_n < 5",
    "cells with few subjects by division": f"SELECT count(*) FROM {VIEW} WHERE 1/(subjects_n-4) >= 0",
    "smallest cell": f"SELECT min(subjects_n) FROM {VIEW}",
    "plan": f"EXPLAIN SELECT * FROM {VIEW} WHERE subjects_n < 5",
}


@pytest.fixture(scope="module")
def pair(_copies):
    """Two worlds: equal cells of twelve meters, and a cell of four in which everything differs."""
    made = []
    for kwh, klass in ((5550555, "1"), (77, "1")):
        hub = _copies()
        meters = [Meter(n, "433101", 100 + n, use_class="2", month=MONTH) for n in range(12)]
        meters += [Meter(100 + n, "433126", 50 + n, use_class="4", month=MONTH) for n in range(12)]
        meters += [Meter(200 + n, "433126", kwh + n, use_class=klass, month=MONTH) for n in range(4)]
        reply = hub.caller("pow.reporter").submit(FEED, MONTH, UNIT, csv(meters))
        assert reply.status in (200, 201), reply.body[:500]
        made.append(hub)
    return made


@pytest.mark.parametrize("statement", [pytest.param(text, id=title) for title, text in STATEMENTS.items()])
def test_a_small_cell_changes_no_byte(pair, statement):
    for ask in (over_http, over_pg):
        first, second = (ask(hub, FINANCE, PURPOSE, statement) for hub in pair)
        assert first == second


def test_the_cells_that_may_be_seen_are_there(pair):
    rows = pair[0].caller(FINANCE, PURPOSE).rows(
        f"SELECT county_code, use_class, subjects_n FROM {VIEW} WHERE month = '{MONTH}' ORDER BY 1, 2"
    )
    assert rows == [["433101", "2", 12], ["433126", "4", 12]]
