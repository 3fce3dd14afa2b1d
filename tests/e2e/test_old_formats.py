"""The same month in the formats of old programs: written by LibreOffice and by hand, checked offline, and sent to a hub."""
import shutil
import struct
import subprocess

import pytest

from world import binary
from world.power_file import FEED, HEADER, UNIT, csv, month

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def meters():
    found = month(60)
    return [*found[:50], found[50].with_cell("电量", "很多"), *found[51:]]


def written_by_office(folder, ending: str) -> bytes:
    """The month as LibreOffice saves it. All columns are opened as text, but for the amounts."""
    if OFFICE is None:
        pytest.skip("LibreOffice is not installed")
    (folder / "month.csv").write_bytes(csv(meters()))
    amounts = {"容量", "电量", "峰电量", "平电量", "谷电量", "电费"}
    columns = "/".join(f"{number}/{1 if title in amounts else 2}" for number, title in enumerate(HEADER, 1))
    home = f"-env:UserInstallation=file://{folder}/office"
    subprocess.run(
        [OFFICE, home, "--headless", f"--infilter=CSV:44,34,76,1,{columns}", "--convert-to", ending, "month.csv"],
        cwd=folder, check=True, capture_output=True, timeout=180,
    )
    return (folder / f"month.{ending}").read_bytes()


def dbf(records: list[list[str]], titles: list[str]) -> bytes:
    """A table of FoxPro: texts in code page 936 under names of ten bytes."""
    widths = [max(len(record[column].encode("gbk")) for record in records) or 1 for column in range(len(titles))]
    head = struct.pack("<B3BIHH", 0x30, 125, 2, 5, len(records), 33 + 32 * len(titles), 1 + sum(widths))
    head = head.ljust(29, b"\0") + b"\x7a\0\0"
    for title, width in zip(titles, widths):
        head += title.encode("gbk")[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    rows = (b" " + b"".join(cell.encode("gbk").ljust(width) for cell, width in zip(record, widths)) for record in records)
    return head + b"\r" + b"".join(rows) + b"\x1a"


def checked(folder, name: str, body: bytes) -> dict:
    (folder / name).write_bytes(body)
    ran = binary.run("check", FEED, folder / name, "--period", "202501", "--unit", UNIT, "--json")
    assert ran.code in (0, 10, 20), ran
    return ran.json()


@pytest.mark.parametrize("ending, label", [("xls", "xls"), ("xlsx", "xlsx"), ("html", "html")])
def test_what_an_office_program_saves_is_judged_like_the_csv_it_came_from(tmp_path, ending, label):
    # The name says nothing: all of them are called .xls.
    saved = checked(tmp_path, "saved.xls", written_by_office(tmp_path, ending))
    sent = checked(tmp_path, "sent.csv", csv(meters()))
    assert saved["charset"] == label
    assert (saved["committed"], saved["quarantined"]) == (sent["committed"], sent["quarantined"]) == (59, 1)
    assert saved["totals"] == sent["totals"]


def test_a_table_of_foxpro_is_received_and_its_short_names_are_told(own):
    records = [meter.record() for meter in month(40, label="202506")]
    reporter = own.caller("pow.reporter")
    reply = reporter.submit(FEED, "202506", UNIT, dbf(records, HEADER))
    assert reply.status in (200, 201), reply.body[:800]
    receipt = reply.json().get("receipt", reply.json())
    assert (receipt["verdict"], receipt["committed"]) == ("accepted_with_findings", 40)
    listed = reporter.get(f"/v1/submissions/{receipt['submission']}/findings").json()
    rules = [one["rule"] for one in listed.get("items", listed)]
    assert "F-names_short" in rules


def test_an_old_workbook_under_a_password_is_refused_with_what_to_do(tmp_path):
    whole = written_by_office(tmp_path, "xls")
    # The record that says so, put in place of another of its length: the window's first (WINDOW1, 18 bytes).
    at = whole.index(struct.pack("<HH", 0x003D, 18))
    locked = whole[:at] + struct.pack("<HH", 0x002F, 18) + whole[at + 4:]
    (tmp_path / "locked.xls").write_bytes(locked)
    ran = binary.run("check", FEED, tmp_path / "locked.xls", "--period", "202501", "--unit", UNIT)
    assert ran.code == 20
    assert "加密" in ran.out + ran.err
