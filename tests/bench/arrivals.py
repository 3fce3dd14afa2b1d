"""What a sender waits for: the verdict after the last byte, a file in which every row is bad, and a workbook."""
import http.client
import json
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import xlsxwriter

from intake import MONTH, generate
from stopwatch import Peak, once
from world import binary
from world.power_file import FEED, UNIT

# What a line of one gigabit carries of a body.
LINE_BYTES_PER_SECOND = 110_000_000
PIECE_BYTES = 1 << 20


def measure(hub, scratch: Path, rows: int) -> None:
    good = generate(scratch / "good", rows, ["--gb18030", "--seed", "71"])
    bad = spoiled(good)
    clean_seconds = once(lambda: checked(good))
    bad_seconds = once(lambda: checked(bad))
    print(f"bench: a file with {rows} bad rows is checked in {bad_seconds:.2f} s, the clean one in {clean_seconds:.2f} s, ratio {bad_seconds / clean_seconds:.2f}")
    bad.unlink()
    long = generate(scratch / "long", 500_000_000 * rows // good.stat().st_size, ["--gb18030", "--seed", "72"])
    good.unlink()
    waited, verdict = at_line_speed(hub, long)
    print(f"bench: {long.stat().st_size / 1e6:.0f} MB sent at {LINE_BYTES_PER_SECOND / 1e6:.0f} MB/s: {verdict} {waited:.2f} s after the last byte")
    long.unlink()
    workbook(scratch)


def checked(file: Path) -> None:
    ran = binary.run("check", FEED, file, "--period", MONTH, "--unit", UNIT, "--json", seconds=1800)
    assert ran.code in (0, 10, 20), ran


def spoiled(file: Path) -> Path:
    """The same rows, each of a county that there is none of."""
    to = file.with_name(f"bad_{file.name}")
    with file.open("rb") as lines, to.open("wb") as out:
        header = next(lines)
        out.write(header)
        county = header.decode("gb18030").split(",").index("所属县市代码")
        for line in lines:
            cells = line.split(b",")
            cells[county] = b"439999"
            out.write(b",".join(cells))
    return to


def at_line_speed(hub, file: Path) -> tuple[float, str]:
    """Seconds from the last byte to the receipt, and what it says."""
    connection = http.client.HTTPConnection(urlsplit(hub.http).netloc, timeout=1800)
    asked = urlencode({"feed": FEED, "period": MONTH, "unit": UNIT, "file_name": file.name})
    connection.putrequest("POST", f"/v1/submissions?{asked}")
    connection.putheader("Authorization", f"Bearer {hub.accounts()['pow.reporter'].token}")
    connection.putheader("Content-Type", "text/csv")
    connection.putheader("Content-Length", str(file.stat().st_size))
    connection.endheaders()
    began, sent = time.perf_counter(), 0
    with file.open("rb") as body:
        while piece := body.read(PIECE_BYTES):
            connection.send(piece)
            sent += len(piece)
            ahead = sent / LINE_BYTES_PER_SECOND - (time.perf_counter() - began)
            if ahead > 0:
                time.sleep(ahead)
    over = time.perf_counter()
    answer = connection.getresponse()
    receipt = json.loads(answer.read())
    assert answer.status in (200, 201), (answer.status, str(receipt)[:500])
    return time.perf_counter() - over, receipt["verdict"]


def workbook(scratch: Path, rows: int = 150_000) -> None:
    """The generated month as a workbook, every cell a text."""
    csv = generate(scratch / "sheet", rows, ["--seed", "73"])
    file, cells = csv.with_suffix(".xlsx"), 0
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet()
    with csv.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines):
            values = line.rstrip("\r\n").split(",")
            cells += len(values)
            for column, value in enumerate(values):
                sheet.write_string(number, column, value)
    book.close()
    words = [str(binary.path()), "check", FEED, str(file), "--period", MONTH, "--unit", UNIT, "--json"]
    began = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with Peak(process.pid) as peak:
            code = process.wait()
    took = time.perf_counter() - began
    assert code in (0, 10), code
    print(f"bench: a workbook of {cells} cells is checked in {took:.2f} s, {cells / took / 1e6:.2f} million cells/s, peak memory {peak.mib:.0f} MiB")
    file.unlink()
    csv.unlink()
