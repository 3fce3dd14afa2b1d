"""The planted disagreements, found by hand: three comparisons over the generated files in plain Python, without the hub, come to
exactly the true cases, with their amounts, and to none of the decoys."""
import csv
import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import yaml

from world import binary

FEEDS = Path(__file__).resolve().parents[2] / "schemas" / "feeds"
CENT = Decimal("0.01")
TOLERANCE, SHARE = Decimal(1), Decimal("0.005")


@pytest.fixture(scope="module", params=[7, 2025])
def world(request, tmp_path_factory):
    """Rows by feed, as a right check would commit them, and the cases."""
    out = tmp_path_factory.mktemp("prefecture")
    made = binary.run("generate", "--scale", "small", "--seed", request.param, "--out", out)
    assert made.code == 0, made
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    rows = defaultdict(list)
    wanted = {"nrp_land_grant", "prt_deal", "fin_procurement", "tob_leaf", "tax_collection", "tax_registration"}
    for file in truth["files"]:
        if file["feed"] in wanted:
            rows[file["feed"]] += committed(out / file["path"], file)
    return rows, truth["cases"]


def committed(path, file):
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    header, *records = csv.reader(text.splitlines())
    names = fields(file["feed"])
    out = {one["record_no"] for one in file["planted"] if one["refuses"] or one["damage"] == "duplicate_row"}
    for number, record in enumerate(records, 2):
        if number in out:
            continue
        row = {}
        for title, cell in zip(header, record):
            title, wan, _ = title.partition("（万元）")
            row[names[title]] = str(Decimal(cell) * 10_000) if wan and cell else cell
        yield row


def fields(feed):
    contract = yaml.safe_load(next(FEEDS.rglob(f"{feed}.yaml")).read_text(encoding="utf-8"))
    names = {}
    for field in contract["schema"][0]["properties"]:
        intake = next(one["value"] for one in field["customProperties"] if one["property"] == "intake")
        for title in [field["businessName"], *intake.get("aliases", [])]:
            names[title] = field["name"]
    return names


def day(text):
    if text.isdigit():  # as a spreadsheet counts
        return date(1899, 12, 30) + timedelta(int(text))
    return date(*map(int, text.replace("/", "-").split("-")))


def half_up(value):
    return value.quantize(CENT, ROUND_HALF_UP)


def code(text):
    """Full-width digits are digits; a person or nobody has no credit code."""
    text = text.translate({0xFF10 + digit: str(digit) for digit in range(10)})
    return text if len(text) == 18 and text[0] in "159" else None


def paid(rows, tax):
    """Tax and refunds: taxpayer, county, first and last day of the tax period, amount."""
    for row in rows["tax_collection"]:
        if row["tax_code"] == tax and row["kind"] in "14" and code(row["taxpayer_id"]):
            yield code(row["taxpayer_id"]), row["county"], day(row["period_from"]), day(row["period_to"]), Decimal(row["amount"])


def small(rows):
    return {code(row["taxpayer_id"]) for row in rows["tax_registration"] if row["vat_type"] in "23"}


def disagree(due, covered):
    return {key: half_up(due[key] - covered[key]) for key in due if due[key] - covered[key] > max(TOLERANCE, SHARE * due[key])}


def same(found, cases, model):
    true = {(c["taxpayer"], c["county"], c["period"], c["tax_code"]): Decimal(c["expected"]) for c in cases if c["model"] == model and not c["decoy"]}
    assert set(found) == set(true), (set(found) - set(true), set(true) - set(found))
    for key, amount in true.items():
        # A rate and a tax rounded one after the other, or at once.
        assert abs(found[key] - amount) <= Decimal("0.05"), key


def test_land_contracts_against_deed_tax_and_stamp_duty(world):
    rows, cases = world
    relieved = small(rows)
    due, covered = defaultdict(Decimal), defaultdict(Decimal)
    for row in rows["nrp_land_grant"]:
        taxpayer = code(row["grantee_code"])
        if row["supply_mode"] not in "234" or taxpayer is None or taxpayer[0] == "1":
            continue
        base = Decimal(row["price"]) + Decimal(row["other_cost"] or 0)
        month = day(row["sign_date"]).strftime("%Y%m")
        due[taxpayer, row["county"], month, "10119"] += half_up(base * Decimal("0.04"))
        rate = Decimal("0.00025") if taxpayer in relieved else Decimal("0.0005")
        due[taxpayer, row["county"], month, "10111"] += half_up(base * rate)
    for tax in ("10119", "10111"):
        for taxpayer, county, first, last, amount in paid(rows, tax):
            for month in {first.strftime("%Y%m"), last.strftime("%Y%m")}:
                covered[taxpayer, county, month, tax] += amount
    same(disagree(due, covered), cases, "M05")


def test_deals_and_procurement_against_stamp_duty(world):
    rows, cases = world
    relieved = small(rows)
    home = {code(row["taxpayer_id"]): row for row in rows["tax_registration"] if row["reg_kind"] != "06"}
    due, covered = defaultdict(Decimal), defaultdict(Decimal)

    def add(taxpayer, signed, amount, with_tax):
        if taxpayer is None or taxpayer[0] == "1" or taxpayer not in home:
            return
        quarter = f"{signed.year}Q{(signed.month + 2) // 3}"
        rate = Decimal("0.00015") if taxpayer in relieved else Decimal("0.0003")
        due[taxpayer, home[taxpayer]["county"], quarter, "10111"] += half_up(amount / with_tax * rate)

    contracts = {(code(row["winner_usc"]), row["contract_no"]) for row in rows["prt_deal"]}
    for row in rows["prt_deal"]:
        if row["trade_type"] in "124" and row["price_is_rate"] != "是":
            with_tax = {"1": Decimal("1.09"), "2": Decimal("1.13"), "4": Decimal(1)}[row["trade_type"]]
            share = Decimal(row["share_ratio"] or 1)
            add(code(row["winner_usc"]), day(row["deal_date"]), Decimal(row["deal_price"]) * share, with_tax)
    for row in rows["fin_procurement"]:
        if (code(row["supplier_usc"]), row["contract_no"]) not in contracts:
            with_tax = {"A": Decimal("1.13"), "B": Decimal("1.09"), "C": Decimal("1.06")}[row["category"]]
            add(code(row["supplier_usc"]), day(row["sign_date"]), Decimal(row["amount"]), with_tax)
    for taxpayer, _, first, last, amount in paid(rows, "10111"):
        for quarter in {f"{one.year}Q{(one.month + 2) // 3}" for one in (first, last)}:
            if taxpayer in home:
                covered[taxpayer, home[taxpayer]["county"], quarter, "10111"] += amount
    same(disagree(due, covered), cases, "M26")


def test_leaf_bought_against_leaf_tax(world):
    rows, cases = world
    base, covered = defaultdict(Decimal), defaultdict(Decimal)
    for row in rows["tob_leaf"]:
        base[code(row["buyer_usc"]), row["county"], row["month"], "10120"] += Decimal(row["price_paid"]) + Decimal(row["subsidy"])
    for taxpayer, county, first, _, amount in paid(rows, "10120"):
        covered[taxpayer, county, first.strftime("%Y%m"), "10120"] += amount
    due = {key: half_up(amount * Decimal("0.20")) for key, amount in base.items()}
    same({key: diff for key in due if (diff := due[key] - covered[key]) > TOLERANCE}, cases, "M35")
