"""Makes the dirty twin of the extract: the same rows with known damage, and the truth about it.

Every damage is one that departments really do to a table: keys retyped, spreadsheets that ate digits, records broken in
two. A row carries at most one. `None` as a rule means that the hub should read the cell as it was meant and say nothing.
Run by itself it writes `twin.csv` and `twin.truth.csv`: `python3 tests/real/dirty_twin.py FOLDER [SEED [gb18030]]`.
"""
import csv
import io
import random
import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import register as r  # noqa: E402

EACH = 30
FULL_WIDTH = str.maketrans("0123456789,", "０１２３４５６７８９，")
# Stands for a byte that is no character in any of the charsets; never in the extract.
BROKEN = "\U000F0000"
WARNING, ERROR = "warning", "error"


@dataclass(frozen=True)
class Damage:
    """`change` takes a row and dice and gives the records it becomes, or nothing if it cannot be done to this row."""

    name: str
    change: object
    rule: str | None
    severity: str = ERROR


@dataclass(frozen=True)
class Truth:
    record_no: int
    damage: str
    rule: str | None
    severity: str


def line(row: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()


def cell(column: int, change):
    """Damage to one cell; `change` may give nothing."""

    def damage(row, dice):
        changed = change(row[column], dice)
        if changed is None or changed == row[column]:
            return None
        return [line(row[:column] + [changed] + row[column + 1:])]

    return damage


def to(text: str):
    return lambda _cell, _dice: text


def wrong_check_character(code, dice):
    return code[:-1] + dice.choice([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != code[-1]])


def swapped_neighbours(code, dice):
    places = [at for at in range(8, 16) if code[at] != code[at + 1]]
    if not places:
        return None
    at = dice.choice(places)
    return code[:at] + code[at + 1] + code[at] + code[at + 2:]


def lost_zero(code, dice):
    places = [at for at, c in enumerate(code) if c == "0"]
    if not places:
        return None
    at = dice.choice(places)
    return code[:at] + code[at + 1:]


def looks_alike(code, _dice):
    return code[:2] + code[2:].replace("0", "O", 1) if "0" in code[2:] else None


def lower_case(code, _dice):
    return code.lower() if code != code.lower() else None


def capital_like(pattern: str, change):
    def damage(text, _dice):
        found = re.fullmatch(pattern, text)
        return found and change(*found.groups())

    return damage


def split_between_cells(row, _dice):
    return [line(row[:5]), line(row[5:])]


def split_in_name(row, _dice):
    # What is behind the break is a row by itself, with half a name; nobody can know that.
    return [row[r.NAME][:2] + "\n", line([row[r.NAME][2:], *row[1:]])] if len(row[r.NAME]) > 4 else None


def one_cell_more(row, _dice):
    return [line([*row, "湘"])]


def swapped_columns(row, _dice):
    # A longer name would be too long for a code as well, and one damage has one rule here.
    return [line([row[r.CODE], row[r.NAME], *row[2:]])] if len(row[r.NAME]) <= 18 else None


def unclosed_quote(row, _dice):
    return [line(row[:r.ADDRESS])[:-1] + ',"' + row[r.ADDRESS] + "\n"]


def text_behind_quote(row, _dice):
    return [line(row[:r.ADDRESS])[:-1] + ',"' + row[r.ADDRESS] + '"附1号\n']


def repeated(row, _dice):
    return [line(row), line(row)]


def repeated_otherwise(row, _dice):
    return [line(row), line([*row[:r.ADDRESS], "某路1号"])]


NUMBER_OF_WAN = r"([1-9]\d*)\((万(?:元人民币)?)\)"

# In the order of the truth; the last record a damage makes is the one its rule is about.
DAMAGES = [
    Damage("wrong check character", cell(r.CODE, wrong_check_character), "R-usc_code-uscc"),
    Damage("neighbours swapped in the code", cell(r.CODE, swapped_neighbours), "R-usc_code-uscc"),
    Damage("number of 15 digits", cell(r.CODE, lambda c, d: c[2:8] + f"{d.randrange(10**9):09}"), "R-usc_code-uscc"),
    Damage("a zero lost from the code", cell(r.CODE, lost_zero), "R-usc_code-uscc"),
    Damage("the letter O for a zero", cell(r.CODE, looks_alike), "R-usc_code-uscc"),
    Damage("code as a spreadsheet shows it", cell(r.CODE, lambda c, _: f"9.{c[1:6]}E+17"), "R-usc_code-uscc"),
    Damage("code without a value", cell(r.CODE, to("N/A")), "R-usc_code-required"),
    Damage("code in full-width digits", cell(r.CODE, lambda c, _: c.translate(FULL_WIDTH)), "R-usc_code-uscc", WARNING),
    Damage("code in small letters", cell(r.CODE, lower_case), "R-usc_code-uscc", WARNING),
    Damage("columns swapped", swapped_columns, "R-usc_code-uscc"),
    Damage("name missing", cell(r.NAME, to("")), "R-entity_name-required"),
    Damage("name pasted over and over", cell(r.NAME, lambda c, _: c * (200 // len(c) + 1)), "R-entity_name-length"),
    Damage("day that is in no calendar", cell(r.DATE, lambda c, _: c[:4] + "-02-30"), "R-est_date-type"),
    Damage("year of two digits", cell(r.DATE, lambda c, _: c[2:]), "R-est_date-type"),
    Damage("date missing", cell(r.DATE, to("")), "R-est_date-required"),
    Damage("date as a serial number", cell(r.DATE, lambda _, d: str(d.randrange(30_000, 41_000))), "R-est_date-type", WARNING),
    Damage("date in words", cell(r.DATE, lambda c, _: "{}年{}月{}日".format(*c.split("-"))), None),
    Damage("date in full-width digits", cell(r.DATE, lambda c, _: c.translate(FULL_WIDTH)), None),
    Damage("digits in the type", cell(r.TYPE, to("218.6000(万元人民币)")), "R-entity_type-pattern"),
    Damage("capital that is none", cell(r.CAPITAL, to("Jianbin")), "R-reg_capital-type"),
    Damage("unit lost", cell(r.CAPITAL, capital_like(NUMBER_OF_WAN, lambda n, _: n)), "R-reg_capital-type"),
    Damage("bracket cut off", cell(r.CAPITAL, capital_like(NUMBER_OF_WAN, lambda n, w: f"{n}({w}")), "R-reg_capital-type"),
    Damage("currency nobody knows", cell(r.CAPITAL, capital_like(NUMBER_OF_WAN, lambda n, _: f"{n}(万卢布)")), "R-reg_capital-type"),
    Damage("capital as a spreadsheet shows it", cell(r.CAPITAL, capital_like(NUMBER_OF_WAN, lambda n, _: f"{n[0]}.2E+07")), "R-reg_capital-type"),
    Damage("comma in the wrong place", cell(r.CAPITAL, capital_like(r"(\d),(\d)(\d\d)(\(.*)", lambda a, b, c, d: f"{a}{b},{c}{d}")), "R-reg_capital-type"),
    Damage("negative capital", cell(r.CAPITAL, capital_like(r"([1-9].*)", lambda all: f"-{all}")), "R-reg_capital-range"),
    Damage("capital in full width", cell(r.CAPITAL, capital_like(r"(\d,\d{3}\(.*)", lambda all: all.translate(FULL_WIDTH))), None),
    Damage("capital in words", cell(r.CAPITAL, capital_like(r"10(\(万元人民币\))", lambda _: "人民币壹拾万元整")), None),
    Damage("unit written otherwise", cell(r.CAPITAL, capital_like(NUMBER_OF_WAN, lambda n, _: f"人民币{n} 万元")), None),
    Damage("area unknown", cell(r.AREA, to("河西新区")), "R-area-outside", WARNING),
    Damage("area in another province", cell(r.AREA, to("广东")), "R-area-outside"),
    Damage("area as a code", cell(r.AREA, lambda c, _: r.AREAS.get(c)), None),
    Damage("another province", cell(r.PROVINCE, to("湖北")), "R-province-one_of"),
    Damage("record split between cells", split_between_cells, "D-too_few_fields"),
    Damage("record split in the name", split_in_name, "D-too_few_fields"),
    Damage("a cell too many", one_cell_more, "D-too_many_fields"),
    Damage("quote not closed", unclosed_quote, "D-unclosed_quote"),
    Damage("text behind a quote", text_behind_quote, "D-stray_quote"),
    Damage("a NUL in a cell", cell(r.ADDRESS, lambda c, _: c[:2] + "\0" + c[2:]), "D-control_character"),
    Damage("a byte that is no character", cell(r.ADDRESS, lambda c, _: c[:2] + BROKEN + c[2:]), "D-undecodable"),
    Damage("row sent twice", repeated, "R-usc_code-key", WARNING),
    Damage("key sent twice", repeated_otherwise, "R-usc_code-key"),
    Damage("total under the rows", lambda row, _: [line(row), "合计,,,,,,,,,\n"], "D-statement", WARNING),
    Damage("header again", lambda row, _: [line(row), HEADER_LINE], None),
    Damage("blank line", lambda row, _: [line(row), "\n"], None),
]
# Both halves of these are found, or only the first.
BOTH, FIRST = {"record split between cells"}, {"record split in the name"}
# Records that are no rows, or rows that are there already.
NO_ROW = {"total under the rows", "header again", "blank line"}
HEADER_LINE = ""


@dataclass
class Twin:
    text: str
    truth: list[Truth]
    # The rows that are good, as they were meant; cells that a remark is about hold what the hub keeps.
    kept: list[list[str]]
    duplicate: int
    blank_or_total: int

    def encoded(self, charset: str) -> bytes:
        return self.text.encode(charset).replace(BROKEN.encode(charset), b"\xff")


def make(header: list[str], rows: list[list[str]], seed: int, each: int = EACH) -> Twin:
    """The twin. What is wrong with the extract itself is part of the truth."""
    global HEADER_LINE
    HEADER_LINE = line(header)
    dice = random.Random(seed)
    order = [at for at, row in enumerate(rows) if not known_faults(row)]
    dice.shuffle(order)
    planned: dict[int, tuple[Damage, list[str]]] = {}
    for damage in DAMAGES:
        made = 0
        while made < each:
            at = order.pop()
            records = damage.change(rows[at], dice)
            if records is None:
                order.insert(0, at)
                continue
            planned[at] = (damage, records)
            made += 1
    twin = Twin("", [], [], 0, 0)
    records, lines = 1, [HEADER_LINE]
    for at, row in enumerate(rows):
        damage, becomes = planned.get(at, (None, [line(row)]))
        faults = known_faults(row)
        first, records = records + 1, records + len(becomes)
        lines += becomes
        if damage is None:
            twin.truth += [Truth(records, "as published", rule, severity) for rule, severity in faults]
            if all(severity == WARNING for _, severity in faults):
                twin.kept.append(row)
            continue
        about = {first} if damage.name in FIRST else {first, records} if damage.name in BOTH else {records}
        twin.truth += [Truth(number, damage.name, damage.rule, damage.severity) for number in sorted(about)]
        doubled = damage.name in ("row sent twice", "key sent twice")
        twin.duplicate += damage.name == "row sent twice"
        twin.blank_or_total += damage.name in NO_ROW
        if damage.rule is None or damage.severity == WARNING or doubled or damage.name in FIRST:
            twin.kept.append(row)
    twin.text = "".join(lines)
    return twin


def known_faults(row: list[str]) -> list[tuple[str, str]]:
    """What is wrong with a row as it was published."""
    faults = []
    if re.search(r"\d", row[r.TYPE]):
        faults.append(("R-entity_type-pattern", ERROR))
    if r.is_refused(row):
        faults.append(("R-reg_capital-type", ERROR))
    if row[r.AREA] not in r.AREAS:
        faults.append(("R-area-outside", WARNING))
    if r.has_drawn(row):
        faults.append(("D-private_use", WARNING))
    return faults


def main() -> None:
    folder = Path(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    twin = make(*r.table(r.read()), seed)
    (folder / "twin.csv").write_bytes(twin.encoded(sys.argv[3] if len(sys.argv) > 3 else "utf-8"))
    with (folder / "twin.truth.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["record_no", "damage", "rule", "severity"])
        writer.writerows([one.record_no, one.damage, one.rule or "", one.severity if one.rule else ""] for one in twin.truth)


if __name__ == "__main__":
    main()
