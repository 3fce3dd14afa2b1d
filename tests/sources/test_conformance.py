"""The rules that every road keeps, whatever lies at its other end. Each test runs once per kind of source, against a real
server that the test has started."""
import datetime

import pytest

from world.power_file import month

ROWS = 1200
# A line that can be cut lies between, and some ask for a password there.
LINES = ["objects", "http", "postgres", "postgres_by_key", "mariadb", "mariadb_by_key"]
PASSWORDS = [kind for kind in LINES if kind != "objects"]
# After a cut these go on where they were; the others begin anew.
GO_ON = ["http", "postgres_by_key", "mariadb_by_key"]


def roads(kinds: list[str]):
    return pytest.mark.parametrize("road", kinds, indirect=True)


def rows(road, count: int = ROWS, kwh: int = 1000):
    return month(count, label=road.label, kwh=kwh)


def pause(seen: dict) -> float:
    """Seconds until the next look."""
    at = {key: datetime.datetime.fromisoformat(seen[key]) for key in ("looked_at", "next_at")}
    return (at["next_at"] - at["looked_at"]).total_seconds()


def test_what_lies_there_arrives_whole_and_is_recorded_as_the_departments(road):
    road.peer.put(road.label, rows(road))
    seen = road.start().seen()
    [held] = road.settled(seen)
    report, receipt = held["report"], held["receipt"]
    assert (report["rows_read"], receipt["committed"], receipt["findings_total"]) == (ROWS, ROWS, 0)
    assert receipt["department"] == "pow" and receipt["person"] == "source:power"
    assert receipt["totals"]["kwh"]["sum"] == f"{sum(1000 + n for n in range(ROWS))}.00"
    assert seen["kind"] == road.peer.kind and seen["failures"] == 0


def test_the_same_content_is_one_submission_however_often_it_is_looked_at(road):
    road.peer.put(road.label, rows(road))
    first = road.start().settled(road.seen())
    for _ in range(2):
        road.peer.put(road.label, rows(road))
        assert road.settled(road.again()) == first
    road.hub.kill()
    road.hub.start()
    assert road.settled(road.again()) == first


def test_later_content_takes_the_place_of_earlier_content(road):
    road.peer.put(road.label, rows(road, 100))
    first = road.start().current()
    road.peer.put(road.label, rows(road, 101))
    road.again()
    held = road.current()
    assert held["id"] != first["id"] and held["receipt"]["committed"] == 101
    assert held["receipt"]["revision"] == 2


@roads(["objects", "http", "postgres", "mariadb"])
def test_a_broken_line_leaves_nothing_half_and_is_mended_by_itself_or_next_time(road):
    road.peer.put(road.label, rows(road))
    road.peer.line.cut(road.peer.cut_after, times=100)
    seen = road.start().seen()
    assert road.settled(seen) == []
    assert {parcel["code"] for parcel in seen["parcels"]} <= {"source.unreachable", "source.cut_short"}
    road.peer.line.heal()
    road.again()
    assert road.current()["receipt"]["committed"] == ROWS


@roads(GO_ON)
def test_one_cut_costs_a_road_that_can_go_on_nothing(road):
    road.peer.put(road.label, rows(road))
    road.peer.line.cut(road.peer.cut_after)
    seen = road.start().seen()
    assert road.peer.line.cuts_left == 0
    assert [parcel["tries"] for parcel in seen["parcels"]] == [1]
    assert road.current()["receipt"]["committed"] == ROWS


@roads(LINES)
def test_nobody_at_home_is_told_and_the_hub_goes_on(road):
    road.peer.put(road.label, rows(road, 10))
    road.peer.line.refusing = True
    seen = road.start().seen()
    assert (seen["code"], seen["failures"]) == ("source.unreachable", 1)
    assert 0 < pause(seen) <= 120
    assert road.hub.caller(None).get("/readyz").status == 200
    road.peer.line.heal()
    assert road.again()["failures"] == 0
    assert road.current()["receipt"]["committed"] == 10


@roads(LINES)
def test_a_silent_peer_is_called_slow(road):
    road.peer.put(road.label, rows(road, 10))
    road.peer.line.silent = True
    seen = road.start().seen()
    assert seen["code"] == "source.slow", seen
    road.peer.line.heal()
    road.again()
    assert road.current()["receipt"]["committed"] == 10


@roads(PASSWORDS)
def test_wrong_credentials_are_told_and_not_tried_again_soon(road):
    road.peer.put(road.label, rows(road, 10))
    road.peer.secret("wrong")
    seen = road.start().seen()
    assert (seen["code"], seen["failures"]) == ("source.credentials", 1)
    assert pause(seen) >= 3600
    # The file is read anew each time: no restart.
    road.peer.secret("quiet-River-88")
    road.again()
    assert road.current()["receipt"]["committed"] == 10


@roads(PASSWORDS)
def test_a_secret_that_others_may_read_is_not_used(road):
    (road.peer.folder / "secret").chmod(0o644)
    assert road.start().seen()["code"] == "source.secret"


def test_nothing_there_is_no_submission_and_no_failure(road):
    seen = road.start().seen()
    assert seen["parcels"] == [] and seen["failures"] == 0 and road.current() is None
    if road.peer.kind not in ("folder", "objects"):
        assert [one["code"] for one in seen["troubled"]] == ["source.nothing_there"]
