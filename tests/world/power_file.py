"""Small hand-made files of the feed `pow_usage`, where a test decides every cell.

Larger files come from `taxhub generate` (crate `datasets`). Credit codes carry the registrar 433199, which no office was
given; names are invented.
"""
from dataclasses import dataclass, replace

HEADER = [
    "户号", "户名", "统一社会信用代码", "个人证件号码", "所属县市代码", "用电类别", "行业代码", "用电地址",
    "容量", "电量", "峰电量", "平电量", "谷电量", "电费", "退补标志", "电费月", "抄表日期",
]
COUNTIES = ["433101", "433122", "433123", "433124", "433125", "433126", "433127", "433130"]
FEED, UNIT = "pow_usage", "433100"

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]


def credit_code(serial: int) -> str:
    """A valid code under GB 32100-2015. The organisation part keeps its own check digit, too (GB 11714)."""
    body = f"MA{serial:06d}"
    value = [int(c) if c.isdigit() else ord(c) - 55 for c in body]
    check = 11 - sum(v * w for v, w in zip(value, [3, 7, 9, 10, 5, 8, 4, 2])) % 11
    head = "91433199" + body + {10: "X", 11: "0"}.get(check, str(check))
    total = sum(_ALPHABET.index(c) * w for c, w in zip(head, _WEIGHTS))
    return head + _ALPHABET[(31 - total % 31) % 31]


@dataclass(frozen=True)
class Meter:
    """One row. `kwh` in whole kWh; parts and fee follow from it unless `cells` says otherwise."""

    serial: int
    county: str = "433101"
    kwh: int = 1000
    use_class: str = "2"
    name: str = ""
    month: str = "202501"
    cells: tuple[tuple[str, str], ...] = ()

    def with_cell(self, title: str, text: str) -> "Meter":
        return replace(self, cells=(*self.cells, (title, text)))

    def record(self) -> list[str]:
        peak, flat = self.kwh * 3 // 10, self.kwh * 4 // 10
        cells = {
            "户号": f"{self.county[4:6]}{self.serial:08d}",
            "户名": self.name or f"云鹤第{self.serial}商行",
            "统一社会信用代码": credit_code(self.serial),
            "用电类别": self.use_class,
            "行业代码": "5211",
            "用电地址": f"白鹤湾路{self.serial}号",
            "所属县市代码": self.county,
            "电量": f"{self.kwh}.00",
            "峰电量": f"{peak}.00",
            "平电量": f"{flat}.00",
            "谷电量": f"{self.kwh - peak - flat}.00",
            "电费": f"{self.kwh * 7 // 10}.00",
            "电费月": self.month,
            "抄表日期": f"{self.month[:4]}-{self.month[4:6]}-15",
        }
        cells.update(self.cells)
        return [cells.get(title, "") for title in HEADER]


def csv(meters: list[Meter], encoding: str = "utf-8", header: list[str] | None = None) -> bytes:
    lines = [",".join(header or HEADER)] + [",".join(meter.record()) for meter in meters]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def month(count: int, *, label: str = "202501", first: int = 1, kwh: int = 1000) -> list[Meter]:
    """`count` meters spread over the eight counties in turn."""
    return [Meter(first + n, COUNTIES[n % len(COUNTIES)], kwh + n, month=label) for n in range(count)]
