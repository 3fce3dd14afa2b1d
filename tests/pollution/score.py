"""How well a file was read: success, and precision, recall and F1 of its header, its records and its cells. Ten points
in all, one for each of the ten figures."""
from collections import Counter
from dataclasses import dataclass

from table import Table

FIGURES = [
    "success",
    "header precision", "header recall", "header f1",
    "record precision", "record recall", "record f1",
    "cell precision", "cell recall", "cell f1",
]


@dataclass(frozen=True)
class Score:
    figures: tuple[float, ...]

    @property
    def points(self) -> float:
        return sum(self.figures)


FAILED = Score((0.0,) * len(FIGURES))


def of(truth: Table, header: list[str] | None, rows: list[list[str]]) -> Score:
    """Compares as multisets: where a record stands in the file does not matter, how often it does."""
    told = [header or [], truth.header or []]
    records = [Counter(_record(row) for row in side) for side in (rows, truth.rows)]
    cells = [Counter(cell for row in side for cell in _record(row)) for side in (rows, truth.rows)]
    names = [Counter(_record(side)) for side in told]
    return Score((1.0, *_compared(*names), *_compared(*records), *_compared(*cells)))


def _record(row: list[str]) -> tuple[str, ...]:
    """Blanks around a text and empty cells at the end of a record mean nothing."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _compared(told: Counter, truth: Counter) -> tuple[float, float, float]:
    common = (told & truth).total()
    if not told and not truth:
        return 1.0, 1.0, 1.0
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / told.total(), common / truth.total()
    return precision, recall, 2 * precision * recall / (precision + recall)
