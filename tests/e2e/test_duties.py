"""What is owed, by when, and how it stands: on the page, on the command line, and as figures in governed views."""
import datetime
import json

from world import binary, people
from world.power_file import FEED, UNIT, csv, month

ALL = ["open", "due_soon", "late", "rejected", "withdrawn", "received", "received_late", "zero"]
YEAR_LATER = (datetime.date.today() + datetime.timedelta(days=300)).isoformat()


def duties(caller, **asked) -> dict:
    query = "&".join(f"{key}={value}" for key, value in {"limit": 10000, **asked}.items())
    reply = caller.get(f"/v1/duties?{query}")
    assert reply.status == 200, reply.body[:600]
    return reply.json()


def state_of(caller, period: str, unit: str = UNIT) -> str:
    [duty] = duties(caller, feed=FEED, period=period, unit=unit)["items"]
    return duty["state"]


def test_a_department_sees_its_own_duties_and_analysts_everybodys(shared):
    own = duties(shared.caller("pow.reporter"))
    assert {duty["department"] for duty in own["items"]} == {"pow"}
    everybody = duties(shared.caller("tax.prefecture"))
    assert len({duty["department"] for duty in everybody["items"]}) > 8
    assert sum(everybody["states"].values()) == everybody["total"] == len(everybody["items"])
    assert set(everybody["states"]) <= set(ALL)
    county = duties(shared.caller("tax.jishou"))
    assert {duty["unit"] for duty in county["items"]} <= {"433100", "433101", "430000"}
    assert duties(shared.caller("hub.system"))["total"] == everybody["total"]


def test_whoever_provides_no_feed_owes_nothing_and_sees_nobody_elses(shared):
    for name in ("hub.security", "hub.audit"):
        assert duties(shared.caller(name))["items"] == [], name
    assert shared.caller(None).get("/v1/duties").status == 401


def test_the_sample_quarter_has_come_and_the_months_after_it_are_late(shared):
    reporter = shared.caller("pow.reporter")
    by_period = {duty["period"]: duty for duty in duties(reporter, feed=FEED, unit=UNIT)["items"]}
    for period in ("202601", "202602", "202603"):
        assert by_period[period]["state"] in ("received", "received_late"), period
        assert by_period[period]["rows_read"] > 0 and by_period[period]["submission"].startswith("sub_")
    # The 10th of the month after: Tuesday; a Saturday that is off; a Sunday; a Saturday that is worked.
    days = {period: by_period[period]["due"] for period in by_period}
    for period, due in {"202601": "2026-02-10", "202603": "2026-04-10", "202604": "2026-05-11", "202609": "2026-10-10"}.items():
        if period in days:
            assert days[period] == due, period
    assert list(by_period) == sorted(by_period)


def test_a_duty_follows_what_is_sent(own):
    reporter = own.caller("pow.reporter")
    late = duties(reporter, feed=FEED, state="late")["items"]
    assert late, "the sample ends in March"
    period = late[0]["period"]
    assert late[0]["overdue"] and late[0]["late_workdays"] > 0 and late[0]["owed"]
    rejected = reporter.submit(FEED, period, UNIT, "水表号,用户名称\r\n1,云鹤商行\r\n".encode())
    assert rejected.json()["verdict"] == "rejected"
    assert state_of(reporter, period) == "rejected"
    reporter.submit(FEED, period, UNIT, b"", zero=True)
    assert state_of(reporter, period) == "zero"
    reporter.submit(FEED, period, UNIT, csv(month(12, label=period)))
    assert state_of(reporter, period) == "received_late"
    assert period not in {duty["period"] for duty in duties(reporter, feed=FEED, overdue="true")["items"]}


def test_counties_that_report_for_themselves_owe_for_themselves(own):
    reporter = own.caller("pow.reporter")
    period = duties(reporter, feed=FEED, state="late")["items"][0]["period"]
    county = [meter for meter in month(16, label=period) if meter.county == "433122"]
    assert reporter.submit(FEED, period, "433122", csv(county)).json()["verdict"] == "accepted"
    states = {duty["unit"]: duty["state"] for duty in duties(reporter, feed=FEED, period=period)["items"]}
    assert len(states) == 8 and UNIT not in states
    assert states.pop("433122") == "received_late" and set(states.values()) == {"late"}


def test_the_command_line_shows_the_same(shared, tmp_path, monkeypatch):
    account = shared.accounts()["pow.reporter"]
    env = {"TAXHUB_URL": shared.http, "TAXHUB_TOKEN": account.token}
    told = binary.run("duties", "--feed", FEED, "--json", env=env)
    assert told.code == 0, told.err
    assert json.loads(told.out)["items"] == duties(shared.caller("pow.reporter"), feed=FEED)["items"]
    table = binary.run("duties", "--feed", FEED, "--state", "received_late", env=env)
    assert "逾期补报" in table.out and "202601" in table.out and "2026-02-10" in table.out, table.out
    wrong = binary.run("duties", "--state", "perhaps", env=env)
    assert wrong.code == 2


def test_malformed_questions_are_refused(shared):
    caller = shared.caller("pow.reporter")
    for query in ("state=perhaps", "unit=1", "feed=NoFeed", "overdue=maybe", "colour=red"):
        assert caller.get(f"/v1/duties?{query}").status == 400, query


def agreement(hub, view: str) -> None:
    shown = next(one for one in hub.caller("tax.prefecture").get("/v1/catalog/views").json()["items"] if one["name"] == view)
    assert shown["inputs"] == []
    people.agree(hub, {
        "consumer": "tax", "role": "analyst_prefecture", "view": view, "purpose": "tax_risk", "scope": "all",
        "columns": {column["name"]: "clear" for column in shown["columns"]},
        "limits": {"rows_max": 100000, "bytes_max": 1 << 26},
        "valid_from": datetime.date.today().isoformat(), "valid_to": YEAR_LATER, "basis": "考核",
    }, "tax.reporter", [])


def test_figures_are_views_under_an_agreement_and_agree_with_the_page(own):
    analyst = own.caller("tax.prefecture", "tax_risk")
    denied = analyst.query("SELECT count(*) FROM v_submission_status")
    assert (denied.status, denied.code) == (403, "denial.no_agreement")
    for view in ("v_submission_status", "v_department_score"):
        agreement(own, view)
    listed = duties(analyst)["items"]
    rows = analyst.rows(
        "SELECT feed, period, reporting_unit, state, late_workdays, owed FROM v_submission_status ORDER BY 1, 2, 3"
    )
    page = sorted([d["feed"], d["period"], d["unit"], d["state"], d["late_workdays"], d["owed"]] for d in listed)
    assert [[*row[:4], int(row[4]), row[5]] for row in rows] == page
    assert int(analyst.rows("SELECT count(*) FROM v_submission_status")[0][0]) == len(listed)

    counted = analyst.rows(
        "SELECT due_n, met_n, late_n, timeliness, completeness, accuracy, score FROM v_department_score "
        "WHERE department = 'pow' AND reporting_unit = '433100' AND quarter = '2026Q2'"
    )
    [[due_n, met_n, late_n, timely, complete, accurate, score]] = counted
    mine = [d for d in listed if d["department"] == "pow" and d["unit"] == UNIT and "2026-04-01" <= d["due"] <= "2026-06-30"]
    met = [d for d in mine if d["submission"]]
    assert (int(due_n), int(met_n), int(late_n)) == (len(mine), len(met), sum(d["late_workdays"] > 0 for d in mine))
    # What came and did not come so long after the period is worth nothing for timeliness.
    share = [0 if d["missing"] else max(0, 1 - 0.05 * d["late_workdays"]) for d in mine]
    assert abs(float(timely) - sum(share) / len(share)) < 1e-6
    bad = sum(d["quarantined"] for d in met) / max(1, sum(d["rows_read"] for d in met))
    assert abs(float(accurate) - (1 - bad)) < 1e-6
    assert 0 < float(complete) < 1
    expected = 100 * (0.30 * float(timely) + 0.25 * float(complete) + 0.25 * float(accurate)) / 0.80
    assert abs(float(score) - expected) < 0.01


def test_a_department_that_sends_more_than_its_quota_waits_until_midnight(idle):
    settings = idle.folder / "taxhub.toml"
    text = settings.read_text(encoding="utf-8")
    # The sample has sent some today already; the counts of the day are in the registry.
    text = text.replace("submission_bytes_per_day = 214748364800", "submission_bytes_per_day = 1024")
    settings.write_text(text, encoding="utf-8")
    with idle:
        refused = idle.caller("pow.reporter").submit(FEED, "202606", UNIT, csv(month(40, label="202606")))
        assert (refused.status, refused.code) == (429, "intake.quota_bytes"), refused.body
        assert 0 < int(refused.headers["retry-after"]) <= 86_400
        # Nothing to report costs no bytes, but the day's are used up.
        other = idle.caller("wat.reporter").submit("wat_supply", "202606", UNIT, b"", zero=True)
        assert other.status in (201, 429)
        assert state_of(idle.caller("pow.reporter"), "202606") in ("late", "open", "due_soon")
