"""The last line of tests/run must not flatter: each summary is counted, and a stage that died counts as failed."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from count import counts  # noqa: E402

CARGO = "test result: ok. 5 passed; 0 failed; 1 ignored\nnoise\ntest result: FAILED. 2 passed; 3 failed; 0 ignored\n"


@pytest.mark.parametrize(("code", "log", "expected"), [
    (101, CARGO, (7, 3)),
    (0, "test result: ok. 5 passed; 0 failed; 0 ignored\n", (5, 0)),
    (101, "error: could not compile `hub`\n", (0, 1)),
    (101, "test result: ok. 5 passed; 0 failed; 0 ignored\nerror: could not compile `x`\n", (5, 1)),
    (0, "........\n8 passed, 1 skipped in 3.21s\n", (8, 0)),
    (1, "==== 2 failed, 8 passed, 1 error in 3.21s ====\n", (8, 3)),
    (1, "storm: 22 kills\n20 passed, 3 failed\n", (20, 3)),
    (1, "tidy: files stay short: a\ntidy: files stay short: b\ntidy: 18 rules, 2 breaches\n", (17, 1)),
    (0, "tidy: 18 rules, 0 breaches\n", (18, 0)),
    (1, "✔ one thing\n  ✔ not at the margin\n✘ another: got 1, expected 2\n", (1, 1)),
    (0, "", (1, 0)),
    (137, "", (0, 1)),
    (4, "no tests ran in 0.01s\n", (0, 1)),
    (2, "1 error in 0.10s\n", (0, 1)),
])
def test_a_stage_is_counted_as_it_ended(code, log, expected):
    assert counts(code, log) == expected
