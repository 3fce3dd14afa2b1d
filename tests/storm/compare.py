"""Lake, registry, audit log and receipts tell one story, or this fails with where they part."""
import json
from contextlib import closing
from urllib.parse import unquote

from world import binary, remains
from world.hub import Hub
from world.power_file import FEED


def visible(hub: Hub, label: str) -> tuple[int, int]:
    """Rows and whole kWh an analyst sees in one month of the feed."""
    sql = f"SELECT count(*), CAST(coalesce(sum(kwh), 0) AS BIGINT) FROM v_power_month WHERE month = '{label}'"
    rows, kwh = hub.caller("tax.prefecture", "tax_risk").rows(sql)[0]
    return int(rows), int(kwh)


def compare(hub: Hub, where: str) -> None:
    commits = remains.delta_log(hub, FEED)
    with closing(remains.registry(hub)) as registry:
        open_intents = registry.execute("SELECT count(*) FROM intents WHERE state = 'open'").fetchone()[0]
        assert open_intents == 0, f"{where}: {open_intents} intents are still open after a start"
        submissions = {
            row[0]: row
            for row in registry.execute(
                "SELECT submission_id, period, unit, verdict, revision, report, act, acts_on FROM submissions"
            )
        }
        receipts = {row[0]: json.loads(row[1]) for row in registry.execute("SELECT submission_id, receipt FROM receipts")}
        versions = dict(registry.execute("SELECT submission_id, version FROM lake_seq WHERE feed = ?", (FEED,)))
        slots = list(registry.execute("SELECT period, unit, revision, submission_id FROM slots WHERE feed = ?", (FEED,)))

    assert submissions.keys() == receipts.keys(), f"{where}: settled submissions and receipts differ"
    once(commits, versions, where)
    whole(commits, slots, submissions, receipts, where)
    acted(submissions, where)
    stored(hub, commits, where)
    audited(hub, receipts, where)


def once(commits, versions: dict[str, int], where: str) -> None:
    """Each submission is in at most one commit, and in exactly the one the registry knows."""
    committed: dict[str, list[int]] = {}
    for commit in commits:
        for submission in commit.submissions:
            committed.setdefault(submission, []).append(commit.version)
    for submission, found in committed.items():
        assert len(found) == 1, f"{where}: {submission} was committed {len(found)} times"
    assert {key: found[0] for key, found in committed.items()} == versions, f"{where}: lake and registry differ"


def whole(commits, slots, submissions, receipts, where: str) -> None:
    """The live files of a slot hold exactly the rows its current submission committed, beside those it only added to."""
    live = remains.rows_by_slot(commits)
    for period, unit, revision, submission in slots:
        row = submissions[submission]
        assert row[4] == revision, f"{where}: slot {period} names another revision than its submission"
        committed = json.loads(row[5])["committed"]
        if row[6] == "supplement":
            committed += receipts[submission]["changes"]["same"]
        found = live.pop(f"{period}/{unit}", 0)
        assert found == committed, f"{where}: slot {period} holds {found} rows, its submission committed {committed}"
    assert not any(live.values()), f"{where}: rows without a slot: {live}"


def acted(submissions, where: str) -> None:
    """An accepted correction or withdrawal stands right after what it acted on, and a withdrawal leaves no row."""
    for row in submissions.values():
        verdict, revision, report, act, of = row[3:]
        if of is None or verdict == "rejected":
            continue
        assert of in submissions, f"{where}: {row[0]} acted on a submission that is not there"
        before = submissions[of]
        assert before[1:3] == row[1:3], f"{where}: {row[0]} acted on another slot"
        assert before[4] == revision - 1, f"{where}: {row[0]} acted on revision {before[4]} and became {revision}"
        assert act != "withdrawal" or json.loads(report)["committed"] == 0, f"{where}: {row[0]} withdrew and left rows"


def stored(hub: Hub, commits, where: str) -> None:
    """Every visible file is on the disk and as long as the log says."""
    table = next(path for path in hub.data.rglob("_delta_log") if path.parent.name == FEED).parent
    for path, size in remains.live_files(commits).items():
        file = table / unquote(path)
        assert file.is_file(), f"{where}: a visible data file is not on the disk"
        assert file.stat().st_size == size, f"{where}: a data file is not as long as the log says"


def audited(hub: Hub, receipts: dict[str, dict], where: str) -> None:
    """The log verifies, nothing in it is left open, and the entry each receipt names exists."""
    ran = binary.run("audit", "verify", "--dir", hub.data, "--json")
    assert ran.code == 0, f"{where}: audit verify ended with {ran.code}: {ran.out}{ran.err}"
    entries = [receipt["entry"] for receipt in receipts.values()]
    assert len(entries) == len(set(entries)), f"{where}: two receipts name one audit entry"
    assert max(entries, default=0) < ran.json()["records"], f"{where}: a receipt names an entry that is not in the log"
