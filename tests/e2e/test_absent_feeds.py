"""A centre that takes no feed of the tax side: its views are not there, and nothing else changes."""
import pytest

from world import binary, sql
from world.hub import StartRefused

POWER = "SELECT county_code, count(*) FROM v_power_month GROUP BY 1 ORDER BY 1"
LIMITS = {"rows_max": 1000, "bytes_max": 1000000}


def take_all_but(hub, *absent: str) -> None:
    config = hub.folder / "taxhub.toml"
    text = config.read_text(encoding="utf-8")
    names = ", ".join(f'"{name}"' for name in absent)
    assert "absent = []" in text
    config.write_text(text.replace("absent = []", f"absent = [{names}]"), encoding="utf-8")


def draft(like: dict, view: str, consumer: str, role: str, purpose: str, columns: dict[str, str]) -> dict:
    asked = {"view": view, "consumer": consumer, "role": role, "purpose": purpose}
    scope = {"scope": "all", "columns": columns, "aggregation": None, "limits": LIMITS}
    return {**like, **asked, **scope}


def example(hub) -> dict:
    return hub.caller("pow.steward").get("/v1/agreements").json()["items"][0]["content"]


def sums_for_finance(hub) -> dict:
    columns = {"county_code": "clear", "month": "clear", "subjects_n": "clear", "tax_paid": "clear"}
    return draft(example(hub), "v_tax_county_month", "fin", "consumer", "budget_forecast", columns)


@pytest.fixture(scope="module")
def without_tax(_copies):
    hub = _copies(start=False)
    take_all_but(hub, "tax_*")
    return hub.start()


def test_it_starts_and_answers_what_it_has(without_tax):
    assert without_tax.caller(None).get("/readyz").status == 200
    assert len(without_tax.caller("tax.prefecture", "tax_risk").rows(POWER)) == 8


def test_its_catalogue_opens_none_of_the_feeds_and_names_none_of_the_views_over_them(without_tax, shared):
    def catalogue(hub, what: str) -> list[dict]:
        return hub.caller("fin.budget").get(f"/v1/catalog/{what}").json()["items"]

    full, here = catalogue(shared, "views"), catalogue(without_tax, "views")
    reads_tax = [view["name"] for view in full if any(feed.startswith("tax_") for feed in view["inputs"])]
    assert {"v_tax_registration", "v_entity_tax_status", "v_deed_paid"} <= set(reads_tax)
    wanted = [view["name"] for view in full if view["name"] not in reads_tax]
    assert [view["name"] for view in here] == wanted and "v_entity_power" in wanted
    # The feeds are in the catalogue everywhere; here they are not open.
    def tax(hub) -> dict[str, str]:
        return {feed["id"]: feed["state"] for feed in catalogue(hub, "feeds") if feed["id"].startswith("tax_")}

    assert tax(shared).keys() == tax(without_tax).keys() and "open" in tax(shared).values()
    assert set(tax(without_tax).values()) == {"catalogued"}


def test_the_name_of_an_absent_view_is_answered_like_a_name_that_never_was(without_tax, shared):
    def refusal(hub, name: str) -> dict:
        reply = hub.caller("tax.prefecture", "tax_risk").query(f"SELECT count(*) FROM {name}")
        said = reply.json()
        said.pop("request_id")
        text = str({"status": reply.status, **said})
        return text.replace(name, "NAME")

    unknown = refusal(without_tax, "v_tax_registratiom")
    assert refusal(without_tax, "v_tax_registration") == unknown
    assert "42P01" in unknown
    assert refusal(shared, "v_tax_registration") != refusal(shared, "v_tax_registratiom")


def test_psql_hears_the_same(without_tax):
    said = sql.ask_once(without_tax, "tax.prefecture", "tax_risk", "SELECT count(*) FROM v_tax_registration")
    assert said.sqlstate == "42P01"


def test_agreements_on_an_absent_view_are_refused_with_the_feeds_it_misses(without_tax):
    refused = without_tax.caller("fin.budget").post("/v1/agreements", sums_for_finance(without_tax))
    assert (refused.status, refused.code) == (409, "hub.view_absent")
    assert "tax_collection" in refused.body.decode() and "v_tax_county_month" in refused.body.decode()
    unknown = {**sums_for_finance(without_tax), "view": "v_tax_county_monht"}
    assert without_tax.caller("fin.budget").post("/v1/agreements", unknown).code == "hub.unknown_view"


def test_files_of_an_absent_feed_are_refused(without_tax):
    sent = without_tax.caller("pow.reporter").submit("tax_collection", "202601", "433100", b"a,b\n1,2\n")
    assert (sent.status, sent.code) == (422, "intake.feed_catalogued")


def test_an_agreement_made_before_a_feed_became_absent_can_be_read_and_ended_and_nothing_else(idle):
    with idle:
        proposed = idle.caller("fin.budget").post("/v1/agreements", sums_for_finance(idle))
        assert proposed.status in (200, 201), proposed.body
        agreement = proposed.json()["id"]
    take_all_but(idle, "tax_collection")
    with idle:
        finance, security = idle.caller("fin.budget"), idle.caller("hub.security")
        assert agreement in [one["id"] for one in finance.get("/v1/agreements").json()["items"]]
        for act in ("approve", "activate"):
            assert security.post(f"/v1/agreements/{agreement}/{act}", {}).code == "hub.view_absent", act
        ended = finance.post(f"/v1/agreements/{agreement}/revoke", {"reason": "no feed"})
        assert ended.status == 200, ended.body


def test_a_name_that_no_feed_has_stops_the_start(idle):
    take_all_but(idle, "tax_*", "tax_colection")
    with pytest.raises(StartRefused) as refused:
        idle.start()
    assert refused.value.code not in (0, None)
    assert "feeds.absent" in refused.value.said


def test_a_view_over_two_departments_needs_the_consent_of_both(own):
    columns = {"county_code": "clear", "entity_key": "clear", "month": "clear", "kwh": "clear"}
    wish = draft(example(own), "v_entity_power", "tax", "analyst_prefecture", "tax_risk", columns)
    agreement = own.caller("tax.prefecture", "tax_risk").post("/v1/agreements", wish).json()["id"]
    approved = own.caller("pow.director").post(f"/v1/agreements/{agreement}/approve", {})
    assert approved.status == 200, approved.body
    one_is_missing = own.caller("hub.security").post(f"/v1/agreements/{agreement}/activate", {})
    assert one_is_missing.code == "agreement.consent_missing" and "amr" in one_is_missing.body.decode()


def test_the_demonstration_passes_without_any_feed_of_the_tax_side(tmp_path):
    told = binary.run("demo", "--dir", tmp_path / "demo", "--without", "tax_*", "--check", seconds=300)
    assert told.code == 0, told.out[-3000:]
    assert "✘ " not in told.out.split("✔ 202601: committed")[-1]
    # What compares with taxes is absent, and says so instead of failing.
    assert "v_lead_" not in told.out
    assert not [line for line in told.out.splitlines() if line.startswith("✔ tax_")]
    assert "the tax side compares inside its own walls" in told.out
