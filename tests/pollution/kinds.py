"""The ways in which files of departments differ from a clean one: a hundred of them, each with its truth.

A kind is a name, a weight (how often it is met, by our judgement) and a function that makes the file. Ordinary
differences of dialect weigh more than damage, as they do in surveys of open data.
"""
import random
from collections.abc import Callable
from dataclasses import dataclass

import damage
import layout
from table import HEADER, Table, Writing, clean

Made = tuple[bytes, Table]
CSV = Writing()


@dataclass(frozen=True)
class Kind:
    name: str
    weight: int
    make: Callable[[random.Random, Table], Made]


def written(writing: Writing) -> Callable[[random.Random, Table], Made]:
    """The clean table in another dialect."""
    return lambda _, table: (writing.bytes(writing.text(table.lines())), table)


def laid_out(change: Callable, writing: Writing = CSV) -> Callable[[random.Random, Table], Made]:
    """Another arrangement of lines."""

    def make(dice: random.Random, table: Table) -> Made:
        text, truth = change(dice, table, writing)
        return writing.bytes(text), truth

    return make


def dialects() -> list[Kind]:
    gbk = CSV.but(charset="gb18030")
    kinds = [
        Kind("plain", 20, written(CSV)),
        Kind("lf", 40, written(CSV.but(newline="\n"))),
        Kind("cr", 2, written(CSV.but(newline="\r"))),
        Kind("cr cr lf", 2, written(CSV.but(newline="\r\r\n"))),
        Kind("utf-8 with mark", 20, written(CSV.but(bom=b"\xef\xbb\xbf"))),
        Kind("gb18030", 40, written(gbk)),
        Kind("gb18030 lf", 20, written(gbk.but(newline="\n"))),
        Kind("utf-16le", 5, written(CSV.but(charset="utf-16-le", bom=b"\xff\xfe"))),
        Kind("utf-16be", 2, written(CSV.but(charset="utf-16-be", bom=b"\xfe\xff"))),
        Kind("gb18030 with mark", 1, written(gbk.but(bom=b"\x84\x31\x95\x33"))),
        Kind("utf-16le tabs", 5, written(CSV.but(charset="utf-16-le", bom=b"\xff\xfe", delimiter="\t"))),
        Kind("all quoted", 10, written(CSV.but(quote_all=True))),
        Kind("single quotes", 3, written(CSV.but(quote="'", escape="'"))),
        Kind("backslash", 3, written(CSV.but(escape="\\", quote_all=True))),
        Kind("backslash gb18030", 2, written(gbk.but(escape="\\", quote_all=True))),
    ]
    delimiters = {
        ";": 20, "\t": 20, "|": 10, "^": 2, "~": 2, "\x01": 2, "\x1f": 1, "#": 1,
        "||": 4, "::": 2, "^|^": 2, "|+|": 1, "~|~": 1, ", ": 6, "; ": 1, "|^|": 1, "&&": 1, "@@": 1,
    }
    kinds += [Kind(f"delimiter {text!r}", weight, written(CSV.but(delimiter=text))) for text, weight in delimiters.items()]
    for text in ("|", "^", "||", "~", "\t", ", "):
        kinds.append(Kind(f"delimiter {text!r} gb18030", 4, written(gbk.but(delimiter=text))))
    kinds += [
        Kind("semicolons all quoted gb18030", 3, written(gbk.but(delimiter=";", quote_all=True))),
        Kind("single quotes gb18030", 2, written(gbk.but(quote="'", escape="'"))),
        Kind("single quotes tabs", 1, written(CSV.but(quote="'", escape="'", delimiter="\t"))),
    ]
    kinds.append(Kind("blanks between quotes", 1, written(CSV.but(delimiter=" ", quote_all=True))))
    return kinds


def layouts() -> list[Kind]:
    gbk = CSV.but(charset="gb18030")
    made = [
        ("title", 15, layout.title), ("title and unit line", 15, layout.unit_line), ("blank lines", 3, layout.blank_lines),
        ("preamble of text", 5, layout.prose), ("remarks", 4, layout.remarks), ("remarks between rows", 2, layout.remarks_between),
        ("header in two levels", 8, layout.two_levels), ("two levels below a title", 4, layout.two_levels_below_title),
        ("header in three levels", 2, layout.three_levels), ("header on every page", 4, layout.pages),
        ("no header", 15, layout.headerless), ("header only", 2, layout.header_only), ("one row", 3, layout.one_row),
        ("totals", 8, layout.totals), ("signatures", 8, layout.signatures), ("page numbers", 2, layout.page_numbers),
        ("end of file mark", 1, layout.dos_end), ("no last line end", 10, layout.no_last_line_end),
        ("two last line ends", 5, layout.two_last_line_ends), ("trailing delimiters", 5, layout.trailing_delimiters),
        ("one column", 2, layout.one_column), ("three hundred columns", 1, layout.wide),
        ("padded cells", 3, layout.padded), ("mark before the header's name", 2, layout.hashed_header),
        ("leading blank lines", 2, layout.leading_blank_lines), ("line breaks in every row", 2, layout.line_breaks),
        ("long cells", 1, layout.long_cells),
    ]
    kinds = [Kind(name, weight, laid_out(change)) for name, weight, change in made]
    for name, change in [("title", layout.title), ("two levels", layout.two_levels), ("signatures", layout.signatures)]:
        kinds.append(Kind(f"{name} gb18030", 6, laid_out(change, gbk)))
    kinds.append(Kind("title semicolons", 4, laid_out(layout.title, CSV.but(delimiter=";"))))
    kinds.append(Kind("empty", 2, lambda *_: (b"", Table(None, []))))
    kinds.append(Kind("byte order mark only", 1, lambda *_: (b"\xef\xbb\xbf", Table(None, []))))
    return kinds


def damages() -> list[Kind]:
    gbk = CSV.but(charset="gb18030")
    made = [
        ("extra quote", 2, damage.extra_quote), ("extra quote in a quoted cell", 2, damage.extra_quote_inside),
        ("unclosed quote", 2, damage.unclosed_quote), ("unclosed quotes", 1, damage.unclosed_quotes),
        ("text behind a quote", 2, damage.behind_quote), ("quotes not doubled", 3, damage.not_doubled),
        ("a field less", 3, damage.field_less), ("a field more", 3, damage.field_more),
        ("ragged", 2, damage.ragged), ("two systems' line ends", 2, damage.mixed_line_ends),
        ("carriage returns for line ends", 1, damage.bare_cr_line_ends), ("nul", 1, damage.nul),
        ("carriage return in a cell", 1, damage.bare_cr), ("blank behind a quote", 1, damage.blank_behind_quote),
        ("replacement characters", 1, damage.replaced), ("private use", 1, damage.private_use),
        ("dots in names", 1, damage.dots), ("late chinese", 2, damage.late_chinese),
    ]
    kinds = [Kind(name, weight, make) for name, weight, make in ((n, w, laid_out(m)) for n, w, m in made)]
    kinds += [Kind("bad byte", 2, damage.bad_byte(CSV)), Kind("bad byte gb18030", 2, damage.bad_byte(gbk))]
    for seed in range(3):
        kinds.append(Kind(f"extra quote {seed}", 1, laid_out(damage.extra_quote)))
        kinds.append(Kind(f"unclosed quote {seed} semicolons", 1, laid_out(damage.unclosed_quote, CSV.but(delimiter=";"))))
    return kinds


def corpus(seed: int) -> list[tuple[Kind, bytes, Table]]:
    """The files, the same for the same seed."""
    files = []
    for number, kind in enumerate(dialects() + layouts() + damages()):
        dice = random.Random(f"{seed} {kind.name}")
        content, truth = kind.make(dice, clean(seed * 1000 + number))
        files.append((kind, content, truth))
    return files


assert len(HEADER) == 9, "the layouts count on it"
