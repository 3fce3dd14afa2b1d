"""The extract of a public register, and a reader of it that shares nothing with the hub: `csv`, `decimal`, and tables
of the words that occur in it. It lies outside of the repository and is never copied into it."""
import csv
import io
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ent_reg" / "hunan_until_2013.csv.zst"
FEED, PERIOD, UNIT = "amr_entity_public", "2013", "430000"
NAME, CODE, DATE, TYPE, PERSON, CAPITAL, SCOPE, PROVINCE, AREA, ADDRESS = range(10)

AREAS = {
    "长沙": "430100", "株洲": "430200", "湘潭": "430300", "衡阳": "430400", "邵阳": "430500", "岳阳": "430600",
    "常德": "430700", "张家界": "430800", "益阳": "430900", "郴州": "431000", "永州": "431100", "怀化": "431200",
    "娄底": "431300", "湘西": "433100",
}
# What stands behind the number once brackets are gone. All of them count in ten thousands.
WORDS = {
    "万": "CNY", "万元": "CNY", "万元人民币": "CNY", "万人民币": "CNY", "万人民币元": "CNY", "万美元": "USD",
    "万港币": "HKD", "万欧元": "EUR", "万日元": "JPY", "万加拿大元": "CAD",
}


def read() -> bytes:
    """The extract as UTF-8, or a skipped test."""
    if not FILE.exists():
        pytest.skip(f"no public register at {FILE}: this proof needs the shared data folder")
    unpacked = subprocess.run(["zstd", "-dc", str(FILE)], capture_output=True)
    if unpacked.returncode:
        pytest.skip("zstd is missing")
    return unpacked.stdout


def table(text: bytes) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(text.decode("utf-8"), newline=""))
    return header, rows


@dataclass(frozen=True)
class Capital:
    amount: Decimal
    currency: str


def capital(cell: str) -> Capital | None:
    """The capital in the main unit of its currency, `None` for an empty cell. Raises ValueError for anything else."""
    if cell == "N/A":
        return None
    bare = cell.translate(str.maketrans("", "", "()（）"))
    number = bare.rstrip("".join(set("".join(WORDS))))
    try:
        return Capital(Decimal(number.replace(",", "")) * 10_000, WORDS[bare[len(number):]])
    except (InvalidOperation, KeyError) as no_amount:
        raise ValueError(cell) from no_amount


def is_refused(row: list[str]) -> bool:
    """A row whose capital is no amount: in the extract one, which slipped by a column."""
    try:
        capital(row[CAPITAL])
    except ValueError:
        return True
    return False


def has_drawn(row: list[str]) -> bool:
    """Does it hold a character that somebody drew? None of them is one that GB 18030-2022 has given a place."""
    return any("\ue000" <= character <= "\uf8ff" for cell in row for character in cell)


def by_area_year_currency(rows: list[list[str]]) -> dict[tuple, tuple[int, Decimal]]:
    """Rows and capital per area, year of registration and currency; `None` where a row has none."""
    counted: dict[tuple, list] = defaultdict(lambda: [0, Decimal(0)])
    for row in rows:
        found = capital(row[CAPITAL])
        cell = counted[AREAS.get(row[AREA]), row[DATE][:4], found and found.currency]
        cell[0] += 1
        cell[1] += found.amount if found else 0
    return {key: (count, amount) for key, (count, amount) in counted.items()}
