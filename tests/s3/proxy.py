"""A proxy before an object store that answers wrongly on purpose: what a network or a tired store does, in the worst moment.

Each fault is a word. "after" means that the request was carried out and its answer is wrong; "before", that it never arrived.
"""
import http.client
import socket
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("503 after", "reset after", "503 before", "reset before")
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def is_log_entry(method: str, path: str) -> bool:
    """The one request on which everything hangs: the creation of a version of a feed's table."""
    return method == "PUT" and "/_delta_log/" in path and urlsplit(path).path.endswith(".json")


class Proxy:
    """`fault` is asked for each request and names a fault or `None`."""

    def __init__(self, store: str):
        self.store = urlsplit(store).netloc
        self.fault = lambda method, path: None
        self.drops_conditions = False
        self.done: Counter[str] = Counter()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def heal(self) -> None:
        self.fault = lambda method, path: None
        self.drops_conditions = False
        self.done.clear()

    def break_log_entries(self, fault: str, times: int) -> None:
        left = iter(range(times))
        self.fault = lambda method, path: (
            fault if is_log_entry(method, path) and next(left, None) is not None else None
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(proxy: Proxy):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = proxy.fault(self.command, self.path)
            if fault:
                proxy.done[fault] += 1
            reply = None if fault and fault.endswith("before") else self.forward(body)
            if fault and fault.startswith("reset"):
                return self.reset()
            if fault:
                reply = (503, [("Content-Type", "application/xml")], b"<Error><Code>SlowDown</Code></Error>")
            self.give(*reply)

        def forward(self, body: bytes):
            headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP_BY_HOP}
            if proxy.drops_conditions:
                headers = {key: value for key, value in headers.items() if key.lower() != "if-none-match"}
            connection = http.client.HTTPConnection(proxy.store, timeout=30)
            try:
                connection.request(self.command, self.path, body=body or None, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            finally:
                connection.close()

        def give(self, status: int, headers, body: bytes):
            self.send_response_only(status)
            length = str(len(body))
            for key, value in headers:
                if key.lower() == "content-length" and self.command == "HEAD":
                    length = value
                elif key.lower() not in HOP_BY_HOP:
                    self.send_header(key, value)
            if status not in (204, 304):
                self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD" and status not in (204, 304):
                self.wfile.write(body)

        def reset(self):
            # Lingering for zero seconds makes the kernel send RST instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.rfile.close()
            self.wfile.close()
            self.connection.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

    return Handler
