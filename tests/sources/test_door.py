"""What a source brings passes the door of everything that is sent: the day's quota of its department, the signature of a
colleague, the audit log."""
import datetime
import sqlite3

import pytest

from world.power_file import FEED, UNIT, csv, month


def name(label: str) -> str:
    return f"pow_usage_{label}_{UNIT}.csv"


def sent_today(road) -> int:
    """Bytes of the power company on the civil day in China, as the registry remembers them."""
    day = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=8)).date().isoformat()
    with sqlite3.connect(road.hub.data / "taxhub.sqlite") as registry:
        found = registry.execute("SELECT bytes FROM department_days WHERE day = ? AND department = 'pow'", [day])
        return (found.fetchone() or (0,))[0]


@pytest.mark.parametrize("left", [0, 700], ids=["at_the_door", "on_its_way"])
def test_a_department_whose_day_is_used_up_waits_for_the_next_also_with_its_sources(drop, left):
    most = max(sent_today(drop) + left, 1)
    drop.configure(r"submission_bytes_per_day = \d+", f"submission_bytes_per_day = {most}")
    content = csv(month(40, label=drop.label))
    assert len(content) > 700
    drop.peer.file(name(drop.label), content)
    seen = drop.start().seen()
    [parcel] = seen["parcels"]
    assert (parcel["state"], parcel["code"]) == ("waiting", "intake.quota_bytes")
    again = datetime.datetime.fromisoformat(parcel["next_try_at"]) + datetime.timedelta(hours=8)
    assert again.time() < datetime.time(0, 1), "it is tried when the day in China is over"
    assert drop.current() is None and (drop.peer.inbox / name(drop.label)).exists()
    denied = [one for one in drop.hub.caller("hub.audit").get("/v1/audit?limit=200").json()["items"]
              if one.get("kind") == "denial" and one.get("person") == "source:power"]
    assert denied and denied[0]["department"] == "pow", denied


def test_what_must_be_signed_waits_for_a_colleague_and_its_file_stays(drop):
    drop.configure(r"signed = \[\]", f'signed = ["{FEED}"]')
    drop.peer.file(name(drop.label), csv(month(10, label=drop.label)))
    [parcel] = drop.start().seen()["parcels"]
    assert (parcel["state"], parcel["verdict"]) == ("settled", "accepted")
    steward = drop.hub.caller("pow.steward")
    [waiting] = steward.get("/v1/submissions?waiting=true").json()["items"]
    assert waiting["id"] == parcel["submission"]
    drop.again()
    assert (drop.peer.inbox / name(drop.label)).exists() and not (drop.peer.inbox / "answers").exists()

    signed = steward.post(f"/v1/submissions/{waiting['id']}/sign", {})
    assert signed.status == 201, signed.body
    receipt = signed.json()
    assert (receipt["person"], receipt["reviewed"]["person"]) == ("source:power", "pow.steward")
    drop.again()
    assert not (drop.peer.inbox / name(drop.label)).exists()
    [answer] = (drop.peer.inbox / "answers").iterdir()
    assert receipt["signature"] in answer.read_text(encoding="utf-8")


def test_what_a_colleague_declines_is_answered_with_that(drop):
    drop.configure(r"signed = \[\]", f'signed = ["{FEED}"]')
    drop.peer.file(name(drop.label), csv(month(10, label=drop.label)))
    [parcel] = drop.start().seen()["parcels"]
    declined = drop.hub.caller("pow.steward").post(f"/v1/submissions/{parcel['submission']}/decline", {})
    assert declined.status == 204, declined.body
    drop.again()
    [answer] = (drop.peer.inbox / "answers").iterdir()
    assert '"intake.declined"' in answer.read_text(encoding="utf-8")
    assert list((drop.peer.inbox / "refused").rglob("*.csv"))


def test_a_colleague_and_a_source_act_on_one_slot(drop):
    """Nobody is shut out by a source, and the source does not bring its old file again."""
    drop.peer.file(name(drop.label), csv(month(10, label=drop.label)))
    first = drop.start().current()
    sent = drop.hub.caller("pow.reporter").submit(FEED, drop.label, UNIT, csv(month(12, label=drop.label)))
    assert (sent.status, sent.json()["revision"]) == (201, first["receipt"]["revision"] + 1)
    drop.again()
    assert len(drop.seen()["parcels"]) == 1


def test_what_a_source_does_is_in_the_log(drop):
    drop.peer.file(name(drop.label), csv(month(10, label=drop.label)))
    held = drop.start().current()
    items = drop.hub.caller("hub.audit").get("/v1/audit?limit=200").json()["items"]
    [entry] = [one for one in items if held["id"] in str(one) and one.get("kind") == "submission"]
    assert (entry["person"], entry["department"], entry["role"]) == ("source:power", "pow", "source")
    rung = [one for one in items if "run_source" in str(one)]
    assert rung == []
    drop.again()
    items = drop.hub.caller("hub.audit").get("/v1/audit?limit=200").json()["items"]
    [rung] = [one for one in items if "run_source" in str(one)]
    assert rung["person"] == "hub.system"
