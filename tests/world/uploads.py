"""A client of `/v1/uploads` that does one step at a time: tus 1.0.0 by hand, so that a test decides every request."""
import base64
import http.client
import json
from urllib.parse import urlsplit

from world.power_file import FEED, UNIT

PERIOD = "202506"
PERSON = "pow.reporter"


def metadata(**more: str) -> dict[str, str]:
    return {"feed": FEED, "period": PERIOD, "unit": UNIT, "filename": "用电量.csv", **more}


def encoded(pairs: dict[str, str]) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def ask(hub, method: str, path: str, body: bytes = b"", person: str = PERSON, **headers: str):
    connection = http.client.HTTPConnection(urlsplit(hub.http).netloc, timeout=60)
    known = {"Authorization": f"Bearer {hub.accounts()[person].token}", "Tus-Resumable": "1.0.0"}
    connection.request(method, path, body, {**known, **{key.replace("_", "-"): value for key, value in headers.items()}})
    answer = connection.getresponse()
    return answer, answer.read()


def try_to_begin(hub, length: int, pairs: dict[str, str]):
    return ask(hub, "POST", "/v1/uploads", Upload_Length=str(length), Upload_Metadata=encoded(pairs))


def begin(hub, length: int, **more: str) -> str:
    answer, body = try_to_begin(hub, length, metadata(**more))
    assert answer.status == 201, (answer.status, body)
    return answer.headers["Location"]


def send(hub, place: str, offset: int, piece: bytes):
    return ask(hub, "PATCH", place, piece, Upload_Offset=str(offset), Content_Type="application/offset+octet-stream")


def outcome(hub, place: str) -> dict:
    answer, body = ask(hub, "GET", f"{place}?wait=60")
    assert answer.status == 200, (answer.status, body)
    return json.loads(body)
