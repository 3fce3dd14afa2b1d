"""The dirty twin of a real extract: every damage is found by its rule, nothing else is, and what was only written
otherwise is read as it was meant."""
import json
from collections import Counter, defaultdict
from decimal import Decimal

import dirty_twin
import pytest
import register

from world import binary

SEED = 20131231


@pytest.fixture(scope="module")
def twin():
    return dirty_twin.make(*register.table(register.read()), SEED)


@pytest.fixture(scope="module", params=["utf-8", "gb18030"])
def checked(request, twin, tmp_path_factory):
    """The report and the findings of the twin in one charset."""
    folder = tmp_path_factory.mktemp("twin")
    (folder / "twin.csv").write_bytes(twin.encoded(request.param))
    ran = binary.run(
        "check", register.FEED, folder / "twin.csv", "--period", register.PERIOD, "--unit", register.UNIT,
        "--json", "--out", folder / "findings.ndjson",
    )
    assert ran.code == 10, ran
    findings = [json.loads(line) for line in (folder / "findings.ndjson").read_text(encoding="utf-8").splitlines()]
    return ran.json(), findings, twin


def test_every_damage_is_found_where_it_is_and_nothing_else_is(checked):
    _, findings, twin = checked
    expected = {(one.record_no, one.rule, one.severity): one.damage for one in twin.truth if one.rule}
    found = {(one["row"], one["rule"], one["severity"]) for one in findings}
    missed, invented = expected.keys() - found, found - expected.keys()
    assert not missed, Counter(expected[one] for one in missed)
    assert not invented, sorted(invented)[:20]
    told = {(one["row"], one["rule"], one.get("column")) for one in findings}
    assert len(findings) == len(told), "the same was said twice"


def test_every_record_is_accounted_for(checked):
    report, _, twin = checked
    refused = {one.record_no for one in twin.truth if one.rule and one.severity == dirty_twin.ERROR}
    assert report["quarantined"] == len(refused)
    assert report["duplicate"] == twin.duplicate
    assert report["blank_or_total"] == twin.blank_or_total
    assert report["committed"] == len(twin.kept)
    assert report["rows_read"] == sum(
        report[part] for part in ("committed", "quarantined", "duplicate", "blank_or_total")
    )


def test_the_totals_are_those_of_the_rows_as_they_were_meant(checked):
    report, _, twin = checked
    sums, counts = defaultdict(Decimal), Counter()
    for row in twin.kept:
        if found := register.capital(row[register.CAPITAL]):
            sums[found.currency] += found.amount
            counts[found.currency] += 1
    expected = {f"reg_capital.{currency}": (sums[currency], counts[currency]) for currency in sums}
    found = {name: (Decimal(total["sum"]), total["count"]) for name, total in report["totals"].items()}
    assert found == expected


def test_a_letter_for_a_zero_comes_with_the_right_code_suggested(checked):
    _, findings, twin = checked
    rows = {one.record_no for one in twin.truth if one.damage == "the letter O for a zero"}
    suggested = [one for one in findings if one["row"] in rows and one.get("suggestion")]
    assert len(suggested) == len(rows)


def test_the_same_seed_makes_the_same_twin(twin):
    again = dirty_twin.make(*register.table(register.read()), SEED)
    assert again.text == twin.text and again.truth == twin.truth
