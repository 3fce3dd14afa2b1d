"""What goes wrong in the rows themselves: quotes, widths, line ends, bytes. The truth is what the author meant; where
nobody can know, it is what stands in the file."""
import random
from dataclasses import replace

from table import Table, Writing, clean


def _with_row(table: Table, number: int, row: list[str]) -> Table:
    rows = list(table.rows)
    rows[number] = row
    return replace(table, rows=rows)


def _with_line(table: Table, writing: Writing, number: int, line: str) -> str:
    """The file with the line of one record replaced."""
    lines = [writing.line(cells) for cells in table.lines()]
    lines[len(table.header_rows) + number] = line
    return "".join(line + writing.newline for line in lines)


def _with_cell(table: Table, writing: Writing, number: int, column: int, written: str) -> str:
    """The file with one cell written so."""
    cells = [writing.cell(cell) for cell in table.rows[number]]
    cells[column] = written
    return _with_line(table, writing, number, writing.delimiter.join(cells))


def _flat(dice: random.Random, table: Table) -> int:
    """A record that takes one line."""
    return dice.choice([number for number, row in enumerate(table.rows) if "\n" not in "".join(row)])


def extra_quote(dice: random.Random, table: Table, writing: Writing):
    number, column = _flat(dice, table), dice.choice([0, 1, 2, 3, 4, 5, 6, 8])
    row = list(table.rows[number])
    row[column] = writing.quote + row[column]
    return _with_cell(table, writing, number, column, row[column]), _with_row(table, number, row)


def extra_quote_inside(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = list(table.rows[number])
    row[7] = f'{writing.quote}称重{writing.delimiter} 待核'
    return _with_cell(table, writing, number, 7, f'"{row[7]}"'), _with_row(table, number, row)


def unclosed_quote(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = list(table.rows[number])
    row[1] = writing.quote + row[1]
    return _with_cell(table, writing, number, 1, row[1]), _with_row(table, number, row)


def unclosed_quotes(dice: random.Random, table: Table, writing: Writing):
    rows = [list(row) for row in table.rows]
    for row in dice.sample([row for row in rows if "\n" not in row[7] and writing.delimiter not in row[7]], 8):
        row[3] = writing.quote + row[3]
    lines = [writing.line(cells) for cells in table.header_rows]
    for row in rows:
        lines.append(writing.delimiter.join(cell if cell.startswith('"') else writing.cell(cell) for cell in row))
    return "".join(line + writing.newline for line in lines), replace(table, rows=rows)


def behind_quote(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = list(table.rows[number])
    row[1] = '"湘西"某公司'
    return _with_cell(table, writing, number, 1, row[1]), _with_row(table, number, row)


def not_doubled(dice: random.Random, table: Table, writing: Writing):
    rows = [list(row) for row in table.rows]
    for row in dice.sample(rows, 10):
        row[7] = dice.choice(['管径 48"', '规格 5" 与 8" 两种', '称"夜间停机", 待核'])
    careless = writing.but(escape="")
    lines = [careless.line(cells) for cells in table.header_rows + rows]
    return "".join(line + writing.newline for line in lines), replace(table, rows=rows)


def field_less(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = table.rows[number][:-2]
    return _with_line(table, writing, number, writing.line(row)), _with_row(table, number, row)


def field_more(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = [*table.rows[number][:-1], "多", "余"]
    return _with_line(table, writing, number, writing.line(row)), _with_row(table, number, row)


def ragged(dice: random.Random, table: Table, writing: Writing):
    rows = [row[: dice.choice([7, 8, 9, 9, 9])] for row in table.rows]
    return writing.text(table.header_rows + rows), replace(table, rows=rows)


def mixed_line_ends(dice: random.Random, table: Table, writing: Writing):
    lines = [writing.line(cells) for cells in table.lines()]
    return "".join(line + dice.choice(["\n", "\r\n"]) for line in lines), table


def bare_cr_line_ends(dice: random.Random, table: Table, writing: Writing):
    rows = [row for row in table.rows if '"' not in writing.line(row)]
    table = replace(table, rows=rows)
    lines = [writing.line(cells) for cells in table.lines()]
    return "".join(line + ("\r" if dice.random() < 0.1 else "\n") for line in lines[:-1]) + lines[-1] + "\n", table


def nul(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = list(table.rows[number])
    row[3] += "\0"
    return _with_cell(table, writing, number, 3, row[3]), _with_row(table, number, row)


def bare_cr(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = list(table.rows[number])
    row[3] = row[3].replace("某路", "某\r路")
    return _with_cell(table, writing, number, 3, row[3]), _with_row(table, number, row)


def blank_behind_quote(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    return _with_cell(table, writing, number, 1, f'"{table.rows[number][1]}"  '), table


def replaced(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    row = list(table.rows[number])
    row[1] = row[1].replace("有限", "\ufffd限")
    table = _with_row(table, number, row)
    return writing.text(table.lines()), table


def private_use(dice: random.Random, table: Table, writing: Writing):
    number = _flat(dice, table)
    old, new = list(table.rows[number]), list(table.rows[number])
    old[1], new[1] = "\ue81e\ue816某", "\u9fb4\U00020087某"
    text = writing.text(_with_row(table, number, old).lines())
    return text, _with_row(table, number, new)


def dots(dice: random.Random, table: Table, writing: Writing):
    rows = [list(row) for row in table.rows]
    for row, dot in zip(rows, "·•・‧．"):
        row[1] = f"某某{dot}某"
    table = replace(table, rows=rows)
    return writing.text(table.lines()), table


def late_chinese(dice: random.Random, table: Table, writing: Writing):
    plain = [[str(number), "plain", "ascii", "x", "2025-01-01", "1", "2", "", ""] for number in range(3000)]
    table = Table(["no", "a", "b", "c", "day", "kwh", "fee", "d", "e"], plain + table.rows)
    table = replace(table, header_rows=[table.header])
    return writing.text(table.lines()), table


def bad_byte(writing: Writing):
    """A byte that is no character, in one cell."""

    def make(dice: random.Random, table: Table):
        number = _flat(dice, table)
        row = list(table.rows[number])
        holder = row[1]
        row[1] = "\ufffd" + holder
        content = writing.bytes(writing.text(table.lines()))
        at = content.index(row[0].encode()) + len(row[0]) + 1
        return content[:at] + b"\xff" + content[at:], _with_row(table, number, row)

    return make


assert clean(1) == clean(1), "the same seed makes the same table"
