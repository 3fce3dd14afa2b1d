"""Acts on what a period holds: corrected, withdrawn, looked at as of a day, fetched back. By HTTP and by command."""
from datetime import date, timedelta

import pytest

from world import binary
from world.power_file import FEED, UNIT, Meter, csv, month

LABEL = "202506"


def receipt_of(reply) -> dict:
    assert reply.status in (200, 201), (reply.status, reply.body[:800])
    return reply.json()


def rows_in(hub, label: str = LABEL) -> int:
    return hub.caller("tax.prefecture", "tax_risk").rows(f"SELECT count(*) FROM v_power_month WHERE month = '{label}'")[0][0]


def command(hub, who: str, *words):
    env = {"TAXHUB_URL": hub.http, "TAXHUB_TOKEN": hub.accounts()[who].token}
    return binary.run(*words, env=env)


def listed(reporter, **asked: str) -> list[dict]:
    query = "&".join(f"{key}={value}" for key, value in {"feed": FEED, "period": LABEL, "unit": UNIT, **asked}.items())
    reply = reporter.get(f"/v1/submissions?{query}")
    assert reply.status == 200, reply.body
    return reply.json()["items"]


def test_a_correction_says_in_its_receipt_and_in_its_list_what_it_changed(own):
    reporter = own.caller("pow.reporter")
    meters = month(20, label=LABEL)
    first = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(meters)))
    assert "act" not in first and "changes" not in first
    mended = [meters[0].with_cell("户名", "云鹤米粉馆"), *meters[2:], Meter(900, month=LABEL)]
    receipt = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(mended), act="correction", of=first["submission"]))
    assert receipt["act"] == {"kind": "correction", "of": first["submission"]}
    assert receipt["changes"] == {"added": 1, "gone": 1, "changed": 1, "same": 18}
    assert rows_in(own) == 20
    told = reporter.get(f"/v1/submissions/{receipt['submission']}/changes").json()
    assert told["against"] == first["submission"] and told["counts"] == receipt["changes"]
    assert told["items"] == [
        {"kind": "changed", "row": 2, "row_before": 2, "fields": ["customer_name"]},
        {"kind": "added", "row": 21},
        {"kind": "gone", "row_before": 3},
    ]


def test_a_replacement_can_be_compared_with_what_it_replaced_afterwards(own):
    reporter = own.caller("pow.reporter")
    first = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(10, label=LABEL))))
    second = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(12, label=LABEL)[1:])))
    told = reporter.get(f"/v1/submissions/{second['submission']}/changes?limit=1").json()
    assert told["against"] == first["submission"]
    assert told["counts"] == {"added": 2, "gone": 1, "changed": 0, "same": 9}
    assert (len(told["items"]), told["next"]) == (1, 1)
    rest = reporter.get(f"/v1/submissions/{second['submission']}/changes?after=1").json()
    assert len(rest["items"]) == 2 and rest["next"] is None
    start = reporter.get(f"/v1/submissions/{first['submission']}/changes").json()
    assert (start["against"], start["counts"]["added"]) == (None, 10)


def test_a_supplement_adds_its_rows_and_none_that_is_there(own):
    reporter = own.caller("pow.reporter")
    first = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(10, label=LABEL))))
    known = reporter.submit(FEED, LABEL, UNIT, csv(month(12, label=LABEL)), act="supplement", of=first["submission"])
    assert (known.status, known.code) == (409, "intake.supplement_known")
    assert "内容相同 10 行" in known.json()["title"], known.body
    missing = csv(month(4, label=LABEL, first=500))
    receipt = receipt_of(reporter.submit(FEED, LABEL, UNIT, missing, act="supplement", of=first["submission"]))
    assert receipt["changes"] == {"added": 4, "gone": 0, "changed": 0, "same": 10}
    assert rows_in(own) == 14
    told = reporter.get(f"/v1/submissions/{receipt['submission']}/changes").json()
    assert [one["kind"] for one in told["items"]] == ["added"] * 4
    from_where = reporter.rows("SELECT own_submission, count(*) FROM v_own_pow_usage WHERE own_period = '202506' GROUP BY 1")
    assert sorted(map(tuple, from_where)) == sorted([(first["submission"], 10), (receipt["submission"], 4)])


def test_a_withdrawn_month_is_gone_and_a_new_file_may_come(own):
    reporter = own.caller("pow.reporter")
    body = csv(month(15, label=LABEL))
    first = receipt_of(reporter.submit(FEED, LABEL, UNIT, body))
    assert rows_in(own) == 15
    receipt = receipt_of(reporter.withdraw(first["submission"], "导错了月份"))
    assert receipt["act"] == {"kind": "withdrawal", "of": first["submission"], "reason": "导错了月份"}
    assert (receipt["changes"]["gone"], rows_in(own)) == (15, 0)
    assert reporter.withdraw(first["submission"]).status == 200, "the same withdrawal again"
    for refused in (
        reporter.withdraw(receipt["submission"]),
        reporter.submit(FEED, LABEL, UNIT, body, act="correction", of=first["submission"]),
    ):
        assert (refused.status, refused.code) == (409, "intake.slot_empty")
    assert receipt_of(reporter.submit(FEED, LABEL, UNIT, body))["revision"] == 3
    assert rows_in(own) == 15


def test_what_has_moved_on_is_not_corrected(own):
    reporter = own.caller("pow.reporter")
    first = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(5, label=LABEL))))
    second = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(6, label=LABEL))))
    late = reporter.submit(FEED, LABEL, UNIT, csv(month(7, label=LABEL)), act="correction", of=first["submission"])
    assert (late.status, late.code) == (409, "intake.act_not_current")
    assert second["submission"] in late.json()["title"]
    assert rows_in(own) == 6


def test_a_backfill_fills_an_empty_month_and_no_other(own):
    reporter = own.caller("pow.reporter")
    sent = {"act": "backfill", "manifest": "2023-archive"}
    assert receipt_of(reporter.submit(FEED, "202301", UNIT, csv(month(5, label="202301")), **sent))["revision"] == 1
    filled = reporter.submit(FEED, "202301", UNIT, csv(month(6, label="202301")), **sent)
    assert (filled.status, filled.code) == (409, "intake.slot_filled")


@pytest.mark.parametrize("act", [
    {"act": "correction"}, {"act": "correction", "of": "x"}, {"act": "withdrawal", "of": "sub_" + "0" * 32},
    {"act": "backfill"}, {"act": "backfill", "manifest": "../x"}, {"act": "nonsense"}, {"of": "sub_" + "0" * 32},
    {"manifest": "m"},
])
def test_an_act_that_is_not_whole_is_refused_before_the_file(shared, act):
    refused = shared.caller("pow.reporter").submit(FEED, LABEL, UNIT, b"", **act)
    assert refused.status == 400, refused.body


def test_every_revision_is_listed_and_a_past_day_shows_what_was_held_then(own):
    reporter = own.caller("pow.reporter")
    first = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(5, label=LABEL))))
    second = receipt_of(reporter.submit(FEED, "2025年6月", UNIT, csv(month(6, label=LABEL))))
    third = receipt_of(reporter.withdraw(second["submission"]))
    found = listed(reporter)
    assert [one["id"] for one in found] == [one["submission"] for one in (third, second, first)]
    assert [one["current"] for one in found] == [True, False, False]
    assert [one["act"]["kind"] for one in found] == ["withdrawal", "whole", "whole"]
    # The hub's day is China's, which is this one or the next.
    today = date.today()
    assert listed(reporter, as_of=str(today - timedelta(days=2))) == []
    assert [one["id"] for one in listed(reporter, as_of=str(today + timedelta(days=1)))] == [third["submission"]]
    assert [one["id"] for one in listed(reporter, period="2025-06", limit="1")] == [third["submission"]]
    assert reporter.get("/v1/submissions?as_of=yesterday").code == "http.day_malformed"
    for name in ("tax.prefecture", "hub.system"):
        reply = own.caller(name).get("/v1/submissions")
        assert reply.status == 403 or reply.json()["items"] == [], name


def test_an_original_comes_back_byte_for_byte_to_its_department_alone(own):
    reporter = own.caller("pow.reporter")
    body = csv(month(30, label=LABEL), "gb18030")
    receipt = receipt_of(reporter.submit(FEED, LABEL, UNIT, body, file_name="用电 6月.csv"))
    path = f"/v1/submissions/{receipt['submission']}/original"
    reply = reporter.get(path)
    assert (reply.status, reply.body) == (200, body)
    assert reply.headers["content-disposition"].endswith("%E7%94%A8%E7%94%B5%206%E6%9C%88%2Ecsv")
    for name in ("tax.prefecture", "fin.budget", "hub.audit"):
        assert own.caller(name).get(path).status in (403, 404), name
    withdrawn = receipt_of(reporter.withdraw(receipt["submission"]))
    assert reporter.get(path).body == body, "a withdrawn file is still its department's"
    none = reporter.get(f"/v1/submissions/{withdrawn['submission']}/original")
    assert (none.status, none.code) == (404, "intake.original_absent")


def test_only_its_own_department_withdraws_and_compares(own):
    receipt = receipt_of(own.caller("pow.reporter").submit(FEED, LABEL, UNIT, csv(month(3, label=LABEL))))
    for name in ("tax.prefecture", "fin.budget", "hub.system"):
        assert own.caller(name).withdraw(receipt["submission"]).status in (403, 404), name
        assert own.caller(name).get(f"/v1/submissions/{receipt['submission']}/changes").status in (403, 404), name
    assert rows_in(own) == 3


def test_the_commands_correct_list_fetch_and_withdraw(own, tmp_path):
    one, two, back = tmp_path / "one.csv", tmp_path / "two.csv", tmp_path / "back.csv"
    meters = month(8, label=LABEL)
    one.write_bytes(csv(meters))
    two.write_bytes(csv([*meters[:-1], meters[-1].with_cell("电费", "1.00")]))
    place = (FEED, "--period", LABEL, "--unit", UNIT)
    first = command(own, "pow.reporter", "submit", *place, one, "--json").json()
    ran = command(own, "pow.reporter", "submit", *place, two, "--correct", first["submission"])
    # A price far from the usual is remarked on, and taken.
    assert ran.code == 10 and "改变 1 行" in ran.out, ran
    found = command(own, "pow.reporter", "submissions", "--feed", FEED, "--period", LABEL)
    assert found.code == 0 and "更正" in found.out and first["submission"] in found.out, found
    current = command(own, "pow.reporter", "submissions", "--feed", FEED, "--period", LABEL, "--json").json()["items"][0]
    changed = command(own, "pow.reporter", "submissions", current["id"])
    assert changed.code == 0 and "fee" in changed.out, changed
    assert command(own, "pow.reporter", "submissions", current["id"], "--original", back).code == 0
    assert back.read_bytes() == two.read_bytes()
    gone = command(own, "pow.reporter", "withdraw", current["id"], "--reason", "重复", "--json")
    assert gone.code == 0 and gone.json()["act"]["reason"] == "重复", gone
    assert rows_in(own) == 0
    assert command(own, "pow.reporter", "withdraw", first["submission"]).code == 1
    assert command(own, "pow.reporter", "submit", *place, one, "--correct", "x").code == 2


def test_a_manifest_of_past_months_is_sent_and_may_be_run_again(own, tmp_path):
    for label in ("202301", "202302", "202303"):
        (tmp_path / f"p{label}.csv").write_bytes(csv(month(6, label=label)))
    manifest = tmp_path / "manifest.toml"
    block = f'[[files]]\nfeed = "{FEED}"\nunits = "{UNIT}"\n'
    manifest.write_text(
        f'name = "archive-2023"\n{block}periods = "202301..202303"\npath = "p{{period}}.csv"\n'
        f'{block}periods = ["202304"]\nzero = true\n', encoding="utf-8",
    )
    # One of the months is there already and stays as it is.
    receipt_of(own.caller("pow.reporter").submit(FEED, "202302", UNIT, csv(month(4, label="202302"))))
    ready = command(own, "pow.reporter", "backfill", manifest, "--dry-run", "--json")
    assert (ready.code, len(ready.json()["files"])) == (0, 4), ready
    for _ in range(2):
        ran = command(own, "pow.reporter", "backfill", manifest, "--json")
        assert ran.code == 20, ran
        outcomes = [(one["outcome"], one["code"]) for one in ran.json()["files"]]
        assert outcomes == [("accepted", None), ("refused", "intake.slot_filled"), ("accepted", None), ("accepted", None)]
    assert [rows_in(own, label) for label in ("202301", "202302", "202303")] == [6, 4, 6]
    assert len(listed(own.caller("pow.reporter"), period="202301")) == 1
    told = command(own, "pow.reporter", "backfill", manifest)
    assert told.code == 20 and "历史补录不覆盖已有数据" in told.out, told
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("p{period}", "q{period}"), encoding="utf-8")
    assert command(own, "pow.reporter", "backfill", manifest).code == 2


def test_a_question_may_be_asked_as_of_a_past_day(own):
    analyst = own.caller("tax.prefecture", "tax_risk")
    sql = "SELECT count(*) FROM v_power_month"
    assert analyst.rows(sql)[0][0] > 0
    # The sample world was made today, so that two days ago there was nothing; tomorrow is the present.
    ago, tomorrow = str(date.today() - timedelta(days=2)), str(date.today() + timedelta(days=1))
    past = analyst.query(sql, as_of=ago)
    assert past.status == 200 and past.json()["rows"] in ([[0]], [{"count(*)": 0}]), past.body
    assert analyst.query(sql, as_of=tomorrow).json()["rows"] == analyst.query(sql).json()["rows"]
    assert analyst.query(sql, as_of="March").code == "http.day_malformed"
    told = command(own, "tax.prefecture", "query", sql, "--purpose", "tax_risk", "--as-of", ago, "--format", "csv")
    assert told.code == 0 and told.out.split() == ["count(*)", "0"], told


def test_a_department_reads_its_own_rows_and_nobody_elses(own):
    reporter = own.caller("pow.reporter")
    receipt = receipt_of(reporter.submit(FEED, LABEL, UNIT, csv(month(6, label=LABEL))))
    sql = f"SELECT own_submission, own_row, kwh FROM v_own_pow_usage WHERE own_period = '{LABEL}' ORDER BY own_row"
    rows = reporter.rows(sql)
    assert [row[:2] for row in rows] == [[receipt["submission"], row] for row in range(2, 8)]
    past = reporter.query(sql, as_of=str(date.today() - timedelta(days=2)))
    assert past.status == 200 and past.json()["rows"] == [], past.body
    # An identifier is a token here as everywhere.
    assert all(len(row[0]) == 26 for row in reporter.rows("SELECT account_no FROM v_own_pow_usage LIMIT 5"))
    unknown = own.caller("tax.prefecture", "tax_risk").query("SELECT * FROM v_own_no_feed").json()
    for name, purpose in (("tax.prefecture", "tax_risk"), ("fin.budget", "budget_forecast"), ("hub.system", None)):
        refused = own.caller(name, purpose).query("SELECT count(*) FROM v_own_pow_usage")
        assert refused.json()["sqlstate"] == unknown["sqlstate"] == "42P01", refused.body
    assert reporter.query("SELECT * FROM v_own_wat_supply").json()["sqlstate"] == "42P01"
    assert reporter.query("SELECT * FROM v_power_month").status in (401, 403), "own rows open no shared view"
