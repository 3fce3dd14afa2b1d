"""The storm: `python3 tests/storm` kills a hub while it settles submissions, and a disk under it, and counts what is left.

    --kills-per-step N   SIGKILL at each step of the settling order, N times
    --random-kills N     SIGKILL at N random instants
    --power-cuts N       N power cuts on a loop-mounted ext4 (as root; skipped with a message elsewhere)
    --seed N

After each the hub starts again and lake, registry, audit log and receipts are compared; the comparison itself is tried against
hubs damaged on purpose. Prints kills per step and ends with
`N passed, N failed`; a trial is passed when nothing acknowledged was lost, nothing is there twice and nothing half.
"""
import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from damage import DAMAGES, noticed  # noqa: E402
from kills import Kills, STEPS  # noqa: E402
from power_cut import PowerCuts, why_not  # noqa: E402
from world import hub as hubs  # noqa: E402


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--kills-per-step", type=int, default=2)
    asked.add_argument("--random-kills", type=int, default=6)
    asked.add_argument("--power-cuts", type=int, default=2)
    asked.add_argument("--seed", type=int, default=20250101)
    wanted = asked.parse_args()
    passed, faults = 0, []

    with tempfile.TemporaryDirectory(prefix="storm-", dir=os.environ.get("TAXHUB_STORM_DIR")) as scratch:
        sample = hubs.demo(Path(scratch) / "demo", hubs.ALL_BUT_POWER)
        began = time.monotonic()
        storm = Kills(sample.copy_to(Path(scratch) / "kills"), wanted.seed)
        try:
            for step in STEPS:
                for _ in range(wanted.kills_per_step):
                    passed += run_trial(lambda: storm.at_step(step), faults)
                print(f"storm: {step} done", flush=True)
            for _ in range(wanted.random_kills):
                passed += run_trial(storm.at_random, faults)
            passed += run_trial(storm.everything_acknowledged_is_there, faults)
        finally:
            storm.hub.kill()
        # A polite end signs the last head of the audit log; entries after the last head can be cut off unnoticed.
        code = storm.hub.start().stop(60)
        assert code == 0, f"a polite end came to {code}"
        for name in DAMAGES:
            passed += run_trial(lambda: noticed(storm.hub, Path(scratch), name), faults)
        print(f"storm: the comparison was tried against {len(DAMAGES)} damaged hubs", flush=True)
        for step in (*STEPS, "random"):
            print(f"storm: killed at {step}: {storm.killed[step]}")
        print("storm: under " + ", ".join(f"{count} {act}" for act, count in sorted(storm.acts.items())))
        print(f"storm: {sum(storm.killed.values())} kills, {storm.acknowledged} submissions acknowledged, "
              f"{time.monotonic() - began:.0f} s")

        if wanted.power_cuts and (reason := why_not()):
            print(f"storm: power cuts skipped: {reason}")
        elif wanted.power_cuts:
            began = time.monotonic()
            with PowerCuts(sample, Path(scratch) / "disk", wanted.seed) as cuts:
                for _ in range(wanted.power_cuts):
                    passed += run_trial(cuts.one, faults)
            print(f"storm: {cuts.cuts} power cuts, {cuts.acknowledged} submissions acknowledged, {cuts.lost} lost, "
                  f"{time.monotonic() - began:.0f} s")

    for fault in faults:
        print(f"storm: FAULT {fault}")
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults else 0


def run_trial(trial, faults: list[str]) -> int:
    try:
        trial()
        return 1
    except Exception as fault:  # a trial that could not be judged is not passed either
        faults.append(f"{type(fault).__name__}: {fault}")
        print(f"storm: FAULT {faults[-1]}", flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(main())
