"""The other side of each kind of road, played with a real server. All answer the same few calls, so that one suite asks
them all.

A peer holds rows of `pow_usage` for periods. `settings` is the text of the source's settings file."""
import itertools
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3

from line import Line
from servers import PASSWORD, READER
from world import power_file
from world.power_file import HEADER, UNIT, Meter

COMMON = f"""feeds = ["pow_usage"]
units = ["{UNIT}"]
periods_back = 1
[schedule]
every_seconds = 86400
"""


class Peer:
    """What the suite knows of the other side."""

    kind = ""
    # Whatever a server says before the rows of a pull begin is shorter than this, and the rows are longer.
    cut_after = 10_000

    def __init__(self, folder: Path):
        self.folder = folder
        self.line: Line | None = None
        # The certificate that vouches for the server; without it the line is plain.
        self.authority: Path | None = None
        # Words of the settings that a test wants otherwise.
        self.exchange: dict[str, str] = {}

    def trusted(self) -> str:
        return f'authority_file = "{self.authority}"' if self.authority else ""

    def put(self, label: str, meters: list[Meter]) -> None:
        """From now on these are all rows of the period."""
        raise NotImplementedError

    def settings(self) -> str:
        raise NotImplementedError

    def secret(self, text: str) -> None:
        """The password the hub will use."""
        file = self.folder / "secret"
        file.write_text(text + "\n")
        file.chmod(0o600)

    def close(self) -> None:
        if self.line:
            self.line.close()


class Web(Peer):
    """Rows in pages of JSON, behind a token."""

    kind = "http"

    def __init__(self, folder: Path, authority=None):
        super().__init__(folder)
        self.rows: dict[str, list[dict]] = {}
        self.asked: list[str] = []
        peer = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                peer.asked.append(self.path)
                if self.headers.get("Authorization") != f"Bearer {PASSWORD}":
                    self.send_error(401)
                    return
                words = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
                rows = peer.rows.get(words["month"], [])
                page, size = int(words["page"]), int(words["size"])
                document = {"code": 0, "data": {"total": len(rows), "list": rows[(page - 1) * size : page * size]}}
                body = json.dumps(document, ensure_ascii=False).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.scheme = "http"
        if authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme, self.authority = "https", authority.file
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.line = Line("127.0.0.1", self.server.server_port)
        self.secret(PASSWORD)

    def put(self, label: str, meters: list[Meter]) -> None:
        self.rows[label] = [dict(zip(HEADER, meter.record())) for meter in meters]

    def settings(self) -> str:
        return COMMON + f"""
[http]
url = "{self.scheme}://127.0.0.1:{self.line.port}/meters?month={{period}}&page={{page}}&size={{page_rows}}"
token_file = "{self.folder / 'secret'}"
{self.trusted()}
answer_seconds = 1
[http.rows]
at = "data.list"
total = "data.total"
status = "code"
status_good = ["0"]
page_rows = 100
"""

    def close(self) -> None:
        super().close()
        self.server.shutdown()
        self.server.server_close()


class Bucket(Peer):
    """Objects in a store that speaks S3."""

    kind = "objects"
    _numbers = itertools.count()

    def __init__(self, folder: Path, endpoint: str):
        super().__init__(folder)
        self.name = f"exchange-{next(self._numbers)}"
        self.client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                                   aws_access_key_id=READER, aws_secret_access_key=PASSWORD)
        self.client.create_bucket(Bucket=self.name)
        there = urlsplit(endpoint)
        self.line = Line(there.hostname, there.port)
        self.secret(PASSWORD)

    def put(self, label: str, meters: list[Meter]) -> None:
        key = f"power/pow_usage_{label}_{UNIT}.csv"
        self.client.put_object(Bucket=self.name, Key=key, Body=power_file.csv(meters))

    def settings(self) -> str:
        return COMMON + f"""
[objects]
endpoint = "http://127.0.0.1:{self.line.port}"
bucket = "{self.name}"
prefix = "power"
access_key_id = "{READER}"
secret_file = "{self.folder / 'secret'}"
answers = "answers"
answer_seconds = 2
"""


class Drop(Peer):
    """Files with ready-markers."""

    kind = "folder"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.inbox = folder / "inbox"
        self.inbox.mkdir()

    def put(self, label: str, meters: list[Meter]) -> None:
        self.file(f"pow_usage_{label}_{UNIT}.csv", power_file.csv(meters))

    def file(self, name: str, content: bytes, marker: str = "") -> None:
        (self.inbox / name).write_bytes(content)
        (self.inbox / f"{name}.ready").write_text(marker)

    def settings(self) -> str:
        return COMMON + f"""
[folder]
path = "{self.inbox}"
ready = "marker"
"""
