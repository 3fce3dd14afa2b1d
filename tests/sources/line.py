"""A line between the hub and a server that the test can cut, slow down or let be."""
import socket
import threading
import time


class Line:
    """Passes bytes on. What the server says can be cut off after some bytes, or made to stop."""

    def __init__(self, host: str, port: int):
        self.target = (host, port)
        self.cut_after: int | None = None
        self.cuts_left = 0
        self.silent = False
        self.refusing = False
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def heal(self) -> None:
        self.cut_after, self.cuts_left, self.silent, self.refusing = None, 0, False, False

    def cut(self, after: int, times: int = 1) -> None:
        """The next `times` connections that say more than `after` bytes break off there."""
        self.cut_after, self.cuts_left = after, times

    def close(self) -> None:
        self._listener.close()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                near.close()
                continue
            self.connections += 1
            far = socket.create_connection(self.target)
            self._open += [near, far]
            threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        said = 0
        try:
            while piece := source.recv(4096):
                while is_answer and self.silent:
                    time.sleep(0.05)
                said += len(piece)
                if is_answer and self.cut_after is not None and self.cuts_left > 0 and said > self.cut_after:
                    self.cuts_left -= 1
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
