"""Two worlds that differ only in what one person may not see, and the comparison of everything she gets back.

Both worlds are copies of one folder, so keys, accounts and agreements are the same bytes; then each receives the same month
from the power company, except for the hidden part. The county analyst's rows (433101) are equal, the other counties' are
not. For finance the sums are equal in every cell it may see; the small cell is not.
"""
import json
import re
from dataclasses import dataclass

from world import sql
from world.hub import Hub
from world.power_file import FEED, UNIT, Meter, csv

MONTH = "202509"
# Words and numbers that stand in hidden rows only. None of them may come back in any form.
SECRET_NAMES = ("绝密甲字号", "绝密乙字号")
SECRET_KWH = (5550555, 6660666)
# What an answer says about itself and may differ between two runs of one world.
VOLATILE = ("request_id", "audit_entry", "query_id")
VOLATILE_HEADERS = ("date", "x-request-id", "content-length", "x-taxhub-answer")


@dataclass
class Worlds:
    first: Hub
    second: Hub
    third: Hub

    def __iter__(self):
        return iter((self.first, self.second, self.third))


def own_rows() -> list[Meter]:
    """What the county analyst may see: the same in every world."""
    names = ["溪口米粉馆", "N1云鹤商行", "N2白鹤客栈", "青岩经营部", "12"]
    return [
        Meter(n, "433101", 100 + n * 37 % 300, use_class=str(2 + n % 2 * 2), name=names[n % len(names)], month=MONTH)
        for n in range(60)
    ]


def hidden_rows(world: int) -> list[Meter]:
    """Rows of other counties. The first two worlds differ in values, the third also in number."""
    name = SECRET_NAMES[world % 2]
    kwh = SECRET_KWH[world % 2]
    count = 40 if world < 2 else 180
    numbers = ["12", "x", "2025-13-45"]
    return [
        Meter(
            1000 + n, ("433122", "433130")[n % 2], kwh + n if n % 3 else n + 1,
            name=name if n % 4 else numbers[world % 3], month=MONTH,
        )
        for n in range(count)
    ]


def fill(hub: Hub, world: int) -> None:
    receipt = hub.caller("pow.reporter").submit(FEED, MONTH, UNIT, csv(own_rows() + hidden_rows(world)))
    assert receipt.status in (200, 201), receipt.body[:800]
    counted = receipt.json().get("receipt", receipt.json())
    assert counted["committed"] == len(own_rows() + hidden_rows(world)), counted


def over_http(hub: Hub, name: str, purpose: str, statement: str) -> str:
    return told_over_http(statement, hub.caller(name, purpose).query(statement))


def over_pg(hub: Hub, name: str, purpose: str, statement: str) -> str:
    return told_over_pg(statement, sql.ask_once(hub, name, purpose, statement))


def told_over_http(statement: str, reply) -> str:
    """Status, the telling headers and the body, without what names this one request."""
    telling = {key: value for key, value in reply.headers.items() if key not in VOLATILE_HEADERS}
    try:
        document = without_volatile(reply.json())
        if "rows" in document:
            document["rows"] = in_order(statement, document["rows"])
        body = json.dumps(document, sort_keys=True, ensure_ascii=False)
    except ValueError:
        body = reply.body.decode("utf-8", "replace")
    return f"{reply.status} {sorted(telling.items())} {without_times(body)}"


def told_over_pg(statement: str, said: sql.Said) -> str:
    rows = in_order(statement, list(said.rows))
    return without_times(f"{said.sqlstate} {said.message} {said.columns} {rows}")


def in_order(statement: str, rows: list) -> list:
    """Rows nobody asked an order for come as threads happen to finish, in one world as in another."""
    return rows if "ORDER BY" in statement else sorted(rows, key=str)


def without_volatile(value):
    if isinstance(value, dict):
        return {key: without_volatile(one) for key, one in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [without_volatile(one) for one in value]
    return value


def without_times(text: str) -> str:
    """Durations and ids of this one run; the number of a table version is the same in all worlds."""
    text = re.sub(r"\breq_[0-9a-f]{32}\b", "req", text)
    return re.sub(r"\b\d+(\.\d+)?\s?(ns|µs|us|ms|s)\b", "time", text)
