"""The same questions, governed over HTTP and plain in this process, over the same Parquet files."""
import os
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import datafusion

from stopwatch import in_turn, seconds
from world import remains
from world.power_file import FEED

# Equivalent by hand: the county's rows only. Token columns are stored as tokens, so both sides read the same bytes.
SCOPE = "county_code = '433101'"
QUESTIONS = {
    "one number": "SELECT count(*) FROM {t}",
    "sums by month and class": "SELECT month, use_class, sum(kwh), sum(fee) FROM {t} GROUP BY month, use_class ORDER BY 1, 2",
    "largest ten": "SELECT account_no, kwh FROM {t} ORDER BY kwh DESC, account_no LIMIT 10",
    "a range": "SELECT count(*), max(fee) FROM {t} WHERE kwh BETWEEN 5000 AND 9000",
    "one industry": "SELECT sum(kwh) FROM {t} WHERE industry_code = '5211' AND use_class = '2'",
    "distinct accounts": "SELECT count(DISTINCT account_no) FROM {t}",
}


# Questions take milliseconds, and so do a machine's moods: medians of fewer runs differ by a third from one try to the next.
RUNS_MIN = 40


def measure(hub, runs: int) -> None:
    runs = max(runs, RUNS_MIN)
    caller = hub.caller("tax.jishou", "tax_risk")
    with TemporaryDirectory(dir=hub.folder) as folder:
        for number, file in enumerate(live_files(hub)):
            os.link(file, Path(folder) / f"{number}.parquet")
        context = datafusion.SessionContext()
        context.register_parquet("plain", folder)
        compare(caller, context, runs)


def compare(caller, context, runs: int) -> None:
    fixed = seconds(lambda: caller.rows("SELECT 1"), runs)
    print(f"bench: the fixed way of a question: {fixed * 1000:.1f} ms")
    ratios = []
    for title, text in QUESTIONS.items():
        plain = f"(SELECT * FROM plain WHERE {SCOPE}) AS p"
        beside, ours = in_turn(
            lambda: context.sql(text.replace("{t}", plain)).collect(), lambda: caller.rows(text.replace("{t}", "v_power_month")), runs
        )
        ratios.append((ours - fixed) / beside)
        print(f"bench: {title}: governed {ours * 1000:.1f} ms, plain {beside * 1000:.1f} ms, "
              f"ratio {ours / beside:.2f}, without the fixed way {ratios[-1]:.2f}")
    print(f"bench: governed against plain, median without the fixed way: {statistics.median(ratios):.2f}")


def live_files(hub) -> list[str]:
    """The Parquet files of the feed's last version, as the log on the disk names them."""
    live: set[str] = set()
    for commit in remains.delta_log(hub, FEED):
        live -= set(commit.removed)
        live |= {path for path, _, _ in commit.added}
    table = next(path.parent for path in hub.data.rglob("_delta_log") if path.parent.name == FEED)
    return [str(table / unquote(path)) for path in sorted(live)]
