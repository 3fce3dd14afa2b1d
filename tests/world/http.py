"""The HTTP gateway with nothing but the standard library. Refusals are answers here, not exceptions."""
import http.client
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem document."""
        return self.json().get("code", "")


@dataclass(frozen=True)
class Caller:
    """One person with one purpose. `Connection: close` on each request keeps tests independent of each other."""

    base: str
    token: str | None
    purpose: str | None = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None,
        seconds: float = 60,
    ) -> Reply:
        sent = {"Connection": "close", **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.purpose:
            sent["X-Taxhub-Purpose"] = self.purpose
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=seconds)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            read = answer.read()
            return Reply(answer.status, {key.lower(): value for key, value in answer.getheaders()}, read)
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, document: object, headers: dict[str, str] | None = None) -> Reply:
        head = {"Content-Type": "application/json", **(headers or {})}
        return self.request("POST", path, json.dumps(document).encode(), head)

    def query(self, sql: str, **fields: object) -> Reply:
        return self.post("/v1/query", {"sql": sql, **fields})

    def rows(self, sql: str) -> list[list]:
        """Rows of an answer that must come."""
        reply = self.query(sql)
        assert reply.status == 200, (sql, reply.status, reply.body[:600])
        return rows_of(reply.json())

    def submit(
        self, feed: str, period: str, unit: str, body: bytes, *, zero: bool = False, key: str | None = None,
        file_name: str = "file.csv", seconds: float = 60, **act: str,
    ) -> Reply:
        """`act` is what makes it no ordinary file: `act="correction", of="sub_…"`."""
        asked = {"feed": feed, "period": period, "unit": unit, "file_name": file_name, **act}
        if zero:
            asked["zero"] = "true"
        head = {"Content-Type": "text/csv"}
        if key:
            head["Idempotency-Key"] = key
        return self.request("POST", "/v1/submissions?" + urlencode(asked), body, head, seconds)

    def withdraw(self, id: str, reason: str | None = None, *, key: str | None = None, seconds: float = 60) -> Reply:
        head = {"Content-Type": "application/json"}
        if key:
            head["Idempotency-Key"] = key
        body = json.dumps({"reason": reason}).encode()
        return self.request("POST", f"/v1/submissions/{id}/withdraw", body, head, seconds)


def rows_of(answer: dict) -> list[list]:
    """Rows as lists, whatever of the two forms the answer has."""
    rows = answer["rows"]
    if rows and isinstance(rows[0], dict):
        return [[row[column["name"]] for column in answer["columns"]] for row in rows]
    return rows


def eventually(what, seconds: float = 10, pause: float = 0.05):
    """Asks again until the answer is truthy; returns it, or fails with the last one."""
    until = time.monotonic() + seconds
    while not (got := what()):
        assert time.monotonic() < until, f"did not happen within {seconds} s, last answer {got!r}"
        time.sleep(pause)
    return got
