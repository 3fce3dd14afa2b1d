"""A clean table of an invented power company, and how a table becomes the bytes of a file."""
import random
from dataclasses import dataclass, field, replace

HEADER = ["户号", "户名", "统一社会信用代码", "用电地址", "抄表日期", "电量", "电费", "说明", "备注"]

SURNAMES = "甲乙丙丁戊己庚辛壬癸"
TRADES = ["加工", "茶业", "矿业", "物流", "建材", "餐饮", "纺织", "旅游"]
TOWNS = ["吉首市", "凤凰县", "花垣县", "保靖县", "永顺县"]
REMARKS = [
    "表计正常",
    "上月漏抄，本月补抄",
    "换表：旧表止码 1,024，新表起码 0",
    "用户称“夜间停机”, 待核",
    "分时计价\n峰谷另计",
    'A 型"双向"表, 已校',
    "",
]


@dataclass(frozen=True)
class Table:
    """Header rows and records as texts. `header` is what a reader should tell: one name per column, or none at all."""

    header: list[str] | None
    rows: list[list[str]]
    header_rows: list[list[str]] = field(default_factory=list)

    def lines(self) -> list[list[str]]:
        return self.header_rows + self.rows


def clean(seed: int, rows: int = 60) -> Table:
    """No real person and no real company: credit codes use a registrar nobody was given."""
    dice = random.Random(seed)
    made = [_row(dice, number) for number in range(rows)]
    return Table(HEADER, made, [HEADER])


def _row(dice: random.Random, number: int) -> list[str]:
    holder = f"{dice.choice(SURNAMES)}{dice.choice(SURNAMES)}{dice.choice(TRADES)}有限公司"
    kwh = dice.randint(100, 99_999)
    return [
        f"{4331000000000 + number * 17:013}",
        holder,
        f"91433199MA{dice.randint(0, 9_999_999):07}X",
        f"{dice.choice(TOWNS)}某路{dice.randint(1, 300)}号",
        f"2025-01-{dice.randint(1, 28):02}",
        str(kwh),
        f"{kwh * 65 // 100}.{dice.randint(0, 99):02}",
        dice.choice(REMARKS),
        "",
    ]


@dataclass(frozen=True)
class Writing:
    """How a file is written."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    newline: str = "\r\n"
    charset: str = "utf-8"
    bom: bytes = b""
    quote_all: bool = False

    def cell(self, text: str) -> str:
        needs = self.quote_all or any(part and part in text for part in (self.delimiter, self.quote, "\n", "\r"))
        if self.escape == "\\":
            needs = needs or "\\" in text
            text = text.replace("\\", "\\\\")
        return f"{self.quote}{text.replace(self.quote, self.escape + self.quote)}{self.quote}" if needs else text

    def line(self, cells: list[str]) -> str:
        return self.delimiter.join(self.cell(cell) for cell in cells)

    def text(self, lines: list[list[str]]) -> str:
        return "".join(self.line(cells) + self.newline for cells in lines)

    def bytes(self, text: str) -> bytes:
        return self.bom + text.encode(self.charset)

    def but(self, **changes) -> "Writing":
        return replace(self, **changes)
