"""Seconds and memory."""
import statistics
import threading
import time
from pathlib import Path


def seconds(work, runs: int) -> float:
    """Median of the runs after one that warms up."""
    work()
    return statistics.median(once(work) for _ in range(runs))


def once(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Peak:
    """The largest sum of resident memory a process and its children had, looked at twenty times a second."""

    def __init__(self, pid: int):
        self.pid, self.mib, self._stop = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self.mib = max(self.mib, sum(resident_kib(pid) for pid in family(self.pid)) / 1024)


def family(pid: int) -> list[int]:
    found, ask = [pid], [pid]
    while ask:
        tasks = Path(f"/proc/{ask.pop()}/task")
        for children in tasks.glob("*/children"):
            try:
                more = [int(word) for word in children.read_text().split()]
            except OSError:
                continue
            found += more
            ask += more
    return found


def resident_kib(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
