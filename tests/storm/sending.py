"""What the storm sends: small files, each unlike any other, some of them damaged, empty-handed or refused as a whole."""
import random
from dataclasses import dataclass

from world.power_file import FEED, UNIT, Meter, csv, month

LABELS = [f"2024{number:02d}" for number in range(7, 13)]


@dataclass(frozen=True)
class Sending:
    """One submission as its sender knows it. `rows` and `kwh` are what the slot shows once it is settled."""

    number: int
    label: str
    body: bytes
    zero: bool
    refused: bool
    rows: int
    kwh: int

    @property
    def key(self) -> str:
        return f"storm-{self.number}"

    def send(self, hub, seconds: float = 30):
        """The reply, or `None` when the hub died under it."""
        try:
            return hub.caller("pow.reporter").submit(
                FEED, self.label, UNIT, self.body, zero=self.zero, key=self.key, seconds=seconds
            )
        except OSError:
            return None
        except Exception as broken:  # http.client's own errors for a connection that ended in the middle
            if type(broken).__module__ == "http.client":
                return None
            raise


class Sender:
    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.number = 0

    def ordinary(self) -> Sending:
        """A file with one bad row, so that every step of the settling order is passed."""
        return self._file(bad=1)

    def any(self) -> Sending:
        kind = self.dice.choice(["file", "file", "file", "clean", "zero", "refused"])
        if kind == "zero":
            return Sending(self._next(), self.dice.choice(LABELS), b"", True, False, 0, 0)
        if kind == "refused":
            number = self._next()
            body = f"水表号,用户名称\r\n{number},云鹤商行\r\n".encode()
            return Sending(number, self.dice.choice(LABELS), body, False, True, 0, 0)
        return self._file(bad=1 if kind == "file" else 0)

    def _file(self, bad: int) -> Sending:
        number, label = self._next(), self.dice.choice(LABELS)
        count = self.dice.randint(20, 60)
        meters = month(count, label=label, first=number * 100, kwh=1000 + number)
        kwh = sum(meter.kwh for meter in meters)
        meters += [Meter(number * 100 + 90, month=label).with_cell("电量", "约五百")] * bad
        return Sending(number, label, csv(meters), False, False, count, kwh)

    def _next(self) -> int:
        self.number += 1
        return self.number
