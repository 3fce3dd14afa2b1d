"""Workbooks as a clerk handles them: opened and saved by openpyxl, or saved once more by LibreOffice without a screen."""
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


class Book:
    """The first sheet of a workbook, its columns found by title (without the star and the unit in brackets)."""

    def __init__(self, source: bytes | Path):
        self.book = openpyxl.load_workbook(BytesIO(source) if isinstance(source, bytes) else source)
        self.sheet = self.book.worksheets[0]

    def titles(self) -> list[str]:
        return [str(cell.value or "") for cell in self.sheet[1]]

    def column(self, title: str) -> int:
        plain = [known.lstrip("*").split("（")[0] for known in self.titles()]
        return plain.index(title) + 1

    def cell(self, title: str, row: int):
        return self.sheet.cell(row=row, column=self.column(title))

    def put(self, title: str, row: int, value) -> None:
        self.cell(title, row).value = value

    def rows(self) -> range:
        return range(2, self.sheet.max_row + 1)

    def saved(self) -> bytes:
        kept = BytesIO()
        self.book.save(kept)
        return kept.getvalue()


def by_hand(book: bytes, _: Path) -> bytes:
    """What openpyxl saved, as it is."""
    return book


def through_office(book: bytes, folder: Path) -> bytes:
    """Opened and saved by LibreOffice: every part of the file is written anew by another program."""
    folder.mkdir(parents=True, exist_ok=True)
    source, out = folder / "in.xlsx", folder / "out"
    source.write_bytes(book)
    subprocess.run(
        [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
         "--outdir", str(out), str(source)],
        check=True, capture_output=True, timeout=180,
    )
    return (out / "in.xlsx").read_bytes()
