"""What a hub leaves on the disk, read without its help: the lake's log, the registry, the audit log.

Used by the storm and by tests that look for what must not be there.
"""
import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from world.hub import Hub


def files(hub: Hub) -> list[Path]:
    """Every file under the data folder except the key files, which are secrets by themselves."""
    return [path for path in sorted(hub.data.rglob("*")) if path.is_file() and "keys" not in path.parts]


def plain_bytes(file: Path) -> bytes:
    """The bytes as anyone with the disk would see them. Parquet pages are decompressed if pyarrow is here."""
    return file.read_bytes()


def audit_log(hub: Hub) -> Path:
    """The file of audit records: the largest JSON-lines file in the audit folder."""
    folder = next(path for path in hub.data.rglob("*") if path.is_dir() and path.name == "audit")
    candidates = [path for path in folder.iterdir() if path.suffix in (".jsonl", ".ndjson", ".log")]
    return max(candidates, key=lambda path: path.stat().st_size)


@dataclass(frozen=True)
class Commit:
    version: int
    submissions: tuple[str, ...]
    added: tuple[tuple[str, int, str], ...]
    removed: tuple[str, ...]
    sizes: dict[str, int]


def delta_log(hub: Hub, feed: str) -> list[Commit]:
    """Commits of the feed's table in order. A commit that is empty or does not parse fails here."""
    folder = next(path for path in hub.data.rglob("_delta_log") if path.parent.name == feed)
    commits = []
    for file in sorted(folder.glob("*.json")):
        if not re.fullmatch(r"\d{20}\.json", file.name):
            continue
        commits.append(commit(file.name, file.read_text(encoding="utf-8")))
    return commits


def commit(name: str, text: str) -> Commit:
    """One entry of a table's log."""
    actions = [json.loads(line) for line in text.splitlines() if line.strip()]
    assert actions, f"{name} is empty"
    return Commit(
        int(name.removesuffix(".json")),
        tuple(a["txn"]["appId"].removeprefix("hub/") for a in actions if "txn" in a),
        tuple((a["add"]["path"], rows_of(a["add"]), slot_of(a["add"])) for a in actions if "add" in a),
        tuple(a["remove"]["path"] for a in actions if "remove" in a),
        {a["add"]["path"]: a["add"]["size"] for a in actions if "add" in a},
    )


def rows_of(add: dict) -> int:
    return json.loads(add["stats"])["numRecords"]


def slot_of(add: dict) -> str:
    values = add["partitionValues"]
    return f"{values['period']}/{values['reporting_unit']}"


def live_files(commits: list[Commit]) -> dict[str, int]:
    """Size in bytes of each data file that is visible after the last commit."""
    live: dict[str, int] = {}
    for commit in commits:
        for path in commit.removed:
            live.pop(path, None)
        live.update(commit.sizes)
    return live


def rows_by_slot(commits: list[Commit]) -> dict[str, int]:
    """Visible rows of each slot after the last commit."""
    live: dict[str, tuple[int, str]] = {}
    for commit in commits:
        for path in commit.removed:
            live.pop(path, None)
        for path, rows, slot in commit.added:
            live[path] = (rows, slot)
    totals: dict[str, int] = {}
    for rows, slot in live.values():
        totals[slot] = totals.get(slot, 0) + rows
    return totals


def registry(hub: Hub) -> sqlite3.Connection:
    """The registry, read-only."""
    file = next(path for path in hub.data.rglob("*") if path.suffix in (".sqlite", ".db"))
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True)


