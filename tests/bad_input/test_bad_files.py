"""Files nobody should send. Each gets a clear answer in Chinese and English, and the hub goes on as the same process."""
import io
import struct
import zipfile

import pytest

from world.http import eventually
from world.power_file import FEED, HEADER, UNIT, Meter, csv, month

GOOD = csv(month(20, label="202506"))


@pytest.fixture(scope="module")
def hub(_copies):
    running = _copies()
    pid = running.pid
    yield running
    assert running.running() and running.pid == pid
    assert running.caller(None).get("/healthz").status == 200


def send(hub, body: bytes, *, feed=FEED, period="202506", unit=UNIT):
    return hub.caller("pow.reporter").submit(feed, period, unit, body)


def told_in_both_languages(reply) -> None:
    """A problem document, or a receipt whose findings say what is wrong."""
    document = reply.json()
    assert document.get("title") and document.get("title_en"), document
    assert any("\u4e00" <= character <= "\u9fff" for character in document["title"])


def rejected(hub, reply) -> list[dict]:
    """The findings about the file as a whole."""
    assert reply.status in (200, 201), (reply.status, reply.body[:500])
    receipt = reply.json()
    assert receipt["verdict"] == "rejected", receipt
    listed = hub.caller("pow.reporter").get(f"/v1/submissions/{receipt['submission']}/findings").json()["items"]
    assert listed and all(one["message"] and one["message_en"] for one in listed)
    return listed


@pytest.mark.parametrize("asked", [
    {"feed": "pow_nothing"}, {"feed": "../x"}, {"period": "2025Q1"}, {"period": "209913"}, {"period": ""},
    {"unit": "433199"}, {"unit": "43"}, {"unit": "x"},
])
def test_a_wrong_address_is_refused_before_the_file_is_read(hub, asked):
    reply = send(hub, GOOD, **asked)
    assert 400 <= reply.status < 500, reply.body[:300]
    told_in_both_languages(reply)


def test_missing_columns_are_named(hub):
    header = [title for title in HEADER if title not in ("电量", "户号")]
    listed = rejected(hub, send(hub, (",".join(header) + "\r\n" + "," * (len(header) - 1) + "\r\n").encode()))
    said = " ".join(one["message"] for one in listed)
    assert "电量" in said and "户号" in said


def test_a_county_outside_of_the_unit_is_a_finding_of_its_row(hub):
    meters = month(30, label="202506")
    meters[4] = meters[4].with_cell("所属县市代码", "430802")
    reply = send(hub, csv(meters))
    assert reply.status in (200, 201)
    receipt = reply.json()
    assert receipt["findings_total"] >= 1 and receipt["rows_read"] == 30


def test_undecodable_bytes_are_reported_with_their_place(hub):
    meters = month(40, label="202506")
    meters[11] = Meter(9_999, name="坏字节在此", month="202506")
    body = csv(meters, "gb18030")
    mark = "坏字节在此".encode("gb18030")
    at = body.index(mark)
    body = body[:at] + b"\xff\xff" + body[at + 2:]
    reply = send(hub, body)
    assert reply.status in (200, 201), reply.body[:300]
    receipt = reply.json()
    listed = hub.caller("pow.reporter").get(f"/v1/submissions/{receipt['submission']}/findings").json()["items"]
    assert any(one.get("offset") == at for one in listed), listed


def test_an_empty_file_is_not_a_zero_report(hub):
    reply = send(hub, b"")
    if reply.status in (200, 201):
        rejected(hub, reply)
    else:
        told_in_both_languages(reply)


def test_a_header_alone_is_not_a_zero_report(hub):
    rejected(hub, send(hub, csv([])))


def workbook(parts: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
SPARSE = SHEET.format('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


@pytest.mark.parametrize(("title", "body"), [
    ("sparse workbook of 16 billion cells", workbook({"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": SPARSE})),
    ("truncated workbook", workbook({"xl/worksheets/sheet1.xml": SPARSE * 50})[:700]),
    ("workbook promising four billion strings", workbook({"xl/sharedStrings.xml": '<sst uniqueCount="4000000000"/>'})),
    ("zip bomb", workbook({"a.csv": "0" * 50_000_000})),
    ("PDF", b"%PDF-1.7\n" + b"x" * 100),
    ("image", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"),
    ("nothing but zeros", bytes(100_000)),
    ("one line of ten megabytes", b"x" * 10_000_000),
    ("a hundred thousand columns", b",".join([b"c"] * 100_000) + b"\r\n"),
    ("one quote that never ends", (",".join(HEADER) + '\r\n"').encode() + b"x" * 3_000_000),
    ("a page of HTML", b"<!DOCTYPE html><html><table></table></html>"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_not_a_table_gets_a_clear_answer(hub, title, body):
    reply = send(hub, body)
    assert reply.status != 500, (title, reply.body[:300])
    if reply.status in (200, 201):
        assert reply.json()["verdict"] == "rejected", title
        rejected(hub, reply)
    else:
        told_in_both_languages(reply)


def test_a_file_cut_in_the_middle_of_a_character_loses_that_row_only_and_says_where(hub):
    body = csv(month(60, label="202506"))[:-2] + "中".encode()[:2]
    reply = send(hub, body)
    assert reply.status in (200, 201)
    receipt = reply.json()
    assert (receipt["rows_read"], receipt["committed"], receipt["quarantined"]) == (60, 59, 1)
    listed = hub.caller("pow.reporter").get(f"/v1/submissions/{receipt['submission']}/findings").json()["items"]
    assert [one["offset"] for one in listed if "row" in one] == [len(body) - 2]


def test_a_file_larger_than_allowed_is_refused_without_being_kept(hub):
    reply = hub.caller("pow.reporter").request(
        "POST", f"/v1/submissions?feed={FEED}&period=202506&unit={UNIT}", None,
        {"Content-Length": str(1 << 40), "Content-Type": "text/csv"},
    )
    assert reply.status == 413
    told_in_both_languages(reply)


def test_a_sender_who_leaves_in_the_middle_leaves_nothing(hub):
    import http.client
    from urllib.parse import urlsplit

    connection = http.client.HTTPConnection(urlsplit(hub.http).netloc, timeout=10)
    connection.putrequest("POST", f"/v1/submissions?feed={FEED}&period=202508&unit={UNIT}")
    connection.putheader("Authorization", f"Bearer {hub.accounts()['pow.reporter'].token}")
    connection.putheader("Content-Length", str(len(GOOD)))
    connection.endheaders()
    connection.send(GOOD[: len(GOOD) // 2])
    connection.close()
    eventually(lambda: not [path for path in (hub.data / "spool").rglob("*") if path.is_file()])
    count = "SELECT count(*) FROM v_power_month WHERE month = '202508'"
    assert hub.caller("tax.prefecture", "tax_risk").rows(count) == [[0]]


def test_after_all_of_this_a_good_file_is_accepted(hub):
    reply = send(hub, csv(month(21, label="202510")), period="202510")
    assert reply.status == 201 and reply.json()["verdict"] == "accepted", reply.body[:500]
