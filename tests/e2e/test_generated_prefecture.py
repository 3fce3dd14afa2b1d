"""The generated prefecture as files: every file that truth.json names is there, says what it should, and comes out the same again."""
import csv
import json

import pytest

from world import binary


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The folder and its truth."""
    out = tmp_path_factory.mktemp("prefecture")
    made = binary.run("generate", "--scale", "small", "--seed", 5, "--out", out)
    assert made.code == 0, made
    return out, json.loads((out / "truth.json").read_text(encoding="utf-8"))


def text(path):
    raw = path.read_bytes()
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path} is in no charset a department uses")


def test_the_files_are_those_of_the_truth_and_have_as_many_rows(generated):
    out, truth = generated
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.csv")) == sorted(file["path"] for file in truth["files"])
    for file in truth["files"]:
        rows = list(csv.reader(text(out / file["path"]).splitlines()))
        assert len(rows) - 1 == file["rows"] == file["committed"] + file["quarantined"] + file["duplicate"], file["path"]
        assert len({len(row) for row in rows}) == 1, file["path"]


def test_a_file_that_a_county_forgot_is_named_and_not_there(generated):
    out, truth = generated
    assert truth["absent"] and not any((out / path).exists() for path in truth["absent"])


def test_every_case_of_a_company_is_about_somebody_in_the_tax_register(generated):
    out, truth = generated
    months = [file for file in truth["files"] if file["feed"] == "tax_registration"]
    known = {row["统一社会信用代码"] for row in csv.DictReader(text(out / months[-1]["path"]).splitlines())}
    true = [case for case in truth["cases"] if not case["decoy"]]
    assert len(true) > 90
    assert {case["taxpayer"] for case in true} <= known


def test_payments_follow_until_every_comparison_has_waited(generated):
    _, truth = generated
    last = max(file["period"] for file in truth["files"] if file["feed"] == "nrp_land_grant")
    paid = max(file["period"] for file in truth["files"] if file["feed"] == "tax_collection")
    assert (last, paid) == ("202509", "202512")


def test_a_file_of_each_kind_passes_the_check_as_the_truth_says(generated):
    out, truth = generated
    first = {file["feed"]: file for file in truth["files"]}
    for feed, file in first.items():
        ran = binary.run("check", feed, out / file["path"], "--period", file["period"], "--unit", file["unit"], "--json")
        report = ran.json()
        assert [report[key] for key in ("committed", "quarantined", "duplicate")] == [
            file[key] for key in ("committed", "quarantined", "duplicate")
        ], feed
        assert report["findings_by_rule"] == file["findings"], feed


def test_the_same_seed_makes_the_same_folder(generated, tmp_path):
    out, truth = generated
    assert binary.run("generate", "--scale", "small", "--seed", 5, "--out", tmp_path).code == 0
    for name in ["truth.json", *(file["path"] for file in truth["files"])]:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes(), name
