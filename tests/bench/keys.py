"""Memory of a check over very many rows, each with a key of its own."""
import subprocess
import time
from pathlib import Path

from stopwatch import Peak
from world import binary

CONTRACT = Path(__file__).resolve().parents[2] / "schemas" / "feeds" / "pow" / "pow_usage.yaml"
FEED = "pow_usage_large"
HEADER = "户号,户名,所属县市代码,用电类别,用电地址,电量,电费,电费月\n"
ROWS_AT_ONCE = 100_000


def measure(scratch: Path, rows: int) -> None:
    contracts = scratch / "contracts" / "pow"
    contracts.mkdir(parents=True)
    text = CONTRACT.read_text(encoding="utf-8").replace("id: pow_usage\n", f"id: {FEED}\n", 1)
    text = text.replace("- name: pow_usage\n", f"- name: {FEED}\n", 1).replace("rows_max: 5000000", f"rows_max: {rows + 1}", 1)
    (contracts / f"{FEED}.yaml").write_text(text, encoding="utf-8")
    file = scratch / "keys.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for start in range(0, rows, ROWS_AT_ONCE):
            numbers = range(start, min(rows, start + ROWS_AT_ONCE))
            out.write("".join(f"{7_310_000_000 + number},某厂,433101,1,路1号,100,70.00,202405\n" for number in numbers))
    words = [str(binary.path()), "check", FEED, str(file), "--period", "202405", "--unit", "433100", "--contracts", str(contracts.parent), "--json"]
    began = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        with Peak(process.pid) as peak:
            code = process.wait()
    took = time.perf_counter() - began
    assert code == 0, code
    print(f"bench: {rows} distinct keys, {file.stat().st_size / (1 << 20):.0f} MiB: checked in {took:.0f} s, peak memory {peak.mib:.0f} MiB")
    file.unlink()
