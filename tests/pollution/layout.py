"""What stands around and above the rows: titles, unit lines, headers of several rows, totals, signatures, remarks."""
import random
from dataclasses import replace

from table import HEADER, Table, Writing

COLUMNS = len(HEADER)


def _alone(text: str) -> list[str]:
    return [text] + [""] * (COLUMNS - 1)


def _above(lines: list[list[str]], table: Table, writing: Writing) -> str:
    return writing.text(lines + table.lines())


def title(_: random.Random, table: Table, writing: Writing):
    return _above([_alone("2025年1月用电情况表")], table, writing), table


def unit_line(_: random.Random, table: Table, writing: Writing):
    unit = _alone("单位：万元")
    unit[COLUMNS - 1] = "2025年1月"
    return _above([_alone("用电情况表"), unit, [""] * COLUMNS], table, writing), table


def blank_lines(dice: random.Random, table: Table, writing: Writing):
    lines = [writing.line(cells) for cells in table.lines()]
    for _ in range(5):
        lines.insert(dice.randrange(1, len(lines)), dice.choice(["", "  ", writing.delimiter * (COLUMNS - 1)]))
    return "".join(line + writing.newline for line in ["", *lines, ""]), table


def prose(_: random.Random, table: Table, writing: Writing):
    above = ["某某供电公司", "本表由系统自动生成", ""]
    return "".join(line + writing.newline for line in above) + writing.text(table.lines()), table


def remarks(_: random.Random, table: Table, writing: Writing):
    above = ["# 导出时间 2025-02-01 08:00:00", "# 共 60 行, 不含居民"]
    return "".join(line + writing.newline for line in above) + writing.text(table.lines()), table


def remarks_between(dice: random.Random, table: Table, writing: Writing):
    lines = [writing.line(cells) for cells in table.lines()]
    for _ in range(4):
        lines.insert(dice.randrange(1, len(lines)), "# 以下为补抄")
    return "".join(line + writing.newline for line in lines), table


UPPER = ["户号", "用户信息", "", "", "抄表日期", "用量", "", "附注", ""]
LOWER = ["", "户名", "统一社会信用代码", "用电地址", "", "电量", "电费", "说明", "备注"]
JOINED = [
    "户号", "用户信息/户名", "用户信息/统一社会信用代码", "用户信息/用电地址", "抄表日期", "用量/电量", "用量/电费",
    "附注/说明", "附注/备注",
]


def two_levels(_: random.Random, table: Table, writing: Writing):
    table = replace(table, header=JOINED, header_rows=[UPPER, LOWER])
    return writing.text(table.lines()), table


def two_levels_below_title(dice: random.Random, table: Table, writing: Writing):
    _, table = two_levels(dice, table, writing)
    return title(dice, table, writing)


def three_levels(_: random.Random, table: Table, writing: Writing):
    levels = [
        ["户号", "用户信息", "", "", "抄表日期", "用量", "", "附注", ""],
        ["", "户名", "登记", "", "", "电量", "电费", "说明", "备注"],
        ["", "", "统一社会信用代码", "用电地址", "", "", "", "", ""],
    ]
    header = [
        "户号", "用户信息/户名", "用户信息/登记/统一社会信用代码", "用户信息/登记/用电地址", "抄表日期", "用量/电量",
        "用量/电费", "附注/说明", "附注/备注",
    ]
    table = replace(table, header=header, header_rows=levels)
    return writing.text(table.lines()), table


def pages(_: random.Random, table: Table, writing: Writing):
    lines = []
    for start in range(0, len(table.rows), 20):
        lines += table.header_rows + table.rows[start : start + 20]
    return writing.text(lines), table


def headerless(_: random.Random, table: Table, writing: Writing):
    return writing.text(table.rows), replace(table, header=None, header_rows=[])


def header_only(_: random.Random, table: Table, writing: Writing):
    return writing.text(table.header_rows), replace(table, rows=[])


def one_row(_: random.Random, table: Table, writing: Writing):
    table = replace(table, rows=table.rows[:1])
    return writing.text(table.lines()), table


def totals(_: random.Random, table: Table, writing: Writing):
    total = _alone("合计")
    total[5] = str(sum(int(row[5]) for row in table.rows))
    lines = table.lines()
    middle = len(lines) // 2
    return writing.text([*lines[:middle], ["小计", *total[1:]], *lines[middle:], total]), table


def signatures(_: random.Random, table: Table, writing: Writing):
    below = ["填表人：甲", "", "", "审核人：乙", "", "", "负责人：丙", "", ""]
    lines = [*table.lines(), below, _alone("填报日期：2025年2月5日"), _alone("备注：本表一式两份")]
    return writing.text(lines), table


def page_numbers(_: random.Random, table: Table, writing: Writing):
    lines = table.lines()
    return writing.text([*lines[:30], _alone("第1页"), *lines[30:], _alone("第 2 页，共 2 页")]), table


def dos_end(_: random.Random, table: Table, writing: Writing):
    return writing.text(table.lines()) + "\x1a", table


def no_last_line_end(_: random.Random, table: Table, writing: Writing):
    return writing.text(table.lines()).removesuffix(writing.newline), table


def two_last_line_ends(_: random.Random, table: Table, writing: Writing):
    return writing.text(table.lines()) + writing.newline, table


def trailing_delimiters(_: random.Random, table: Table, writing: Writing):
    return writing.text([[*cells, ""] for cells in table.lines()]), table


def one_column(_: random.Random, table: Table, writing: Writing):
    rows = [[row[1]] for row in table.rows]
    return writing.text([["户名"], *rows]), Table(["户名"], rows, [["户名"]])


def wide(dice: random.Random, table: Table, writing: Writing):
    more = [f"读数{number}" for number in range(291)]
    rows = [[*row, *(str(dice.randint(0, 999)) for _ in more)] for row in table.rows]
    table = Table([*HEADER, *more], rows, [[*HEADER, *more]])
    return writing.text(table.lines()), table


def padded(_: random.Random, table: Table, writing: Writing):
    lines = [[f" {cell} " if '"' not in writing.cell(cell) else cell for cell in row] for row in table.lines()]
    return writing.text(lines), table


def hashed_header(_: random.Random, table: Table, writing: Writing):
    return "#" + writing.text(table.lines()), table


def leading_blank_lines(_: random.Random, table: Table, writing: Writing):
    return writing.newline * 3 + writing.text(table.lines()), table


def line_breaks(_: random.Random, table: Table, writing: Writing):
    rows = [[*row[:7], "第一行\n第二行，续\n\n第四行", ""] for row in table.rows]
    table = replace(table, rows=rows)
    return writing.text(table.lines()), table


def long_cells(_: random.Random, table: Table, writing: Writing):
    rows = [[*row[:7], "长" * 5000, ""] for row in table.rows]
    table = replace(table, rows=rows)
    return writing.text(table.lines()), table
