"""The clerk's loop: a template is filled, its bad rows come back in a workbook, are mended there and merge into the rest."""
import pytest
from world import binary, power_file
from world.power_file import FEED, HEADER, UNIT, csv, month
from world.sheets import OFFICE, Book, by_hand, through_office

SAVED_BY = [
    pytest.param(by_hand, id="openpyxl"),
    pytest.param(through_office, id="libreoffice", marks=pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")),
]
NUMBERS = {"容量", "电量", "峰电量", "平电量", "谷电量", "电费"}
MARK, PROBLEM = "退改行标识", "问题说明"


def verdict(reply) -> dict:
    assert reply.status in (200, 201), (reply.status, reply.body[:800])
    return reply.json()


def submitted(hub, label: str, body: bytes, who: str = "pow.reporter") -> dict:
    return verdict(hub.caller(who).submit(FEED, label, UNIT, body, file_name="file.xlsx"))


def workbook_of(hub, receipt: dict) -> Book:
    reply = hub.caller("pow.reporter").get(f"/v1/submissions/{receipt['submission']}/workbook")
    assert reply.status == 200, reply.body[:400]
    assert reply.headers["content-disposition"].endswith('.xlsx"')
    return Book(reply.body)


def findings_of(hub, receipt: dict) -> list[dict]:
    return hub.caller("pow.reporter").get(f"/v1/submissions/{receipt['submission']}/findings?limit=100").json()["items"]


def texts_of(hub, receipt: dict) -> list[str]:
    return [one["text"] for one in findings_of(hub, receipt)]


def rows_in(hub, label: str) -> int:
    asked = hub.caller("tax.prefecture", "tax_risk").rows(f"SELECT count(*) FROM v_power_month WHERE month = '{label}'")
    return asked[0][0]


def filled(template: bytes, meters: list[power_file.Meter]) -> Book:
    """A template with these rows, numbers typed as numbers and all else as text."""
    book = Book(template)
    for row, meter in enumerate(meters, start=2):
        for title, text in zip(HEADER, meter.record()):
            if text:
                number = title in NUMBERS and text.replace(".", "").isdigit()
                book.put(title, row, float(text) if number else text)
    return book


def template(folder) -> bytes:
    path = folder / "template.xlsx"
    ran = binary.run("template", FEED, "--unit", UNIT, "--out", path)
    assert ran.code == 0, ran
    return path.read_bytes()


@pytest.mark.parametrize("save", SAVED_BY)
def test_a_filled_template_passes_without_a_remark(save, tmp_path):
    book = filled(template(tmp_path), month(40))
    file = tmp_path / "filled.xlsx"
    file.write_bytes(save(book.saved(), tmp_path / "office"))
    ran = binary.run("check", FEED, file, "--period", "202501", "--unit", UNIT, "--json")
    assert (ran.code, ran.json()["findings_total"], ran.json()["committed"]) == (0, 0, 40), ran.out[:2000]


@pytest.mark.parametrize("save", SAVED_BY)
def test_a_clerk_fills_a_template_wrongly_mends_two_cells_and_sees_the_receipt(save, own, tmp_path):
    meters = month(40, label="202506")
    meters[3] = meters[3].with_cell("电量", "很多")
    meters[7] = meters[7].with_cell("统一社会信用代码", "91433199MA0000040Z")
    first_file = save(filled(template(tmp_path), meters).saved(), tmp_path / "one")
    first = submitted(own, "202506", first_file)
    assert (first["verdict"], first["committed"], first["quarantined"]) == ("accepted_with_findings", 38, 2)

    answer = workbook_of(own, first)
    assert len(answer.rows()) == 2
    wrong = [answer.cell("电量", 2), answer.cell("统一社会信用代码", 3)]
    assert [cell.fill.fgColor.rgb for cell in wrong] == ["FFFFC7CE", "FFFFC7CE"]
    assert "电量" in answer.cell(PROBLEM, 2).value and answer.cell("原文件行号", 2).value == "5"
    letter = answer.cell(MARK, 1).column_letter
    assert answer.sheet.column_dimensions[letter].hidden
    assert [sheet.title for sheet in answer.book.worksheets if sheet.sheet_state != "visible"] == ["_taxhub_codes", "_taxhub"]

    answer.put("电量", 2, "1003.00")
    answer.put("统一社会信用代码", 3, power_file.credit_code(8))
    mended = save(answer.saved(), tmp_path / "two")
    second = submitted(own, "202506", mended)
    assert (second["verdict"], second["committed"], second["revision"]) == ("accepted", 40, 2), findings_of(own, second)
    assert rows_in(own, "202506") == 40
    assert second["answered"] == {
        "submission": first["submission"], "report_hash": first["report_hash"], "files": [first["sha256"]],
        "rows_mended": 2, "rows_unchanged": 0, "rows_withdrawn": 0,
    }

    # Offline, from the same two files, the same verdict to the last character.
    base, file = tmp_path / "base.xlsx", tmp_path / "mended.xlsx"
    base.write_bytes(first_file)
    file.write_bytes(mended)
    ran = binary.run("check", FEED, file, "--base", base, "--period", "202506", "--unit", UNIT, "--json")
    assert (ran.code, ran.json()["report_hash"]) == (0, second["report_hash"])
    alone = binary.run("check", FEED, file, "--period", "202506", "--unit", UNIT, "--json")
    assert (alone.code, alone.json()["file_findings"][0]["text"]) == (20, "check.answer_alone")


def spoilt(label: str, bad: int) -> bytes:
    """A month of forty meters in GB18030, the first of them spoilt."""
    meters = month(40, label=label)
    meters[:bad] = [meter.with_cell("电量", "很多") for meter in meters[:bad]]
    return csv(meters, "gb18030")


def test_a_refused_file_is_taken_once_its_bad_rows_are_mended(own):
    refused = submitted(own, "202507", spoilt("202507", 6))
    assert (refused["verdict"], rows_in(own, "202507")) == ("rejected", 0)
    answer = workbook_of(own, refused)
    assert len(answer.rows()) == 6
    for row in answer.rows():
        answer.put("电量", row, "1000")
    receipt = submitted(own, "202507", answer.saved())
    assert (receipt["committed"], receipt["revision"], rows_in(own, "202507")) == (40, 1, 40)
    assert submitted(own, "202507", answer.saved())["committed"] == 40


def test_two_clerks_who_mend_different_rows_of_one_workbook_both_count(own):
    first = submitted(own, "202508", spoilt("202508", 2))
    one, other = workbook_of(own, first), workbook_of(own, first)
    one.put("电量", 2, "1000")
    other.put("电量", 3, "1001")
    assert submitted(own, "202508", one.saved())["quarantined"] == 1
    last = submitted(own, "202508", other.saved())
    assert (last["verdict"], last["committed"], last["revision"]) == ("accepted", 40, 3), findings_of(own, last)


def test_an_answer_to_an_answer_is_laid_over_both(own):
    first = submitted(own, "202508", spoilt("202508", 2))
    book = workbook_of(own, first)
    book.put("电量", 2, "1000")
    second = submitted(own, "202508", book.saved())
    book = workbook_of(own, second)
    assert len(book.rows()) == 1
    book.put("电量", 2, "1001")
    third = submitted(own, "202508", book.saved())
    assert (third["committed"], third["quarantined"]) == (40, 0), findings_of(own, third)


def test_an_answer_that_fits_nothing_any_more_is_refused_with_its_reason_and_changes_nothing(own):
    first = submitted(own, "202508", spoilt("202508", 2))
    book = workbook_of(own, first)
    book.put("电量", 2, "1000")
    answer = book.saved()
    elsewhere = submitted(own, "202507", answer)
    assert (elsewhere["verdict"], texts_of(own, elsewhere)) == ("rejected", ["check.answer_other_slot"])
    whole = submitted(own, "202508", csv(month(12, label="202508")))
    late = submitted(own, "202508", answer)
    assert (late["verdict"], texts_of(own, late)) == ("rejected", ["check.answer_superseded"])
    assert (whole["revision"], rows_in(own, "202508")) == (2, 12)
    for row in book.book["_taxhub"].iter_rows():
        if row[0].value == "submission":
            row[1].value = "sub_" + "0" * 32
    unknown = submitted(own, "202508", book.saved())
    assert texts_of(own, unknown) == ["check.answer_submission_unknown"]


def test_a_workbook_is_for_its_own_department_and_reading_it_is_on_record(own):
    first = submitted(own, "202508", spoilt("202508", 2))
    path = f"/v1/submissions/{first['submission']}/workbook"
    for name in ("tax.prefecture", "fin.budget", "hub.system"):
        assert own.caller(name).get(path).status == 404, name
    workbook_of(own, first)
    entries = own.caller("hub.audit").get("/v1/audit?limit=50").json()["items"]
    read = [one for one in entries if one.get("subject", {}).get("act") == "read_quarantine"]
    assert len(read) == 1 and read[0]["subject"]["submission"] == first["submission"]


def test_a_submission_without_bad_rows_has_no_workbook(own):
    receipt = submitted(own, "202508", csv(month(5, label="202508")))
    reply = own.caller("pow.reporter").get(f"/v1/submissions/{receipt['submission']}/workbook")
    assert (reply.status, reply.code) == (409, "sheet.nothing_to_mend")


def test_a_template_comes_over_http_and_an_unknown_feed_or_unit_is_told(own):
    reporter = own.caller("pow.reporter")
    reply = reporter.get(f"/v1/catalog/feeds/{FEED}/template?unit=433101")
    assert reply.status == 200 and "*户号" in Book(reply.body).titles()
    assert reporter.get("/v1/catalog/feeds/pow_nothing/template").status == 404
    assert reporter.get(f"/v1/catalog/feeds/{FEED}/template?unit=430100").code == "intake.unit_not_owed"


def test_the_commands_never_write_over_a_workbook_that_is_there(tmp_path):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(b"hours of mending")
    ran = binary.run("template", FEED, "--out", path, "--json")
    assert (ran.code, ran.json()["code"]) == (1, "cli.out_exists")
    assert path.read_bytes() == b"hours of mending"
