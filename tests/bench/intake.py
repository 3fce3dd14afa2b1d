"""One large month: through the hub, and through DuckDB."""
import http.client
import json
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import duckdb

from stopwatch import Peak, once, seconds
from world import binary
from world.power_file import FEED, UNIT

MONTH = "202405"


def measure(hub, scratch: Path, rows: int, runs: int) -> None:
    plain, encoded = (generate(scratch / name, rows, flags) for name, flags in (("utf8", []), ("gb18030", ["--gb18030"])))
    out = scratch / "copied.parquet"

    def copy() -> None:
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{plain}', header = true)) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")

    beside = seconds(copy, runs)
    times = []
    with Peak(hub.pid) as peak:
        # The same file twice would be a duplicate, so each run is a month of its own content.
        for run in range(min(runs, 3)):
            file = encoded if run == 0 else generate(scratch / f"gb{run}", rows, ["--gb18030", "--seed", str(run + 2)])
            times.append(once(lambda: send(hub, file)))
            if run:
                file.unlink()
    ours = sorted(times)[len(times) // 2]
    size = encoded.stat().st_size / (1 << 20)
    print(f"bench: intake of {rows} rows, {size:.0f} MiB GB18030: {ours:.2f} s, peak memory {peak.mib:.0f} MiB")
    print(f"bench: DuckDB COPY of the UTF-8 twin: {beside:.2f} s, ratio {ours / beside:.2f}")


def generate(folder: Path, rows: int, flags: list[str]) -> Path:
    seed = [] if "--seed" in flags else ["--seed", "1"]
    made = binary.run("generate", "--scale", rows, "--months", MONTH, "--out", folder, *seed, *flags, seconds=1800)
    assert made.code == 0, made
    return folder / f"pow_usage_{MONTH}.csv"


def send(hub, file: Path) -> None:
    connection = http.client.HTTPConnection(urlsplit(hub.http).netloc, timeout=1800)
    asked = urlencode({"feed": FEED, "period": MONTH, "unit": UNIT, "file_name": file.name})
    with file.open("rb") as body:
        connection.request("POST", f"/v1/submissions?{asked}", body, {
            "Authorization": f"Bearer {hub.accounts()['pow.reporter'].token}", "Content-Type": "text/csv",
            "Content-Length": str(file.stat().st_size),
        })
        answer = connection.getresponse()
        receipt = json.loads(answer.read())
    assert answer.status in (200, 201) and receipt["quarantined"] == 0, (answer.status, str(receipt)[:500])
