"""Sending a month and seeing what became of it."""
from world.power_file import FEED, UNIT, csv, month

LABEL = "202506"


def submit(world, rows: int, label: str = LABEL, key: str | None = None):
    body = csv(month(rows, label=label, first=rows * 100))
    return world.hub.caller("pow.reporter").submit(FEED, label, UNIT, body, key=key)


def verdict(reply) -> dict:
    assert reply.status in (200, 201), (reply.status, reply.body[:800])
    answer = reply.json()
    return answer.get("receipt", answer)


def rows_in(world, label: str = LABEL) -> int:
    asked = world.hub.caller("tax.prefecture", "tax_risk")
    return asked.rows(f"SELECT count(*) FROM v_power_month WHERE month = '{label}'")[0][0]


def is_in_once(world, receipt: dict, rows: int, label: str = LABEL) -> None:
    """The receipt, the log and the answers agree, and the submission stands in the log exactly once."""
    assert receipt["committed"] == rows == receipt["rows_read"]
    commits = world.bucket.commits(FEED)
    assert [one.version for one in commits] == list(range(len(commits)))
    owners = [one.version for one in commits if receipt["submission"] in one.submissions]
    assert owners == [receipt["table_version"]]
    landed = [id for one in commits for id in one.submissions]
    assert len(landed) == len(set(landed))
    assert rows_in(world, label) == rows
