"""What a database is asked and what is done with its answer: only what has changed is carried, counts are compared, values
keep their digits, and nothing is written there."""
import datetime

import pytest

from world.power_file import UNIT, month

DATABASES = ["sqlite", "postgres", "mariadb"]
SERVERS = ["postgres", "mariadb"]
CHANGED = "改于"


@pytest.fixture
def two_months(made):
    """Makes a database with the rows of two months and a column that grows with every change."""

    def one(kind: str):
        road = made(kind)
        changed = road.peer.name(CHANGED)
        road.peer.run(f"ALTER TABLE meters ADD {changed} integer DEFAULT 0", [])
        road.peer.exchange = {
            " FROM meters": f", {changed} FROM meters",
            'key = "户号"': f'key = "户号"\nchanged = "{CHANGED}"',
            "periods_back = 1": "periods_back = 2",
        }
        before = datetime.datetime.strptime(road.label, "%Y%m") - datetime.timedelta(days=1)
        labels = [before.strftime("%Y%m"), road.label]
        for label in labels:
            road.peer.put(label, month(300, label=label))
        return road, labels

    return one


def came(seen: dict) -> dict[str, int]:
    """How many parcels of each period have been settled."""
    counts: dict[str, int] = {}
    for parcel in seen["parcels"]:
        assert parcel["state"] == "settled", parcel
        counts[parcel["period"]] = counts.get(parcel["period"], 0) + 1
    return counts


@pytest.mark.parametrize("kind", [*DATABASES, "postgres_by_key", "mariadb_by_key"])
def test_only_the_period_whose_rows_have_changed_is_carried_again(two_months, kind):
    road, (earlier, later) = two_months(kind)
    assert came(road.start().seen()) == {earlier: 1, later: 1}
    assert came(road.again()) == {earlier: 1, later: 1}
    name, changed, key = (road.peer.name(title) for title in ("户名", CHANGED, "电费月"))
    road.peer.run(f"UPDATE meters SET {name} = '改名商行', {changed} = 7 WHERE {key} = '{earlier}' AND "
                  f"{road.peer.name('户号')} = '{month(1)[0].record()[0]}'", [])
    assert came(road.again()) == {earlier: 2, later: 1}
    again = [one for one in road.settled(road.seen()) if one["slot"]["period"] == earlier]
    assert [(one["receipt"]["revision"], one["receipt"]["committed"]) for one in again] == [(1, 300), (2, 300)]


@pytest.mark.parametrize("kind", ["postgres_by_key", "mariadb_by_key"])
def test_a_key_that_is_not_unique_is_noticed_by_the_count(made, kind):
    """Reading by key passes over the second of two equal keys at the edge of a page; the count tells."""
    road = made(kind)
    drop = "ALTER TABLE meters DROP CONSTRAINT meters_pkey" if kind.startswith("postgres") else \
        "ALTER TABLE meters DROP PRIMARY KEY"
    road.peer.run(drop, [])
    rows = month(150, label=road.label)
    road.peer.put(road.label, sorted([*rows, *rows], key=lambda one: one.record()[0]))
    road.peer.exchange = {"page_rows = 100": "page_rows = 101"}
    [parcel] = road.start().seen()["parcels"]
    assert (parcel["state"], parcel["code"]) == ("waiting", "source.count_differs")
    assert road.current() is None


@pytest.mark.parametrize("kind", SERVERS)
def test_a_question_that_writes_is_refused_though_the_account_may_write(made, kind):
    road = made(kind)
    if kind == "postgres":
        statements = ["CREATE FUNCTION touch() RETURNS int LANGUAGE sql AS 'DELETE FROM meters RETURNING 1'",
                      "GRANT DELETE ON meters TO reader"]
    else:
        statements = ["CREATE FUNCTION touch() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM meters; RETURN 1; END",
                      "GRANT ALL ON power.* TO 'reader'@'%'"]
    road.peer.put(road.label, month(5, label=road.label))
    for statement in statements:
        road.peer.run(statement, [])
    road.peer.exchange = {" = :period": " = :period AND touch() = 1"}
    seen = road.start().seen()
    assert (seen["code"], seen["parcels"]) == ("source.query_refused", [])
    road.hub.kill()
    road.peer.exchange = {}
    assert road.start().again()["failures"] == 0
    assert road.current()["receipt"]["committed"] == 5


def test_a_date_that_is_none_arrives_as_the_server_writes_it_and_is_a_finding(made):
    road = made("mariadb")
    rows = month(30, label=road.label)
    road.peer.put(road.label, rows)
    read = road.peer.name("抄表日期")
    road.peer.run(f"ALTER TABLE meters MODIFY {read} date NULL", [])
    road.peer.run(f"SET STATEMENT sql_mode = 'ALLOW_INVALID_DATES' FOR UPDATE meters SET {read} = '2025-02-31' "
                  f"WHERE {road.peer.name('户号')} = '{rows[2].record()[0]}'", [])
    [held] = road.settled(road.start().seen())
    assert (held["receipt"]["verdict"], held["receipt"]["quarantined"]) == ("accepted_with_findings", 1)
    findings = road.hub.caller("pow.reporter").get(f"/v1/submissions/{held['id']}/findings").json()["items"]
    assert [one["column"] for one in findings if "row" in one] == ["抄表日期"]


def test_a_period_without_rows_is_a_zero_report_where_the_settings_say_so(made):
    road = made("postgres")
    road.peer.exchange = {"page_rows = 100": "page_rows = 100\nzero_when_empty = true"}
    [held] = road.settled(road.start().seen())
    assert held["receipt"]["zero"] is True and held["slot"]["unit"] == UNIT
