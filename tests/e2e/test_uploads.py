"""Resumable uploads: with a real tus client, across broken connections, a restart and other people's eyes."""
import http.client
import io
import json
import socket
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from tusclient.client import TusClient

from world import binary, remains
from world.power_file import FEED, UNIT, csv, month
from world.uploads import PERIOD, PERSON, ask, begin, encoded, metadata, outcome, send, try_to_begin


def test_a_real_tus_client_sends_a_file_in_pieces_and_finds_its_receipt(own):
    file = csv(month(3000, label=PERIOD), "gb18030")
    client = TusClient(f"{own.http}/v1/uploads", headers={"Authorization": f"Bearer {own.accounts()[PERSON].token}"})
    uploader = client.uploader(file_stream=io.BytesIO(file), chunk_size=100_000, metadata=metadata())
    uploader.upload()
    assert len(file) > 300_000
    found = outcome(own, urlsplit(uploader.url).path)
    assert found["state"] == "settled" and found["offset"] == len(file)
    assert found["receipt"]["committed"] == 3000
    asked, body = ask(own, "GET", f"/v1/submissions/{found['receipt']['submission']}/receipt")
    assert asked.status == 200 and json.loads(body) == found["receipt"]


def test_a_connection_that_breaks_loses_nothing_that_came(own):
    file = csv(month(400, label=PERIOD))
    place = begin(own, len(file))
    half = len(file) // 2
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {own.accounts()[PERSON].token}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Content-Length: {len(file)}\r\n\r\n"
    )
    address = urlsplit(own.http)
    with socket.create_connection((address.hostname, address.port)) as line:
        line.sendall(head.encode() + file[:half])
    for _ in range(100):
        answer, _ = ask(own, "HEAD", place)
        if answer.status == 200 and answer.headers["Upload-Offset"] == str(half):
            break
    assert (answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == (str(half), str(len(file)))
    assert "no-store" in answer.headers["Cache-Control"] and answer.headers["Upload-Expires"]
    answer, body = send(own, place, half, file[half:])
    assert answer.status == 204, body
    assert outcome(own, place)["receipt"]["committed"] == 400


def test_an_upload_outlives_a_restart_before_and_after_its_last_byte(own):
    file = csv(month(40, label=PERIOD))
    place = begin(own, len(file))
    assert send(own, place, 0, file[:1000])[0].status == 204
    own.kill()
    own.start()
    answer, _ = ask(own, "HEAD", place)
    assert answer.headers["Upload-Offset"] == "1000"
    assert send(own, place, 1000, file[1000:])[0].status == 204
    first = outcome(own, place)
    assert first["state"] == "settled"
    own.kill()
    own.start()
    assert outcome(own, place)["receipt"] == first["receipt"]


def test_the_wrong_offset_says_where_to_go_on(own):
    place = begin(own, 100)
    assert send(own, place, 0, b"x" * 10)[0].status == 204
    answer, body = send(own, place, 0, b"x" * 10)
    problem = json.loads(body)
    assert answer.status == 409 and problem["code"] == "upload.offset" and "10" in problem["detail_en"]
    answer, body = send(own, place, 10, b"x" * 91)
    assert answer.status == 413 and json.loads(body)["code"] == "upload.longer"


def test_nobody_else_sees_an_upload_and_a_dropped_one_is_gone(own):
    place = begin(own, 100)
    for person in ("tax.prefecture", "amr.reporter"):
        stranger, body = ask(own, "GET", place, person=person)
        nothing, other = ask(own, "GET", "/v1/uploads/up_00000000000000000000000000000000", person=person)
        codes = [json.loads(text)["code"] for text in (body, other)]
        assert (stranger.status, nothing.status, codes) == (404, 404, ["upload.unknown"] * 2)
    assert ask(own, "DELETE", place)[0].status == 204
    assert ask(own, "HEAD", place)[0].status == 404


def test_what_would_be_refused_is_refused_before_the_first_byte(own):
    for pairs, status, code in [
        (metadata(period="199913"), 422, "intake.period_malformed"),
        (metadata(unit="430100"), 422, "intake.unit_not_owed"),
        (metadata(feed="tob_leaf"), 403, None),
        ({"feed": FEED}, 400, "http.parameter_malformed"),
        (metadata(act="correction"), 400, "http.parameter_malformed"),
        (metadata(act="withdrawal"), 400, "http.parameter_malformed"),
        (metadata(idempotency_key="k" * 129), 400, "http.parameter_malformed"),
    ]:
        answer, body = try_to_begin(own, 10, pairs)
        assert answer.status == status, (pairs, body)
        assert code in (None, json.loads(body)["code"])


def test_a_server_says_what_it_can_and_refuses_other_versions_and_strangers(own):
    answer, _ = ask(own, "OPTIONS", "/v1/uploads")
    assert answer.status == 204 and answer.headers["Tus-Version"] == "1.0.0"
    assert {"creation", "expiration", "termination"} == set(answer.headers["Tus-Extension"].split(","))
    refused, body = ask(own, "POST", "/v1/uploads", Tus_Resumable="0.2.2", Upload_Length="1", Upload_Metadata=encoded(metadata()))
    assert refused.status == 412 and json.loads(body)["code"] == "upload.version"
    stranger = http.client.HTTPConnection(urlsplit(own.http).netloc, timeout=60)
    stranger.request("OPTIONS", "/v1/uploads")
    assert stranger.getresponse().status == 401


def test_a_bad_file_comes_to_its_verdict_like_any_other(own):
    meters = month(100, label=PERIOD)
    meters[3] = meters[3].with_cell("电量", "很多")
    file = csv(meters)
    place = begin(own, len(file))
    assert send(own, place, 0, file)[0].status == 204
    found = outcome(own, place)
    assert found["receipt"]["verdict"] == "accepted_with_findings" and found["receipt"]["quarantined"] == 1


def test_a_file_in_pieces_may_correct_what_is_there(own):
    whole = own.caller(PERSON).submit(FEED, PERIOD, UNIT, csv(month(30, label=PERIOD))).json()
    file = csv(month(31, label=PERIOD))
    place = begin(own, len(file), act="correction", of=whole["submission"])
    assert send(own, place, 0, file[:500])[0].status == 204
    assert send(own, place, 500, file[500:])[0].status == 204
    receipt = outcome(own, place)["receipt"]
    assert receipt["act"] == {"kind": "correction", "of": whole["submission"]}
    assert (receipt["committed"], receipt["changes"]["added"]) == (31, 1)


def sent_today(hub) -> tuple[int, int]:
    """Submissions and bytes of the power company on this day in Beijing, as the registry has them."""
    day = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()
    question = "SELECT submissions, bytes FROM department_days WHERE day = ? AND department = 'pow'"
    return remains.registry(hub).execute(question, [day]).fetchone() or (0, 0)


def limited(hub, key: str, usual: int, limit: int):
    file = hub.folder / "taxhub.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(f"{key} = {usual}\n") == 1, text
    file.write_text(text.replace(f"{key} = {usual}\n", f"{key} = {limit}\n"), encoding="utf-8")
    return hub.start()


def test_an_upload_counts_once_and_its_pieces_by_their_bytes(own):
    submissions, size = sent_today(own)
    file = csv(month(40, label=PERIOD))
    place = begin(own, len(file))
    for start in range(0, len(file), 2000):
        assert send(own, place, start, file[start : start + 2000])[0].status == 204
    assert outcome(own, place)["state"] == "settled"
    assert sent_today(own) == (submissions + 1, size + len(file))


def test_an_upload_stops_where_its_department_has_sent_enough_today(idle):
    submissions, size = sent_today(idle)
    hub = limited(idle, "submission_bytes_per_day", 200 << 30, size + 100_000)
    file = csv(month(3000, label=PERIOD))
    place = begin(hub, len(file))
    assert send(hub, place, 0, file[:50_000])[0].status == 204
    answer, body = send(hub, place, 50_000, file[50_000:])
    assert (answer.status, json.loads(body)["code"]) == (429, "intake.quota_bytes"), body
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400
    held, _ = ask(hub, "HEAD", place)
    assert 50_000 <= int(held.headers["Upload-Offset"]) <= 100_000
    # Tomorrow it goes on. Today neither it nor another upload of the department does.
    for answer, body in [send(hub, place, int(held.headers["Upload-Offset"]), b"x"), try_to_begin(hub, 10, metadata())]:
        assert (answer.status, json.loads(body)["code"]) == (429, "intake.quota_bytes"), body
    now = sent_today(hub)
    assert now[0] == submissions + 1 and now[1] > size + 100_000


def test_an_upload_is_not_begun_when_its_department_has_sent_often_enough_today(idle):
    submissions, _ = sent_today(idle)
    hub = limited(idle, "submissions_per_day", 10_000, submissions + 1)
    place = begin(hub, 10)
    answer, body = try_to_begin(hub, 10, metadata())
    assert (answer.status, json.loads(body)["code"]) == (429, "intake.quota_submissions"), body
    assert send(hub, place, 0, b"x")[0].status == 204


def test_the_command_sends_a_large_file_in_pieces(own, tmp_path):
    file = tmp_path / "power.csv"
    file.write_bytes(csv(month(160_000, label=PERIOD)))
    assert file.stat().st_size > 16 << 20
    env = {
        "TAXHUB_URL": own.http, "TAXHUB_TOKEN": own.accounts()[PERSON].token,
        "TAXHUB_CREDENTIALS": str(tmp_path / "credentials.json"),
    }
    ran = binary.run("submit", FEED, "--period", PERIOD, "--unit", UNIT, file, "--json", env=env, seconds=300)
    assert ran.code == 0 and ran.json()["committed"] == 160_000, ran
    pieces = [line for line in own.caller(None).get("/metrics").body.decode().splitlines() if 'operation="continue_upload"' in line]
    assert pieces and all('status="204"' in line for line in pieces) and int(pieces[0].rsplit(" ", 1)[1]) >= 2, pieces
    # The address of what is over is not kept.
    assert json.loads((tmp_path / "uploads.json").read_text(encoding="utf-8")) == {}
