"""Seconds and memory."""
import statistics
import threading
import time
from pathlib import Path


def seconds(work, runs: int) -> float:
    """Median of the runs after one that warms up."""
    work()
    return statistics.median(once(work) for _ in range(runs))


def in_turn(one, other, runs: int) -> tuple[float, float]:
    """Medians of two works that take turns, so that whatever slows the machine down slows both."""
    one(), other()
    times = [(once(one), once(other)) for _ in range(runs)]
    return statistics.median(first for first, _ in times), statistics.median(second for _, second in times)


def once(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Peak:
    """The most memory a process and its children held together, looked at twenty times a second."""

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
            self.mib = max(self.mib, held_mib(self.pid))


def held_mib(pid: int) -> float:
    """What the processes hold of their own, and once the pages of the program, which they share."""
    held = [memory_kib(member) for member in family(pid)]
    return (sum(own for own, _ in held) + max((shared for _, shared in held), default=0)) / 1024


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


def memory_kib(pid: int) -> tuple[int, int]:
    """Resident memory: anonymous, and of files."""
    found = {"RssAnon:": 0, "RssFile:": 0, "RssShmem:": 0}
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if (word := line.split()) and word[0] in found:
                found[word[0]] = int(word[1])
    except OSError:
        pass
    return found["RssAnon:"] + found["RssShmem:"], found["RssFile:"]
