"""The generated month with planted damage: every damage is found by its rule, and nothing else is."""
import csv
import json

import pytest

from world import binary
from world.power_file import FEED, UNIT


@pytest.fixture(scope="module", params=["utf-8", "gb18030"])
def checked(request, tmp_path_factory):
    """The report, the findings and the truth of one damaged month."""
    out = tmp_path_factory.mktemp("generated")
    charset = ["--gb18030"] if request.param == "gb18030" else []
    made = binary.run(
        "generate", "--scale", "small", "--seed", 7, "--months", "202501", "--dirty-per-mille", 20, "--out", out, *charset
    )
    assert made.code == 0, made
    file = out / "pow_usage_202501.csv"
    found = out / "findings.ndjson"
    ran = binary.run("check", FEED, file, "--period", "202501", "--unit", UNIT, "--json", "--out", found)
    assert ran.code == 10, ran
    findings = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    truth = list(csv.DictReader((out / "pow_usage_202501.truth.csv").open(encoding="utf-8")))
    return ran.json(), findings, truth


def test_the_counts_are_those_of_the_truth(checked):
    report, _, truth = checked
    refused = sum(row["refuses"] == "true" for row in truth)
    repeated = sum(row["damage"] == "duplicate_row" for row in truth)
    assert report["quarantined"] == refused
    assert report["duplicate"] == repeated
    assert report["rows_read"] == report["committed"] + report["quarantined"] + report["duplicate"] + report["blank_or_total"]
    # A row that was sent a second time with another name is one row more.
    twice = sum(row["damage"] == "key_twice" for row in truth)
    assert report["committed"] == 2000 - refused + twice


def test_every_damage_is_found_by_its_rule_and_nothing_else_is(checked):
    _, findings, truth = checked
    expected = {(int(row["record_no"]), row["rule"]) for row in truth if row["rule"]}
    repeated = {int(row["record_no"]) for row in truth if not row["rule"]}
    found = {(one["row"], one["rule"]) for one in findings if one["row"] is not None and one["row"] not in repeated}
    assert expected - found == set(), "missed"
    # A number that is none also has no sum and no ratio to keep; those rules stay silent.
    assert found - expected == set(), "invented"


def test_no_finding_shows_a_value_in_full(checked):
    _, findings, _ = checked
    for one in findings:
        masked = one.get("value_masked") or ""
        assert len([c for c in masked if c.isdigit()]) < 14, one


def test_the_same_seed_makes_the_same_bytes(tmp_path):
    for place in ("a", "b"):
        assert binary.run("generate", "--scale", 500, "--seed", 3, "--months", "202501", "--out", tmp_path / place).code == 0
    name = "pow_usage_202501.csv"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
