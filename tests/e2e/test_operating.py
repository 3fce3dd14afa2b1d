"""What an administrator relies on."""
import json
import re
import time

import pytest

from world import binary, sql
from world.hub import Hub, StartRefused
from world.http import Caller


def test_a_second_process_on_the_folder_is_refused(own):
    with pytest.raises(StartRefused) as refused:
        Hub(own.folder).start()
    assert refused.value.code not in (0, None)
    assert own.caller(None).get("/healthz").status == 200


def test_an_unknown_key_is_refused_and_named(idle):
    config = idle.folder / "taxhub.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n[limitz]\nrows = 5\n", encoding="utf-8")
    with pytest.raises(StartRefused) as refused:
        idle.start()
    assert "limitz" in refused.value.said
    checked = binary.run("config", "check", config)
    assert checked.code not in (0, 2) and "limitz" in checked.out + checked.err, checked


def test_the_reference_of_settings_is_the_one_the_program_prints():
    page = binary.ROOT / "docs" / "reference" / "configuration.md"
    assert page.read_text(encoding="utf-8") == binary.run("config", "reference").out


def test_health_readiness_and_metrics_answer(shared):
    stranger = shared.caller(None)
    assert stranger.get("/healthz").status == 200
    assert stranger.get("/readyz").status == 200
    metrics = stranger.get("/metrics")
    assert metrics.status == 200
    assert re.search(r"(?m)^taxhub_\w+(\{.*\})? [0-9.e+]+$", metrics.body.decode())


def test_metrics_name_no_person_and_no_view(shared):
    shared.caller("tax.jishou", "tax_risk").rows("SELECT count(*) FROM v_power_month")
    text = shared.caller(None).get("/metrics").body.decode()
    assert "jishou" not in text and "433101" not in text


def test_log_lines_are_json_with_the_request_id_of_the_answer(own):
    reply = own.caller("fin.budget", "budget_forecast").query("SELECT * FROM v_power_month")
    request_id = reply.json()["request_id"]
    time.sleep(0.3)
    logged = [json.loads(line) for line in own.lines if line.startswith("{")]
    assert any(request_id in json.dumps(line) for line in logged)


def test_a_request_id_is_taken_over_only_if_it_is_harmless(shared):
    asked = shared.caller(None).request("GET", "/v1/catalog/views", headers={"X-Request-Id": "desk-17"})
    assert asked.json()["request_id"] == "desk-17"
    asked = shared.caller(None).request("GET", "/v1/catalog/views", headers={"X-Request-Id": 'a"},{"b'})
    assert '"' not in asked.json()["request_id"]


def test_wrong_passwords_slow_down_and_the_right_one_is_not_told_apart(own):
    stranger = Caller(own.http, None)
    statuses = [
        stranger.post("/v1/login", {"name": "tax.jishou", "password": f"wrong-{n}"}).status for n in range(12)
    ]
    assert statuses[0] == 401
    assert 429 in statuses, statuses
    held = stranger.post("/v1/login", {"name": "tax.jishou", "password": "wrong"})
    assert held.status == 429 and int(held.headers["retry-after"]) >= 1


def test_an_unknown_name_is_refused_like_a_wrong_password(own):
    stranger = Caller(own.http, None)
    known = stranger.post("/v1/login", {"name": "fin.budget", "password": "wrong"})
    unknown = stranger.post("/v1/login", {"name": "nobody.here", "password": "wrong"})
    strip = lambda reply: {key: value for key, value in reply.json().items() if key not in ("request_id", "instance")}
    assert (known.status, strip(known)) == (unknown.status, strip(unknown))


def test_the_sign_in_password_does_not_open_psql(shared):
    account = shared.accounts()["tax.jishou"]
    with pytest.raises(Exception) as refused:
        sql.connect(shared, "tax.jishou", token=account.password)
    assert account.password not in str(refused.value)


def test_sign_in_gives_a_session_and_signing_out_ends_it(own):
    account = own.accounts()["tax.jishou"]
    answer = Caller(own.http, None).post("/v1/login", {"name": account.name, "password": account.password})
    assert answer.status == 200, answer.body
    session = Caller(own.http, answer.json()["token"], "tax_risk")
    assert session.rows("SELECT count(*) FROM v_power_month")[0][0] > 0


def test_a_hub_that_was_killed_comes_back_with_everything(own):
    count = "SELECT count(*) FROM v_power_month"
    before = own.caller("tax.prefecture", "tax_risk").rows(count)
    own.kill()
    own.start()
    assert own.caller("tax.prefecture", "tax_risk").rows(count) == before


def test_a_new_folder_has_no_account_but_those_printed_once(tmp_path):
    made = binary.run("init", tmp_path / "new")
    assert made.code == 0, made
    with Hub(tmp_path / "new") as hub:
        stranger = Caller(hub.http, None)
        for name, password in (("admin", "admin"), ("postgres", ""), ("hub.system", "hub.system")):
            assert stranger.post("/v1/login", {"name": name, "password": password}).status in (400, 401, 422)
    assert binary.run("init", tmp_path / "new").code != 0, "a second init must not overwrite the first"


def test_first_credentials_are_good_for_changing_them_once(tmp_path):
    made = binary.run("init", tmp_path / "new")
    first = json.loads((tmp_path / "new" / "data" / "first-credentials.json").read_text(encoding="utf-8"))
    name, once = first[0]["name"], first[0]["one_time_password"]
    assert once in made.out
    with Hub(tmp_path / "new") as hub:
        stranger = Caller(hub.http, None)
        refused = stranger.post("/v1/login", {"name": name, "password": once})
        assert refused.status in (401, 403), refused.body
        changed = stranger.post("/v1/password", {"name": name, "password": once, "new_password": "a long sentence of its own"})
        assert changed.status in (200, 204), changed.body
        assert stranger.post("/v1/login", {"name": name, "password": once}).status == 401
        assert stranger.post("/v1/login", {"name": name, "password": "a long sentence of its own"}).status == 200
        again = stranger.post("/v1/password", {"name": name, "password": once, "new_password": "another sentence"})
        assert again.status in (401, 403, 429)
