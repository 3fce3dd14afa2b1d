"""Turns the output of one stage into `passed failed`: `count.py EXIT_CODE LOG`.

Knows cargo's, pytest's and our own summaries, and the ticks of the demo. A stage without one counts as a single check, judged by its exit code; a
stage that fails without reporting a failure counts as one failure.
"""
import re
import sys
from pathlib import Path


def counts(code: int, log: str) -> tuple[int, int]:
    cargo = re.findall(r"^test result: \w+\. (\d+) passed; (\d+) failed", log, re.MULTILINE)
    if cargo:
        passed, failed = (sum(int(pair[at]) for pair in cargo) for at in (0, 1))
    elif tidy := re.search(r"^tidy: (\d+) rules, (\d+) breaches", log, re.MULTILINE):
        breached = set(re.findall(r"^tidy: ([a-z ]+): ", log, re.MULTILINE))
        passed, failed = int(tidy.group(1)) - len(breached), len(breached)
    elif re.search(r"^[✔✘] ", log, re.MULTILINE):
        passed, failed = (len(re.findall(rf"^{mark} ", log, re.MULTILINE)) for mark in "✔✘")
    elif summary := summary_line(log):
        passed, failed = (number(summary, word) for word in ("passed", "failed"))
        failed += number(summary, "error")
    else:
        passed, failed = (1, 0) if code == 0 else (0, 1)
    if code != 0 and failed == 0:
        failed = 1
    return passed, failed


def summary_line(log: str) -> str:
    """The last line that speaks of passed or failed tests, as pytest and the storm end."""
    lines = [line for line in log.splitlines() if re.search(r"\b\d+ (passed|failed|errors?)\b", line)]
    return lines[-1] if lines else ""


def number(summary: str, word: str) -> int:
    found = re.search(rf"(\d+) {word}", summary)
    return int(found.group(1)) if found else 0


if __name__ == "__main__":
    print(*counts(int(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8", errors="replace")))
