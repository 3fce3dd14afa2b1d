"""What the storm sends: small files, each unlike any other, some of them damaged, empty-handed or refused as a whole; and
corrections, supplements and withdrawals of what their slot holds."""
import random
from dataclasses import dataclass

from world.power_file import FEED, UNIT, Meter, csv, month

LABELS = [f"2024{number:02d}" for number in range(7, 13)]


@dataclass
class Sending:
    """One submission as its sender knows it. `rows` and `kwh` are what the slot shows once it is settled."""

    number: int
    label: str
    body: bytes
    zero: bool
    refused: bool
    rows: int
    kwh: int
    # `correction`, `supplement` and `withdrawal` act on what the slot holds when they are first sent.
    act: str = "whole"
    of: str | None = None

    @property
    def key(self) -> str:
        return f"storm-{self.number}"

    def on(self, shown: tuple[int, int]) -> "Sending":
        """On top of what the slot shows, which stays when rows are only added."""
        if self.act == "supplement":
            self.rows, self.kwh = self.rows + shown[0], self.kwh + shown[1]
        return self

    def send(self, hub, seconds: float = 30):
        """The reply, or `None` when the hub died under it."""
        try:
            self._look(hub)
            reporter = hub.caller("pow.reporter")
            if self.act == "withdrawal":
                return reporter.withdraw(self.of, "storm", key=self.key, seconds=seconds)
            acting = {"act": self.act, "of": self.of} if self.of else {}
            return reporter.submit(
                FEED, self.label, UNIT, self.body, zero=self.zero, key=self.key, seconds=seconds, **acting
            )
        except OSError:
            return None
        except Exception as broken:  # http.client's own errors for a connection that ended in the middle
            if type(broken).__module__ == "http.client":
                return None
            raise

    def _look(self, hub) -> None:
        """Finds the submission to act on, once. With nothing there, a correction or a supplement is an ordinary file and a
        withdrawal a zero report."""
        if self.act == "whole" or self.of:
            return
        asked = f"/v1/submissions?feed={FEED}&period={self.label}&unit={UNIT}&limit=1000"
        reply = hub.caller("pow.reporter").get(asked)
        assert reply.status == 200, reply.body[:400]
        held = [one for one in reply.json()["items"] if one["current"] and one["act"]["kind"] != "withdrawal"]
        if held:
            self.of = held[0]["id"]
        else:
            self.zero, self.act = self.act == "withdrawal", "whole"


class Sender:
    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.number = 0

    def ordinary(self) -> Sending:
        """A file with one bad row, so that every step of the settling order is passed; whole or a correction."""
        return self._file(bad=1, act=self.dice.choice(["whole", "correction"]))

    def acting(self) -> Sending:
        """As `ordinary`, and sometimes one that adds to what is there or takes it back."""
        kind = self.dice.choice(["withdrawal", "supplement", "ordinary", "ordinary"])
        if kind == "withdrawal":
            return self._withdrawal()
        return self._file(bad=1, act="supplement") if kind == "supplement" else self.ordinary()

    def any(self) -> Sending:
        kinds = ["file", "file", "clean", "correction", "supplement", "withdrawal", "zero", "refused"]
        kind = self.dice.choice(kinds)
        if kind == "withdrawal":
            return self._withdrawal()
        if kind == "zero":
            return Sending(self._next(), self.dice.choice(LABELS), b"", True, False, 0, 0)
        if kind == "refused":
            number = self._next()
            body = f"水表号,用户名称\r\n{number},云鹤商行\r\n".encode()
            return Sending(number, self.dice.choice(LABELS), body, False, True, 0, 0)
        return self._file(bad=1 if kind == "file" else 0, act=kind if kind in ("correction", "supplement") else "whole")

    def _withdrawal(self) -> Sending:
        return Sending(self._next(), self.dice.choice(LABELS), b"", False, False, 0, 0, act="withdrawal")

    def _file(self, bad: int, act: str) -> Sending:
        number, label = self._next(), self.dice.choice(LABELS)
        count = self.dice.randint(20, 60)
        meters = month(count, label=label, first=number * 100, kwh=1000 + number)
        kwh = sum(meter.kwh for meter in meters)
        meters += [Meter(number * 100 + 90, month=label).with_cell("电量", "约五百")] * bad
        return Sending(number, label, csv(meters), False, False, count, kwh, act=act)

    def _next(self) -> int:
        self.number += 1
        return self.number
