"""What lies behind a mask changes nothing: not a row, an order, a plan, a count or an error."""
import pytest

from attacks import ORACLES, PLANS
from worlds import over_http, over_pg
from world.power_file import FEED, UNIT, Meter, csv

WHO, PURPOSE, VIEW, MONTH = "tax.prefecture", "tax_risk", "v_power_month", "202408"
# Names share their first character, which the mask shows; lengths and everything else differ. Addresses share the county.
NAMES = (["溪水", "溪边老彭家米粉馆", "溪12", "溪"], ["溪口镇供销社", "溪8", "溪绝密", "溪山商贸"])
STREETS = (["白鹤路1号", "12"], ["青岩大道三百九十九号附七", "x"])


@pytest.fixture(scope="module")
def pair(_copies):
    made = []
    for names, streets in zip(NAMES, STREETS):
        hub = _copies()
        meters = [
            Meter(n, ("433101", "433122")[n % 2], 100 + n, name=names[n % 4], month=MONTH).with_cell("用电地址", streets[n % 2])
            for n in range(48)
        ]
        reply = hub.caller("pow.reporter").submit(FEED, MONTH, UNIT, csv(meters))
        assert reply.status == 201 and reply.json()["committed"] == 48, reply.body[:400]
        made.append(hub)
    return made


STATEMENTS = {title: text.replace("{t}", VIEW) for title, text in {**ORACLES, **PLANS}.items()} | {
    "names themselves": f"SELECT DISTINCT customer_name FROM {VIEW} WHERE month = '{MONTH}' ORDER BY 1",
    "order by a masked name": f"SELECT kwh FROM {VIEW} WHERE month = '{MONTH}' ORDER BY customer_name, kwh LIMIT 9",
    "length of a masked name": f"SELECT DISTINCT length(customer_name) FROM {VIEW} WHERE month = '{MONTH}' ORDER BY 1",
    "join on a masked name": f"SELECT count(*) FROM {VIEW} AS a JOIN {VIEW} AS b ON a.customer_name = b.customer_name AND a.month = b.month WHERE a.month = '{MONTH}'",
    "guess a whole name": f"SELECT count(*) FROM {VIEW} WHERE customer_name = '溪口镇供销社'",
    "guess a street": f"SELECT count(*) FROM {VIEW} WHERE address LIKE '%白鹤路%'",
    "streets themselves": f"SELECT DISTINCT address FROM {VIEW} WHERE month = '{MONTH}' ORDER BY 1",
    "groups of a masked name": f"SELECT customer_name, address, count(*), sum(kwh) FROM {VIEW} WHERE month = '{MONTH}' GROUP BY 1, 2 ORDER BY 1, 2, 3",
    "cast of a masked street": f"SELECT count(*) FROM {VIEW} WHERE TRY_CAST(address AS INT) = 12",
}


@pytest.mark.parametrize("statement", [pytest.param(text, id=title) for title, text in STATEMENTS.items()])
def test_masked_values_change_no_byte(pair, statement):
    for ask in (over_http, over_pg):
        first, second = (ask(hub, WHO, PURPOSE, statement) for hub in pair)
        assert first == second


def test_equal_account_numbers_are_equal_tokens_and_nothing_of_the_number_shows(pair):
    rows = pair[0].caller(WHO, PURPOSE).rows(f"SELECT account_no FROM {VIEW} WHERE month = '{MONTH}' ORDER BY kwh")
    assert len({row[0] for row in rows}) == 48
    asked = f"SELECT count(*) FROM {VIEW} WHERE account_no = '0100000000' OR account_no LIKE '%0100000000%'"
    assert pair[0].caller(WHO, PURPOSE).rows(asked) == [[0]]
