"""Timings beside public tools, as ratios: `python3 tests/bench [--rows N] [--runs N] [--large-gib G] [--keys N]`. Reported, never asserted.

Intake: a GB18030 month, decoded, checked, sealed and committed by the hub, against DuckDB's `COPY … TO parquet (zstd)` of the
UTF-8 twin without checks. Questions: a governed view over HTTP, against hand-written SQL on plain DataFusion over the same
Parquet files in this process; the fixed way through HTTP, decision, audit and worker is shown apart, as `SELECT 1`.
Arrivals: how long a sender at the speed of the line waits for the verdict, a file in which every row is bad, a workbook.
Memory: one file of two gibibytes, and the most that hub and workers held together; a check of very many distinct keys.
Builds the release binary; the public tools live in a virtual environment of their own.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=1_500_000)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--large-gib", type=float, default=2.0, help="size of the file for the memory measurement; 0 leaves it out")
    asked.add_argument("--keys", type=int, default=20_000_000, help="rows with a key of their own for the memory of a check; 0 leaves it out")
    asked.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wanted = asked.parse_args()
    if not wanted.inside:
        return outside(wanted)
    import arrivals
    import intake
    import keys
    import large
    import questions
    from world import hub as hubs

    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("TAXHUB_BENCH_DIR")) as scratch:
        hub = hubs.demo(Path(scratch) / "demo")
        with hub:
            intake.measure(hub, Path(scratch), wanted.rows, wanted.runs)
            questions.measure(hub, wanted.runs)
            arrivals.measure(hub, Path(scratch), wanted.rows)
        if wanted.large_gib > 0:
            large.measure(hub, Path(scratch), wanted.large_gib)
        if wanted.keys > 0:
            keys.measure(Path(scratch), wanted.keys)
    return 0


def outside(wanted) -> int:
    """Prepares the environment and the release build, then runs this again inside of it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    subprocess.run(["cargo", "build", "--release", "-p", "hub"], cwd=ROOT, check=True)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "taxhub" / "bench-venv"
    python = cache / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(cache)], check=True)
    quiet = ["-q", "--disable-pip-version-check"]
    for needs in (HERE / "requirements.txt", HERE.parent / "requirements.txt"):
        subprocess.run([str(python), "-m", "pip", "install", *quiet, "-r", str(needs)], check=True)
    env = {**os.environ, "TAXHUB_BIN": str(target / "release" / "taxhub"), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [str(python), str(HERE), "--inside", "--rows", str(wanted.rows), "--runs", str(wanted.runs)]
    words += ["--large-gib", str(wanted.large_gib), "--keys", str(wanted.keys)]
    return subprocess.run(words, env=env).returncode


if __name__ == "__main__":
    sys.exit(main())
