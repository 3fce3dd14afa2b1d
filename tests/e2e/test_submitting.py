"""A file's ways in: good, damaged, repeated, replaced, empty-handed, and not allowed."""
import json

import pytest

from world import binary, power_file
from world.power_file import FEED, UNIT, csv, month

COUNTS = ("committed", "quarantined", "duplicate", "blank_or_total")


def verdict(reply) -> dict:
    assert reply.status in (200, 201), (reply.status, reply.body[:800])
    answer = reply.json()
    return answer.get("receipt", answer)


def rows_in(hub, label: str) -> int:
    asked = hub.caller("tax.prefecture", "tax_risk").rows(f"SELECT count(*) FROM v_power_month WHERE month = '{label}'")
    return asked[0][0]


def test_a_good_file_is_accepted_and_counted(own):
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(month(40, label="202506"))))
    assert receipt["verdict"] == "accepted"
    assert receipt["rows_read"] == 40 == receipt["committed"]
    assert receipt["sha256"].startswith("sha256:")
    assert receipt["signature"] and receipt["key_id"]
    assert rows_in(own, "202506") == 40


def test_every_record_is_counted_once_and_bad_rows_stay_out(own):
    meters = month(100, label="202506")
    meters[3] = meters[3].with_cell("统一社会信用代码", "91433199MA0000040Z")
    meters[7] = meters[7].with_cell("电量", "很多")
    meters[9] = meters[9].with_cell("户名", "")
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(meters)))
    assert receipt["verdict"] == "accepted_with_findings"
    assert receipt["rows_read"] == sum(receipt[key] for key in COUNTS) == 100
    assert receipt["quarantined"] == 3
    assert rows_in(own, "202506") == 97


def test_findings_name_row_column_and_rule_and_mask_the_value(own):
    meters = month(40, label="202506")
    wrong = "91433199MA0000040Z"
    meters[3] = meters[3].with_cell("统一社会信用代码", wrong)
    reporter = own.caller("pow.reporter")
    receipt = verdict(reporter.submit(FEED, "202506", UNIT, csv(meters)))
    listed = reporter.get(f"/v1/submissions/{receipt['submission']}/findings").json()
    found = [one for one in listed.get("items", listed) if one.get("column") == "统一社会信用代码"]
    assert len(found) == 1
    assert found[0]["row"] == 5  # the header is record 1
    assert found[0]["severity"] == "error" and found[0]["rule"]
    assert wrong not in json.dumps(found)


def test_the_same_file_twice_gives_the_same_receipt(own):
    reporter, body = own.caller("pow.reporter"), csv(month(12, label="202506"))
    first = verdict(reporter.submit(FEED, "202506", UNIT, body))
    again = verdict(reporter.submit(FEED, "202506", UNIT, body))
    assert again["submission"] == first["submission"]
    assert rows_in(own, "202506") == 12


def test_the_same_key_gives_the_same_receipt_whatever_the_file(own):
    reporter = own.caller("pow.reporter")
    first = verdict(reporter.submit(FEED, "202506", UNIT, csv(month(12, label="202506")), key="one-and-only"))
    again = verdict(reporter.submit(FEED, "202506", UNIT, csv(month(12, label="202506")), key="one-and-only"))
    assert again == first


def test_a_replaced_month_is_the_new_one_entirely_and_the_old_file_may_return(own):
    reporter = own.caller("pow.reporter")
    one, other = csv(month(12, label="202506")), csv(month(20, label="202506", first=500))
    first = verdict(reporter.submit(FEED, "202506", UNIT, one))
    verdict(reporter.submit(FEED, "202506", UNIT, other))
    assert rows_in(own, "202506") == 20
    third = verdict(reporter.submit(FEED, "202506", UNIT, one))
    assert third["submission"] != first["submission"]
    assert rows_in(own, "202506") == 12


def test_a_zero_report_is_an_answer(own):
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202507", UNIT, b"", zero=True))
    assert receipt["verdict"] == "accepted"
    assert receipt["rows_read"] == 0
    assert rows_in(own, "202507") == 0


def test_a_file_with_too_many_bad_rows_is_refused_as_a_whole(own):
    meters = month(40, label="202506")
    for at in range(0, 12, 2):
        meters[at] = meters[at].with_cell("电量", "很多")
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(meters)))
    assert (receipt["verdict"], receipt["committed"]) == ("rejected", 0)
    assert rows_in(own, "202506") == 0


def test_the_table_of_another_office_is_rejected_and_nothing_changes(own):
    before = rows_in(own, "202601")
    body = "水表号,用户名称,用水性质\r\n1,云鹤商行,非居民\r\n".encode()
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202601", UNIT, body))
    assert receipt["verdict"] == "rejected"
    assert receipt["findings_total"] >= 1
    assert rows_in(own, "202601") == before


def test_gb18030_and_utf8_come_to_the_same(own):
    reporter = own.caller("pow.reporter")
    meters = [power_file.Meter(1, name="彭㛃记米粉馆", month="202506"), power_file.Meter(2, "433130", month="202506")]
    plain = verdict(reporter.submit(FEED, "202506", UNIT, csv(meters)))
    rows = own.caller("tax.prefecture", "tax_risk").rows
    kept = rows("SELECT customer_name, kwh FROM v_power_month WHERE month = '202506' ORDER BY kwh, customer_name")
    other = verdict(reporter.submit(FEED, "202506", UNIT, csv(meters, "gb18030")))
    assert (other["verdict"], other["committed"]) == (plain["verdict"], plain["committed"])
    assert rows("SELECT customer_name, kwh FROM v_power_month WHERE month = '202506' ORDER BY kwh, customer_name") == kept


def test_only_its_own_department_reads_a_submission(own):
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(month(3, label="202506"))))
    path = f"/v1/submissions/{receipt['submission']}"
    assert own.caller("pow.reporter").get(path).status == 200
    for name in ("tax.prefecture", "fin.budget", "hub.system"):
        assert own.caller(name).get(path).status in (403, 404), name
        assert own.caller(name).get(path + "/findings").status in (403, 404), name


def test_check_works_without_a_hub_and_exits_with_the_verdict(tmp_path):
    good, bad, wrong = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "wrong.csv"
    good.write_bytes(csv(month(5)))
    bad.write_bytes(csv([*month(40), power_file.Meter(77).with_cell("电量", "x")]))
    wrong.write_text("水表号,用户名称\n1,x\n", encoding="utf-8")
    for file, code, said in ((good, 0, "accepted"), (bad, 10, "accepted_with_findings"), (wrong, 20, "rejected")):
        ran = binary.run("check", FEED, file, "--period", "202501", "--unit", UNIT, "--json")
        assert (ran.code, ran.json()["verdict"]) == (code, said), (file.name, ran)


def test_check_says_why_a_whole_file_is_refused_on_the_screen_and_in_the_list(tmp_path):
    wrong, patients, found = tmp_path / "wrong.csv", tmp_path / "patients.csv", tmp_path / "found.ndjson"
    wrong.write_text("水表号,用户名称\n1,x\n", encoding="utf-8")
    ran = binary.run("check", FEED, wrong, "--period", "202501", "--unit", UNIT, "--out", found)
    assert ran.code == 20
    assert "F-feed" in ran.out and "请确认报送项是否选错" in ran.out
    assert [json.loads(line)["rule"] for line in found.read_text(encoding="utf-8").splitlines()] == ["F-feed"]
    header = "定点机构编码,统一社会信用代码,机构名称,机构类别,基金类别,业务类别,人次,总费用,基金支付,个人账户支付,个人自付,结算月份,拒付金额,所属县市代码"
    patients.write_text(f"{header},患者姓名\n", encoding="utf-8")
    ran = binary.run("check", "mib_settlement", patients, "--period", "202501", "--unit", UNIT)
    assert ran.code == 20
    assert "F-column_refused" in ran.out and "列“患者姓名”属于患者诊疗记录，整份文件退回" in ran.out


@pytest.mark.parametrize("arguments", [("check",), ("check", "no_such_feed", "x"), ("submit", "--period"), ("nonsense",)])
def test_a_command_that_is_not_understood_exits_with_2_or_1(arguments):
    assert binary.run(*arguments).code in (1, 2)


def test_a_unit_above_the_table_is_applied_and_stands_in_the_receipt(own):
    table = "单位：万元\r\n".encode() + csv([one.with_cell("电费", "0.0712") for one in month(8, label="202509")])
    receipt = verdict(own.caller("pow.reporter").submit(FEED, "202509", UNIT, table))
    assert receipt["committed"] == 8
    assert receipt["units"] == [
        {"field": "fee", "column": "电费", "unit": "万元", "from": "above", "row": 1},
    ]
    assert receipt["totals"]["fee"] == {"sum": "5696.00", "count": 8}
