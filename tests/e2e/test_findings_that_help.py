"""What the hub tells a clerk beyond row and rule: suggestions with proof, rows it knows already, what must not come; and
what an administrator sees of a contract before it is put into force."""
import json
from pathlib import Path

from world import binary
from world.power_file import FEED, UNIT, credit_code, csv, month
from world.sheets import Book

CONTRACT = Path(__file__).parents[2] / "schemas/feeds/pow/pow_usage.yaml"


def receipt(reply) -> dict:
    assert reply.status in (200, 201), (reply.status, reply.body[:800])
    answer = reply.json()
    return answer.get("receipt", answer)


def findings(caller, sent: dict) -> list[dict]:
    return caller.get(f"/v1/submissions/{sent['submission']}/findings").json()["items"]


def of_rows(caller, sent: dict) -> list[dict]:
    """Without what is said of the file as a whole: a small file draws a remark, as the sample world's months are large."""
    return [one for one in findings(caller, sent) if one.get("row")]


def recognised(sent: dict) -> list[str]:
    return [one["rule"] for one in sent.get("recognised", [])]


def test_a_wrong_character_comes_with_the_right_one_and_its_proof(own):
    reporter, meters = own.caller("pow.reporter"), month(40, label="202506")
    code = credit_code(meters[3].serial)
    meters[3] = meters[3].with_cell("统一社会信用代码", code.replace("MA0", "MAO", 1))
    told = of_rows(reporter, receipt(reporter.submit(FEED, "202506", UNIT, csv(meters))))
    assert [(one["row"], one["suggestion"]) for one in told] == [(5, "11: O→0")]
    assert told[0]["advice"] == "suggest.look_alike" and "校验" in told[0]["advice_message"]
    assert code not in str(told)


def test_the_offline_check_makes_the_same_suggestions_and_the_same_report(own, tmp_path):
    reporter, meters = own.caller("pow.reporter"), month(40, label="202506")
    meters[3] = meters[3].with_cell("统一社会信用代码", credit_code(meters[3].serial).replace("MA0", "MAO", 1))
    meters[5] = meters[5].with_cell("户号", "4.33101E+12")
    body = csv(meters, "gb18030")
    sent = receipt(reporter.submit(FEED, "202506", UNIT, body))
    file, out = tmp_path / "month.csv", tmp_path / "findings.ndjson"
    file.write_bytes(body)
    ran = binary.run("check", FEED, file, "--period", "202506", "--unit", UNIT, "--out", out, "--json")
    assert ran.code == 10 and ran.json()["report_hash"] == sent["report_hash"]
    offline = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    told = of_rows(reporter, sent)
    assert [one.get("advice") for one in told] == ["suggest.look_alike", "suggest.lost_scientific"]
    keys = ("row", "column", "rule", "value_masked", "suggestion", "advice", "message", "advice_message", "advice_hint")
    assert [[one.get(key) for key in keys] for one in offline] == [[one.get(key) for key in keys] for one in told]


def test_data_saved_anew_is_recognised_before_it_is_taken(own):
    reporter, meters = own.caller("pow.reporter"), month(60, label="202506")
    first = receipt(reporter.submit(FEED, "202506", UNIT, csv(meters)))
    again = receipt(reporter.submit(FEED, "202506", UNIT, csv(meters[::-1], "gb18030")))
    assert recognised(first) == ["S-row_count"] and recognised(again) == ["S-saved_anew"]
    assert again["recognised"][0]["args"]["submission"] == first["submission"]
    # It is the first thing to read, and the verdict is the file's own.
    assert findings(reporter, again)[0]["rule"] == "S-saved_anew" and again["verdict"] == "accepted"


def test_an_extract_that_was_cut_off_and_last_months_file_are_recognised(own):
    reporter, meters = own.caller("pow.reporter"), month(400, label="202506")
    receipt(reporter.submit(FEED, "202506", UNIT, csv(meters)))
    part = receipt(reporter.submit(FEED, "202506", UNIT, csv(meters[:280])))
    assert recognised(part) == ["S-cut_off"] and part["recognised"][0]["args"]["less"] == "30%"
    renamed = receipt(reporter.submit(FEED, "202507", UNIT, csv(meters[:280]), file_name="用电量202507.csv"))
    assert renamed["verdict"] == "rejected" and recognised(renamed) == ["S-other_period"]
    assert renamed["recognised"][0]["args"]["period"] == "202506"


def test_the_offline_check_gives_the_hubs_report_whatever_the_hub_recognises(own, tmp_path):
    reporter, meters = own.caller("pow.reporter"), month(60, label="202506")
    receipt(reporter.submit(FEED, "202506", UNIT, csv(meters)))
    body = csv(meters, "gb18030")
    sent = receipt(reporter.submit(FEED, "202506", UNIT, body))
    assert recognised(sent) == ["S-saved_anew"]
    file = tmp_path / "again.csv"
    file.write_bytes(body)
    ran = binary.run("check", FEED, file, "--period", "202506", "--unit", UNIT, "--json")
    assert ran.code == 0 and ran.json()["report_hash"] == sent["report_hash"]


def test_guests_flows_and_classified_documents_are_refused_with_the_law_and_not_kept(own):
    reporter, plain = own.caller("pow.reporter"), csv(month(10, label="202506")).decode()
    guests = plain.replace("抄表日期", "抄表日期,旅客姓名", 1).replace("-15\r\n", "-15,某某\r\n")
    late = csv(month(10, label="202506")).decode().replace("白鹤湾路7号", "机密★1年")
    for text, code in [(guests, "check.door_hotel_guests"), ("秘密★\r\n" + plain, "check.door_classified"), (late, "check.door_classified")]:
        sent = receipt(reporter.submit(FEED, "202506", UNIT, text.encode()))
        assert sent["verdict"] == "rejected"
        told = findings(reporter, sent)[-1]
        assert told["rule"] == "F-door" and told["text"] == code and told["hint"].startswith("《")
        kept = [path for path in own.folder.rglob("*.sealed") if sent["submission"] in path.name]
        assert kept == []


def test_a_stricter_contract_is_rehearsed_on_what_was_accepted(own, tmp_path):
    reporter = own.caller("pow.reporter")
    receipt(reporter.submit(FEED, "202506", UNIT, csv(month(100, label="202506", kwh=1000))))
    text = CONTRACT.read_text("utf-8").replace('range: { min: "0" }\n                  unless', 'range: { min: "1010" }\n                  unless')
    text = text.replace("version: 1.0.0", "version: 2.0.0", 1).replace("bad_rows_ppm_max: 50000", "bad_rows_ppm_max: 500000")
    tried = own.caller("hub.system").post("/v1/contracts/rehearsal", {"contract": text})
    assert tried.status == 200, tried.body[:600]
    answer = tried.json()
    assert answer["version_allowed"] and answer["unread"] == 0 and answer["submissions"] >= 1
    assert answer["rules"]["R-kwh-range"]["now"] - answer["rules"]["R-kwh-range"]["before"] >= 10
    assert answer["refused_now"] > answer["refused_before"]
    # Nothing came into force, and the reading of originals is on record.
    assert receipt(reporter.submit(FEED, "202506", UNIT, csv(month(50, label="202506"))))["verdict"] == "accepted"
    entries = own.caller("hub.audit").get("/v1/audit?limit=500").json()["items"]
    assert any("rehearse_contract" in str(one) for one in entries)
    assert own.caller("tax.prefecture").post("/v1/contracts/rehearsal", {"contract": text}).status == 403
    assert own.caller("hub.system").post("/v1/contracts/rehearsal", {"contract": "no: contract"}).status == 422


def test_mended_rows_are_rehearsed_with_the_file_they_belong_to(own):
    reporter, meters = own.caller("pow.reporter"), month(40, label="202506")
    counts = ("submissions", "unread", "rows", "refused_now")

    def rehearsed() -> list[int]:
        tried = own.caller("hub.system").post("/v1/contracts/rehearsal", {"contract": CONTRACT.read_text("utf-8")})
        return [tried.json()[count] for count in counts]

    before = rehearsed()
    meters[3] = meters[3].with_cell("电量", "很多")
    first = receipt(reporter.submit(FEED, "202506", UNIT, csv(meters)))
    answer = Book(reporter.get(f"/v1/submissions/{first['submission']}/workbook").body)
    answer.put("电量", 2, "1003.00")
    assert receipt(reporter.submit(FEED, "202506", UNIT, answer.saved(), file_name="mended.xlsx"))["committed"] == 40
    assert [after - earlier for after, earlier in zip(rehearsed(), before)] == [1, 0, 40, 0]


def test_contract_commands_compare_and_propose_without_a_hub(tmp_path):
    changed = tmp_path / "new.yaml"
    text = CONTRACT.read_text("utf-8").replace("varchar(300)", "varchar(400)")
    changed.write_text(text, "utf-8")
    low = binary.run("contract", "compare", FEED, changed)
    assert low.code == 1 and "1.1.0" in low.out
    changed.write_text(text.replace("version: 1.0.0", "version: 1.1.0", 1), "utf-8")
    allowed = binary.run("contract", "compare", FEED, changed, "--json")
    assert allowed.code == 0 and allowed.json()["needed"] == "minor"

    file, draft = tmp_path / "file.csv", tmp_path / "draft.yaml"
    rows = csv(month(20, label="202506")).decode().replace(",电费,", ",本月应缴电费,", 1)
    file.write_text(rows.replace("抄表日期", "抄表日期,线路", 1).replace("-15\r\n", "-15,一线\r\n"), "utf-8")
    proposed = binary.run("contract", "propose", FEED, file, "--out", draft, "--json")
    assert proposed.code == 0, proposed.err
    assert proposed.json()["draft_version"] == "1.1.0"
    assert [one["title"] for one in proposed.json()["files"][0]["drift"]["columns"]] == ["本月应缴电费", "线路"]
    assert binary.run("contract", "compare", FEED, draft).code == 0
    assert "线路" in draft.read_text("utf-8")
