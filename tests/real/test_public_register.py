"""A real extract through a real hub: sent over HTTP in two charsets, read back with SQL, and compared with what an
independent reader finds in the same file."""
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
import register

from world import binary
from world.http import Caller
from world.hub import Hub

PASSWORD = "a long sentence of {}"
VIEW = "v_entity_public"
COLUMNS = ("list_year", "area", "region_code", "est_date", "reg_capital", "reg_capital_currency", "reg_capital_multiple")
GROUPED = f"""
    SELECT area, extract(year FROM est_date), reg_capital_currency, count(*), sum(reg_capital)
    FROM {VIEW}
    GROUP BY 1, 2, 3
"""


def signed_in(hub: Hub, name: str, once: str, purpose: str | None = None) -> Caller:
    changed = Caller(hub.http, None).post(
        "/v1/password", {"name": name, "password": once, "new_password": PASSWORD.format(name)}
    )
    assert changed.status == 200, changed.body
    return Caller(hub.http, changed.json()["token"], purpose)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A new hub with a department that reports, one that asks, and the agreement between them."""
    register.read()
    folder = tmp_path_factory.mktemp("register") / "hub"
    made = binary.run("init", folder)
    assert made.code == 0, made
    first = json.loads((folder / "data" / "first-credentials.json").read_text(encoding="utf-8"))
    once = {one["name"]: one["one_time_password"] for one in first}
    with Hub(folder) as hub:
        offices = {name: signed_in(hub, name, password) for name, password in once.items()}
        people = dict(offices)
        for name, department, role, purposes in (
            ("amr.reporter", "amr", "reporter", []), ("amr.director", "amr", "reporter", []),
            ("tax.prefecture", "tax", "analyst_prefecture", ["tax_risk"]),
        ):
            account = {
                "name": name, "display_name": name, "department": department, "role": role, "region": "430000",
                "clearance": "L3", "purposes": purposes,
            }
            admitted = offices["hub.system"].post("/v1/accounts", account)
            assert admitted.status == 201, admitted.body
            people[name] = signed_in(hub, name, admitted.json()["one_time_password"], *purposes)
        agree(people)
        yield people


def agree(people: dict[str, Caller]) -> None:
    today = date.today()
    draft = {
        "consumer": "tax", "role": "analyst_prefecture", "view": VIEW, "purpose": "tax_risk", "scope": "all",
        "columns": {column: "clear" for column in COLUMNS}, "aggregation": None,
        "limits": {"rows_max": 100_000, "bytes_max": 1 << 28},
        "valid_from": f"{today}", "valid_to": f"{today + timedelta(days=300)}", "basis": "test",
    }
    proposed = people["amr.reporter"].post("/v1/agreements", draft)
    assert proposed.status == 201, proposed.body
    agreement = proposed.json()["id"]
    for who, act in (("amr.director", "approve"), ("hub.security", "activate")):
        done = people[who].post(f"/v1/agreements/{agreement}/{act}", {})
        assert done.status == 200, done.body


@pytest.fixture(scope="module")
def extract() -> list[list[str]]:
    return register.table(register.read())[1]


@pytest.fixture(scope="module", params=["utf-8", "gb18030"])
def submitted(request, people):
    """The receipt and the findings of the extract in one charset. The second one replaces the first."""
    body = register.read() if request.param == "utf-8" else register.read().decode().encode("gb18030")
    reply = people["amr.reporter"].submit(
        register.FEED, register.PERIOD, register.UNIT, body, file_name=f"{request.param}.csv", seconds=120
    )
    assert reply.status == 201, reply.body[:600]
    outcome = reply.json()
    listed = people["amr.reporter"].get(f"/v1/submissions/{outcome['submission']}/findings").json()
    return request.param, outcome, listed["items"]


def test_all_rows_are_accounted_for(submitted, extract):
    charset, outcome, findings = submitted
    assert len(extract) == 91_983
    refused = [number for number, row in enumerate(extract, 2) if register.is_refused(row)]
    without_area = [number for number, row in enumerate(extract, 2) if row[register.AREA] not in register.AREAS]
    drawn = [number for number, row in enumerate(extract, 2) if register.has_drawn(row)]
    assert (len(refused), len(without_area), len(drawn)) == (1, 2, 6)
    counts = {key: outcome[key] for key in ("rows_read", "committed", "quarantined", "duplicate", "blank_or_total")}
    assert counts == {
        "rows_read": 91_983, "committed": 91_982, "quarantined": 1, "duplicate": 0, "blank_or_total": 0,
    }
    assert {one["row"] for one in findings if one["severity"] == "error"} == set(refused)
    assert {one["row"] for one in findings if one["severity"] == "warning" and "row" in one} == {*without_area, *drawn}
    # The second time the same rows come in another charset.
    assert ("S-saved_anew" in {one["rule"] for one in findings}) == (charset == "gb18030")


def test_areas_years_and_currencies_add_up_as_an_independent_reader_says(submitted, extract, people):
    rows = people["tax.prefecture"].rows(GROUPED)
    ours = {(area, str(year), currency): (count, Decimal(amount or 0)) for area, year, currency, count, amount in rows}
    theirs = register.by_area_year_currency([row for row in extract if not register.is_refused(row)])
    assert ours == theirs
    assert {key[2] for key in ours} == {None, "CNY", "USD", "HKD", "EUR", "JPY", "CAD"}


def test_a_row_without_an_area_is_kept_under_the_province(submitted, people):
    rows = people["tax.prefecture"].rows(f"SELECT region_code, count(*) FROM {VIEW} WHERE area IS NULL GROUP BY 1")
    assert rows == [[register.UNIT, 2]]


def test_both_charsets_have_the_same_verdict(people, tmp_path):
    """The same report, but for what it says about the bytes."""
    reports = []
    for charset in ("utf-8", "gb18030"):
        file = tmp_path / f"{charset}.csv"
        file.write_bytes(register.read().decode().encode(charset))
        ran = binary.run("check", register.FEED, file, "--period", register.PERIOD, "--unit", register.UNIT, "--json")
        assert ran.code == 10, ran
        report = ran.json()
        assert report.pop("charset") == charset
        reports.append({key: value for key, value in report.items() if key not in ("sha256", "report_hash")})
    assert reports[0] == reports[1]
