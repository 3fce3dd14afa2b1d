"""A centre where a colleague signs the power company's files: nothing counts before, and nobody signs their own."""
import pytest

from world import binary
from world.power_file import FEED, UNIT, csv, month
from world.uploads import begin, outcome, send

LABEL = "202506"


@pytest.fixture
def signing(idle):
    """The sample world, with `feeds.signed` naming the power feed."""
    file = idle.folder / "taxhub.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count("signed = []") == 1, text
    file.write_text(text.replace("signed = []", f'signed = ["{FEED}"]'), encoding="utf-8")
    return idle.start()


def rows_in(hub) -> int:
    return hub.caller("tax.prefecture", "tax_risk").rows(f"SELECT count(*) FROM v_power_month WHERE month = '{LABEL}'")[0][0]


def test_nothing_counts_before_a_colleague_signs(signing):
    reporter, steward = signing.caller("pow.reporter"), signing.caller("pow.steward")
    body = csv(month(12, label=LABEL))
    sent = reporter.submit(FEED, LABEL, UNIT, body)
    assert sent.status == 202, sent.body
    waiting = sent.json()
    assert (waiting["state"], waiting["verdict"], waiting["committed"]) == ("waiting", "accepted", 12)
    assert rows_in(signing) == 0
    id = waiting["submission"]
    assert reporter.get(f"/v1/submissions/{id}/receipt").code == "intake.not_settled"
    assert [one["id"] for one in steward.get("/v1/submissions?waiting=true").json()["items"]] == [id]
    assert steward.get(f"/v1/submissions/{id}/original").body == body
    own = reporter.post(f"/v1/submissions/{id}/sign", {})
    assert (own.status, own.code) == (403, "denial.not_signer")
    assert signing.caller("tax.prefecture").post(f"/v1/submissions/{id}/sign", {}).status in (403, 404)
    assert rows_in(signing) == 0

    signed = steward.post(f"/v1/submissions/{id}/sign", {})
    assert signed.status == 201, signed.body
    receipt = signed.json()
    assert (receipt["person"], receipt["reviewed"]["person"]) == ("pow.reporter", "pow.steward")
    assert rows_in(signing) == 12
    assert steward.post(f"/v1/submissions/{id}/sign", {}).status == 200
    assert steward.get("/v1/submissions?waiting=true").json()["items"] == []


def test_what_waits_survives_a_stop_and_can_be_declined(signing):
    sent = signing.caller("pow.reporter").submit(FEED, LABEL, UNIT, csv(month(9, label=LABEL))).json()
    id = sent["submission"]
    signing.kill()
    signing.start()
    steward = signing.caller("pow.steward")
    assert [one["id"] for one in steward.get("/v1/submissions?waiting=true").json()["items"]] == [id]
    assert steward.post(f"/v1/submissions/{id}/decline", {}).status == 204
    found = signing.caller("pow.reporter").get(f"/v1/submissions/{id}").json()
    assert (found["state"], found["code"]) == ("aborted", "intake.declined")
    assert rows_in(signing) == 0


def test_a_file_that_came_in_pieces_waits_like_any_other(signing):
    file = csv(month(11, label=LABEL))
    place = begin(signing, len(file), period=LABEL)
    assert send(signing, place, 0, file[:700])[0].status == 204
    assert send(signing, place, 700, file[700:])[0].status == 204
    found = outcome(signing, place)
    assert (found["state"], found["receipt"]["state"], found["receipt"]["committed"]) == ("waiting", "waiting", 11)
    assert rows_in(signing) == 0
    signing.kill()
    signing.start()
    assert outcome(signing, place)["receipt"] == found["receipt"]
    signed = signing.caller("pow.steward").post(f"/v1/submissions/{found['receipt']['submission']}/sign", {})
    assert signed.status == 201 and rows_in(signing) == 11, signed.body


def test_the_commands_wait_list_and_sign(signing, tmp_path):
    file = tmp_path / "power.csv"
    file.write_bytes(csv(month(7, label=LABEL)))

    def command(who: str, *words):
        return binary.run(*words, env={"TAXHUB_URL": signing.http, "TAXHUB_TOKEN": signing.accounts()[who].token})

    ran = command("pow.reporter", "submit", FEED, "--period", LABEL, "--unit", UNIT, file)
    assert ran.code == 0 and "待签" in ran.out, ran
    id = command("pow.steward", "submissions", "--waiting", "--json").json()["items"][0]["id"]
    assert command("pow.reporter", "sign", id).code == 1
    signed = command("pow.steward", "sign", id)
    assert signed.code == 0 and rows_in(signing) == 7, signed
    assert command("pow.steward", "decline", id).code == 1
