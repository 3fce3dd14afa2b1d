"""The comparison is tried too: each of these hubs is damaged in one way, and a comparison that stays silent has failed.

The hub is not running; every damage is done to a copy.
"""
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

from compare import compare
from world import remains
from world.hub import Hub
from world.power_file import FEED


def log_folder(hub: Hub) -> Path:
    return next(path for path in hub.data.rglob("_delta_log") if path.parent.name == FEED)


def adding_commits(hub: Hub) -> list[Path]:
    """The log's entries of which something is still visible, in order."""
    commits = remains.delta_log(hub, FEED)
    live = remains.live_files(commits)
    return [log_folder(hub) / f"{commit.version:020}.json" for commit in commits if live.keys() & commit.sizes.keys()]


def in_registry(statement: str):
    def damage(hub: Hub) -> None:
        file = Path(next(row[2] for row in remains.registry(hub).execute("PRAGMA database_list")))
        with closing(sqlite3.connect(file)) as registry:
            registry.execute("PRAGMA foreign_keys = OFF")
            # The registry's own guards would refuse; damage does not ask.
            for (guard,) in registry.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                registry.execute(f"DROP TRIGGER {guard}")
            changed = registry.execute(statement).rowcount
            registry.commit()
        assert changed > 0, f"nothing to damage: {statement}"

    return damage


def committed_twice(hub: Hub) -> None:
    commits = remains.delta_log(hub, FEED)
    last = adding_commits(hub)[-1]
    (log_folder(hub) / f"{commits[-1].version + 1:020}.json").write_bytes(last.read_bytes())


def half_a_commit(hub: Hub) -> None:
    last = adding_commits(hub)[-1]
    lines = last.read_text(encoding="utf-8").splitlines()
    adds = [line for line in lines if '"add"' in line and json.loads(line).get("add")]
    last.write_text("\n".join(line for line in lines if line != adds[0]) + "\n", encoding="utf-8")


def commit_lost(hub: Hub) -> None:
    adding_commits(hub)[-1].unlink()


def data_file(change):
    def damage(hub: Hub) -> None:
        path = sorted(remains.live_files(remains.delta_log(hub, FEED)))[0]
        change(log_folder(hub).parent / unquote(path))

    return damage


def audit(change):
    def damage(hub: Hub) -> None:
        file = remains.audit_log(hub)
        file.write_bytes(change(file.read_bytes()))

    return damage


DAMAGES = {
    "a receipt is lost": in_registry("DELETE FROM receipts WHERE rowid = (SELECT max(rowid) FROM receipts)"),
    "a settled submission is lost": in_registry("DELETE FROM submissions WHERE rowid = (SELECT max(rowid) FROM submissions)"),
    "the registry forgot a commit": in_registry(f"DELETE FROM lake_seq WHERE seq = (SELECT max(seq) FROM lake_seq WHERE feed = '{FEED}')"),
    "the registry forgot a slot": in_registry(
        f"DELETE FROM slots WHERE (feed, period) = (SELECT feed, max(period) FROM slots WHERE feed = '{FEED}')"
    ),
    "a correction of an older state": in_registry(
        "UPDATE submissions SET acts_on = (SELECT min(submission_id) FROM submissions AS other WHERE other.feed = submissions.feed"
        " AND other.period <> submissions.period) WHERE acts_on IS NOT NULL AND revision IS NOT NULL"
    ),
    "two receipts name one entry": in_registry(
        "UPDATE receipts SET receipt = json_set(receipt, '$.entry', (SELECT min(entry) FROM receipts))"
    ),
    "a submission committed twice": committed_twice,
    "half a commit": half_a_commit,
    "a commit is lost": commit_lost,
    "a data file is gone": data_file(lambda path: path.unlink()),
    "a data file is cut": data_file(lambda path: path.write_bytes(path.read_bytes()[:-1])),
    "a bit of the audit log": audit(lambda log: log[:200] + bytes([log[200] ^ 1]) + log[201:]),
    "the last entry of the audit log": audit(lambda log: log[: log.rstrip(b"\n").rfind(b"\n") + 1]),
}


def noticed(hub: Hub, scratch: Path, name: str) -> None:
    """A copy of a hub whose comparison passes is damaged; then it must fail."""
    copy = hub.copy_to(scratch / name.replace(" ", "-"))
    compare(copy, "before the damage")
    DAMAGES[name](copy)
    try:
        compare(copy, name)
    except AssertionError:
        return
    raise RuntimeError(f"the comparison did not notice: {name}")
