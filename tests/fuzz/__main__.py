"""The fuzzer: `python3 tests/fuzz` reads files that libFuzzer makes of the kept corpus, with each decoder.

    --runs N      so many files per target, the same ones every time
    --seconds N   per target instead, going on from what an earlier such run learned
    --target T    only this one
    --seed N

A file that breaks a promise, takes over a second or over 1 GiB is written to `found/` under the build and named; put it into the corpus when its
fault is mended. Needs no nightly compiler: the branches are counted by a pass that the stable one has. Ends with `N passed, N failed`.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGETS = ("file", "text", "fixed")
SECONDS_MAX = 1
MEMORY_MIB_MAX = 1024

# What cargo-fuzz asks of the compiler, but for the sanitizer: our code has no unsafe block in it.
COVERAGE = (
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
)


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=6000)
    asked.add_argument("--seconds", type=int)
    asked.add_argument("--target", choices=TARGETS)
    asked.add_argument("--seed", type=int, default=20250101)
    wanted = asked.parse_args()
    build = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target")) / "fuzz"
    binaries = built(build)
    passed = failed = 0
    for target in [wanted.target] if wanted.target else TARGETS:
        if fuzz(binaries / target, target, build, wanted):
            passed += 1
        else:
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def built(build: Path) -> Path:
    """Builds the targets; returns the folder they are in."""
    # A target is named so that build scripts and macros are compiled without the flags.
    version = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    host = re.search(r"^host: (\S+)$", version, re.MULTILINE).group(1)
    env = os.environ | {"RUSTFLAGS": " ".join(COVERAGE), "CARGO_TARGET_DIR": str(build)}
    env.pop("RUSTC_WORKSPACE_WRAPPER", None)
    command = ["cargo", "build", "--locked", "--profile", "fuzz", "--target", host, "--manifest-path", str(HERE / "Cargo.toml")]
    subprocess.run(command, env=env, check=True, cwd=HERE)
    return build / host / "fuzz"


def fuzz(binary: Path, target: str, build: Path, wanted, again: bool = False) -> bool:
    # What is new goes to a copy: the corpus is kept as it is until somebody adds to it.
    grown, found = build / "grown" / target, build / "found" / target
    if wanted.seconds is None:
        grown = build / "again" / target
        shutil.rmtree(grown, ignore_errors=True)
        length = f"-runs={wanted.runs}"
    else:
        length = f"-max_total_time={wanted.seconds}"
    for folder in (grown, found):
        folder.mkdir(parents=True, exist_ok=True)
    command = [
        binary, str(grown), str(HERE / "corpus" / target), length, f"-seed={wanted.seed}",
        "-max_len=16384", f"-timeout={SECONDS_MAX}", f"-rss_limit_mb={MEMORY_MIB_MAX}", f"-artifact_prefix={found}/",
        "-print_final_stats=1", "-verbosity=0",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace")
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", ran.stderr)
    slowest = re.search(r"stat::slowest_unit_time_sec:\s+(\d+)", ran.stderr)
    memory = re.search(r"stat::peak_rss_mb:\s+(\d+)", ran.stderr)
    told = ", ".join(
        f"{what} {number.group(1)}"
        for what, number in (("files", runs), ("slowest in seconds", slowest), ("MiB", memory))
        if number
    )
    print(f"fuzz: {target}: {told}", flush=True)
    if ran.returncode == 0 and runs:
        return True
    if slow := [file for file in found.glob("timeout-*") if is_quick(binary, file)]:
        # Something else took the processor. By itself the file is read in time.
        for file in slow:
            file.unlink()
        if not any(found.iterdir()) and not again:
            return fuzz(binary, target, build, wanted, again=True)
    print(ran.stderr[-4000:], flush=True)
    return False


def is_quick(binary: Path, file: Path) -> bool:
    return subprocess.run([binary, f"-timeout={SECONDS_MAX}", str(file)], capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
