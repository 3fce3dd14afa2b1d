"""A hundred polluted files, each read by `taxhub read` as it stands: nobody says what it is. The figures are printed."""
import csv
import io
import json
from dataclasses import dataclass

import kinds
import pytest
import score
from table import Table

from world import binary

SEED = 20250101

# What the automatic reading must reach, of ten; and what no kind may fall below.
POINTS_MIN = 9.6
POINTS_OF_A_KIND_MIN = 7.0


@dataclass(frozen=True)
class Reading:
    kind: kinds.Kind
    score: score.Score
    document: dict


@pytest.fixture(scope="module")
def readings(tmp_path_factory) -> list[Reading]:
    folder = tmp_path_factory.mktemp("pollution")
    return [read(folder, number, *made) for number, made in enumerate(kinds.corpus(SEED))]


def read(folder, number: int, kind: kinds.Kind, content: bytes, truth: Table) -> Reading:
    # The name tells nothing.
    path = folder / f"{number:03}.bin"
    path.write_bytes(content)
    ran = binary.run("read", path, "--json", "--out", folder / f"{number:03}.csv")
    if ran.code != 0:
        return Reading(kind, score.FAILED, {})
    document = ran.json()
    csv.field_size_limit(1 << 24)
    text = (folder / f"{number:03}.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = rows.pop(0) if document.get("header_rows") else None
    return Reading(kind, score.of(truth, header, rows), document)


def test_there_are_a_hundred_kinds_and_more():
    names = [kind.name for kind, _, _ in kinds.corpus(SEED)]
    assert len(names) >= 100 and len(set(names)) == len(names)


def test_the_same_seed_makes_the_same_files():
    assert [content for _, content, _ in kinds.corpus(SEED)] == [content for _, content, _ in kinds.corpus(SEED)]


def test_every_file_is_read_and_the_points_are_enough(readings, capsys):
    total = sum(reading.kind.weight for reading in readings)
    weighted = sum(reading.kind.weight * reading.score.points for reading in readings) / total
    simple = sum(reading.score.points for reading in readings) / len(readings)
    with capsys.disabled():
        print(f"\n{len(readings)} polluted files, {weighted:.3f} of 10 weighted, {simple:.3f} simple")
        for place, figure in enumerate(score.FIGURES):
            share = sum(reading.kind.weight * reading.score.figures[place] for reading in readings) / total
            print(f"  {figure:17} {share:.4f}")
        for reading in sorted(readings, key=lambda reading: reading.score.points):
            if reading.score.points < 9.9:
                print(f"  {reading.score.points:6.3f}  {reading.kind.name}")
    assert all(reading.document for reading in readings), "a file was refused"
    assert weighted >= POINTS_MIN
    worst = [reading.kind.name for reading in readings if reading.score.points < POINTS_OF_A_KIND_MIN]
    assert not worst, worst


def test_what_was_found_out_is_told(readings):
    told = {reading.kind.name: reading.document for reading in readings}
    assert told["delimiter '||'"]["delimiter"] == "||"
    assert told["backslash"]["escape"] == "\\"
    assert told["single quotes"]["quote"] == "'"
    assert told["gb18030"]["charset"] == "gb18030" and told["gb18030"]["charset_how"] == "whole_file"
    assert told["header in two levels"]["header_rows"] == 2
    assert told["no header"]["header_rows"] == 0 and told["no header"]["header"] == []
    assert told["empty"]["empty"] is True
    assert told["signatures"]["records"]["total"] == 3
    assert told["remarks"]["remarks"] is True


def test_one_bad_quote_is_one_defect(readings):
    for reading in readings:
        if reading.kind.name.startswith(("extra quote", "unclosed quote ")) or reading.kind.name == "unclosed quote":
            assert reading.document["defects_total"] == 1, (reading.kind.name, reading.document["defects"])


def test_a_defect_names_its_row_and_its_byte(readings):
    bad = next(reading.document for reading in readings if reading.kind.name == "bad byte gb18030")
    (defect,) = bad["defects"]
    assert defect["what"] == "check.undecodable" and int(defect["args"]["offset"]) > 0 and defect["row"] > 1


def test_records_and_document_on_standard_output_are_told_apart(tmp_path):
    path = tmp_path / "x"
    path.write_bytes("户号;电量\n01;5\n".encode("gb18030"))
    plain = binary.run("read", path)
    assert plain.out == "户号,电量\n01,5\n" and "gb18030" in plain.err
    document = json.loads(binary.run("read", path, "--json").out)
    assert document["header"] == ["户号", "电量"] and document["records"]["data"] == 1


def test_a_file_that_is_no_table_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"%PDF-1.7\n")
    ran = binary.run("read", path)
    assert ran.code == 1 and "PDF" not in ran.out and ran.err.strip()
