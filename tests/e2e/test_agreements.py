"""An agreement is proposed, approved and activated by three different people, answers at once, and ends at once."""
import copy
import threading

from world import sql
from world.http import eventually

VIEW = "SELECT count(*) FROM v_power_county_month"


def existing(hub, view: str, consumer: str) -> dict:
    listed = hub.caller("pow.steward").get("/v1/agreements").json()["items"]
    found = [one for one in listed if one["content"]["view"] == view and one["content"]["consumer"] == consumer]
    assert found, listed
    return found[-1]


def draft_for_tax(hub) -> dict:
    """The aggregate view for the tax side: like finance's agreement, for another department and purpose."""
    draft = copy.deepcopy(existing(hub, "v_power_county_month", "fin")["content"])
    draft.update({"consumer": "tax", "role": "analyst_prefecture", "purpose": "tax_risk"})
    return draft


def test_three_people_make_an_agreement_and_it_answers_at_once(own):
    analyst = own.caller("tax.prefecture", "tax_risk")
    assert analyst.query(VIEW).status == 403
    proposed = own.caller("pow.steward").post("/v1/agreements", draft_for_tax(own))
    assert proposed.status in (200, 201), proposed.body
    agreement = proposed.json()["id"]
    assert analyst.query(VIEW).status == 403
    approved = own.caller("pow.director").post(f"/v1/agreements/{agreement}/approve", {})
    assert approved.status == 200, approved.body
    assert analyst.query(VIEW).status == 403
    activated = own.caller("hub.security").post(f"/v1/agreements/{agreement}/activate", {})
    assert activated.status == 200, activated.body
    assert analyst.query(VIEW).status == 200


def test_nobody_approves_what_he_proposed_and_the_consumer_approves_nothing(own):
    agreement = own.caller("pow.steward").post("/v1/agreements", draft_for_tax(own)).json()["id"]
    for name in ("pow.steward", "tax.prefecture", "fin.budget", "hub.security", "hub.system"):
        assert own.caller(name).post(f"/v1/agreements/{agreement}/approve", {}).status == 403, name
    for name in ("pow.director", "tax.prefecture", "hub.system", "hub.audit"):
        assert own.caller(name).post(f"/v1/agreements/{agreement}/activate", {}).status in (403, 409), name
    # Not approved yet: the security office cannot activate it either.
    assert own.caller("hub.security").post(f"/v1/agreements/{agreement}/activate", {}).status in (403, 409)
    assert own.caller("tax.prefecture", "tax_risk").query(VIEW).status == 403


def test_a_revoked_agreement_answers_nobody_from_that_moment(own):
    finance = own.caller("fin.budget", "budget_forecast")
    with sql.connect(own, "fin.budget", "budget_forecast") as connection:
        assert sql.ask(connection, VIEW).sqlstate is None
        agreement = existing(own, "v_power_county_month", "fin")["id"]
        revoked = own.caller("hub.security").post(f"/v1/agreements/{agreement}/revoke", {"reason": "test"})
        assert revoked.status == 200, revoked.body
        assert finance.query(VIEW).status == 403
        assert sql.ask(connection, VIEW).sqlstate == "42501"


def test_a_running_answer_is_cut_when_its_agreement_ends(own):
    """Within a second; what was sent before stays sent."""
    slow = (
        "SELECT sum(a.kwh + b.kwh + c.kwh) FROM v_power_month AS a, v_power_month AS b, v_power_month AS c"
        " WHERE a.kwh + b.kwh <> c.kwh"
    )
    replies = []
    analyst = own.caller("tax.prefecture", "tax_risk")
    thread = threading.Thread(target=lambda: replies.append(analyst.query(slow)))
    thread.start()
    eventually(lambda: "\"open\":1" in own.caller("hub.audit").get("/v1/audit/verify").body.decode().replace(" ", ""))
    agreement = [
        one["id"] for one in own.caller("pow.steward").get("/v1/agreements").json()["items"]
        if one["content"]["view"] == "v_power_month" and one["content"]["role"] == "analyst_prefecture"
    ][-1]
    assert own.caller("hub.security").post(f"/v1/agreements/{agreement}/revoke", {"reason": "test"}).status == 200
    thread.join(5)
    assert not thread.is_alive(), "the answer went on after its agreement had ended"
    assert replies[0].status >= 400


def test_a_draft_that_asks_for_too_much_is_refused(own):
    for change in (
        {"columns": {"no_such_column": "clear"}}, {"view": "v_no_such_view"}, {"columns": {}},
        {"valid_to": "2999-01-01"}, {"scope": "everything"}, {"columns": {"kwh": "upside_down"}},
    ):
        draft = {**draft_for_tax(own), **change}
        reply = own.caller("pow.steward").post("/v1/agreements", draft)
        assert 400 <= reply.status < 500, (change, reply.status, reply.body[:300])
