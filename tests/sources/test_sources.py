"""What is particular to a road, and what people see of the roads."""
import hashlib
import json
from contextlib import suppress
from http.client import HTTPException

import pytest

from world.http import eventually
from world.hub import StartRefused
from world.power_file import UNIT, csv, month


def name(label: str) -> str:
    return f"pow_usage_{label}_{UNIT}.csv"


def test_a_file_gets_its_answer_and_moves_away(drop):
    drop.peer.put(drop.label, month(10, label=drop.label))
    held = drop.start().current()
    inbox = drop.peer.inbox
    assert not (inbox / name(drop.label)).exists() and not (inbox / f"{name(drop.label)}.ready").exists()
    answer = json.loads((inbox / "answers" / f"{name(drop.label)}.json").read_text())
    assert answer == held["receipt"] and answer["signature"]
    [kept] = (inbox / "taken").rglob("*.csv")
    assert kept.read_bytes() == csv(month(10, label=drop.label))


def test_two_files_of_one_slot_are_taken_in_the_order_they_were_put(drop):
    drop.peer.file(name(drop.label), csv(month(10, label=drop.label)))
    drop.peer.file(name(drop.label).replace(".csv", "-2.csv"), csv(month(11, label=drop.label)))
    drop.start()
    assert drop.current()["receipt"]["committed"] == 11


def test_a_file_that_differs_from_its_marker_is_refused_with_the_reason(drop):
    content = csv(month(10, label=drop.label))
    drop.peer.file(name(drop.label), content[:-100], hashlib.sha256(content).hexdigest())
    seen = drop.start().seen()
    [parcel] = seen["parcels"]
    assert (parcel["state"], parcel["code"]) == ("refused", "source.hash_differs")
    answer = json.loads((drop.peer.inbox / "answers" / f"{name(drop.label)}.json").read_text())
    assert answer["code"] == "source.hash_differs" and "哈希" in answer["zh"]
    assert list((drop.peer.inbox / "refused").rglob("*.csv"))


def test_an_unknown_name_is_left_alone_and_told(drop):
    drop.peer.file("电量.csv", b"a\n")
    drop.peer.file(f"pow_usage_{drop.label}_439999.csv", b"a\n")
    seen = drop.start().seen()
    assert {one["name"] for one in seen["troubled"]} == {"电量.csv", f"pow_usage_{drop.label}_439999.csv"}
    assert (drop.peer.inbox / "电量.csv").exists() and seen["parcels"] == []


def test_a_period_that_is_not_over_is_refused(drop):
    drop.peer.file(name("209901"), csv(month(10, label="209901")))
    [parcel] = drop.start().seen()["parcels"]
    assert (parcel["state"], parcel["code"]) == ("refused", "intake.period_open")


def test_an_empty_file_named_zero_is_a_zero_report(drop):
    drop.peer.file(name(drop.label).replace(".csv", ".zero"), b"")
    [held] = drop.settled(drop.start().seen())
    assert held["receipt"]["zero"] is True and held["receipt"]["committed"] == 0


def test_a_bad_file_has_a_receipt_too(drop):
    drop.peer.file(name(drop.label), b"this is no table\n")
    drop.start()
    [parcel] = drop.seen()["parcels"]
    assert (parcel["state"], parcel["verdict"]) == ("settled", "rejected")


def test_a_hub_killed_while_a_parcel_is_on_its_way_takes_it_once(drop):
    drop.settle()
    drop.hub.start()
    for step in ("received", "checked", "feed_committed"):
        drop.hub.kill()
        drop.peer.put(drop.label, month(20, label=drop.label, kwh=len(step)))
        drop.hub.start(env={"TAXHUB_DIE_AT": f"{step}:1"})
        # It may be gone before it answers.
        with suppress(OSError, HTTPException):
            drop.ring()
        drop.hub.wait_for_death()
        drop.hub.start()
        drop.ring()
        eventually(lambda: not (drop.peer.inbox / name(drop.label)).exists(), seconds=60)
    held = drop.settled(drop.seen())
    assert len(held) == 3 and [one["receipt"]["revision"] for one in held] == [1, 2, 3]


def test_departments_see_their_own_sources_and_others_see_none(drop):
    drop.start()
    names = {who: [one["name"] for one in drop.hub.caller(who).get("/v1/sources").json()["items"]]
             for who in ("hub.system", "pow.reporter", "tax.prefecture")}
    assert names == {"hub.system": ["power"], "pow.reporter": ["power"], "tax.prefecture": []}
    stranger = drop.hub.caller("tax.prefecture")
    unknown, others = stranger.get("/v1/sources/nothing"), stranger.get("/v1/sources/power")
    assert unknown.status == others.status == 404 and unknown.code == others.code == "hub.no_such_source"
    assert stranger.post("/v1/sources/power/run", {}).status == 404
    assert drop.hub.caller(None).get("/v1/sources").status == 401


def test_settings_that_cannot_be_meant_stop_the_start_and_name_the_key(drop):
    drop.settle()
    file = drop.hub.folder / "sources" / "power.toml"
    file.write_text(file.read_text().replace("ready = ", "redy = "))
    with pytest.raises(StartRefused) as refused:
        drop.hub.start()
    assert "power.toml" in refused.value.said and "redy" in refused.value.said
