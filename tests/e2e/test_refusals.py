"""Every no says why, as far as the asker may know."""
import pytest

from world import sql

VIEW = "SELECT count(*) FROM v_power_month"


def test_a_question_without_a_purpose_is_refused_with_the_reason(shared):
    """The analysts of the sample have a default purpose, the power company's own people have none."""
    reply = shared.caller("pow.director").query(VIEW)
    assert (reply.status, reply.code) == (403, "denial.no_purpose"), reply.body
    said = sql.ask_once(shared, "pow.director", None, VIEW)
    assert said.sqlstate == "42501" and "taxhub.purpose" in said.message


def test_a_purpose_the_account_does_not_hold_is_refused(shared):
    reply = shared.caller("tax.prefecture", "budget_forecast").query(VIEW)
    assert reply.status == 403
    assert reply.code == "denial.purpose_not_allowed", reply.body


def test_a_published_view_without_an_agreement_says_how_to_apply(shared):
    reply = shared.caller("fin.budget", "budget_forecast").query(VIEW)
    assert reply.status == 403
    document = reply.json()
    assert document["sqlstate"] == "42501"
    assert document["hint"], document
    said = sql.ask_once(shared, "fin.budget", "budget_forecast", VIEW)
    assert said.sqlstate == "42501"


def test_problem_documents_carry_code_hint_and_request_id(shared):
    reply = shared.caller("fin.budget", "budget_forecast").query(VIEW)
    assert reply.headers["content-type"].startswith("application/problem+json")
    document = reply.json()
    assert {"title", "status", "code", "request_id"} <= document.keys()


def test_an_unknown_relation_is_42p01_and_names_only_what_was_asked(shared):
    said = sql.ask_once(shared, "tax.prefecture", "tax_risk", "SELECT * FROM v_no_such_view")
    assert said.sqlstate == "42P01"
    assert "v_power" not in said.message


@pytest.mark.parametrize("token", [None, "", "thx_0_0", "x" * 5000])
def test_a_stranger_gets_nothing(shared, token):
    from world.http import Caller

    for path in ("/v1/catalog/views", "/v1/agreements", "/v1/audit"):
        assert Caller(shared.http, token).get(path).status == 401
    assert Caller(shared.http, token).query("SELECT 1").status == 401


@pytest.mark.parametrize("header", ["X-Forwarded-User", "X-Remote-User", "X-Taxhub-Person", "Forwarded", "X-Taxhub-Role"])
def test_headers_that_claim_an_identity_are_ignored(shared, header):
    stranger = shared.caller(None)
    claimed = stranger.request("GET", "/v1/catalog/views", headers={header: "tax.prefecture"})
    assert claimed.status == 401


def test_the_reporter_cannot_ask_and_the_analyst_cannot_send(shared):
    assert shared.caller("pow.reporter", "tax_risk").query(VIEW).status == 403
    reply = shared.caller("tax.prefecture").submit("pow_usage", "202512", "433100", b"x")
    assert reply.status == 403


def test_no_administrator_reads_data(shared):
    for name in ("hub.system", "hub.security", "hub.audit"):
        assert shared.caller(name, "tax_risk").query(VIEW).status == 403, name
    assert shared.caller("hub.system").get("/v1/audit").status == 403
    assert shared.caller("hub.audit").get("/v1/audit").status == 200


OPEN = {"/v1/login", "/v1/password", "/healthz", "/readyz", "/metrics", "/openapi.json"}


def test_every_described_route_but_a_few_refuses_strangers(shared):
    """The list of open routes may only shrink."""
    stranger = shared.caller(None)
    paths = stranger.get("/openapi.json").json()["paths"]
    opened = set()
    for path, verbs in paths.items():
        for verb in verbs:
            status = stranger.request(verb.upper(), path.replace("{id}", "sub_0"), b"{}").status
            if status != 401:
                opened.add(path)
    # A wrong password is a 401 as well, so the first two may look closed.
    assert opened <= OPEN, opened - OPEN
    assert {"/healthz", "/readyz"} <= opened


def test_what_one_person_may_do_another_may_not_replay(shared):
    """Every GET of the log, the agreements and the submissions, by everyone: nobody gets a 5xx or another's data."""
    submission = next(
        one["subject"]["submission"] for one in shared.caller("hub.audit").get("/v1/audit?limit=1000").json()["items"]
        if one["kind"] == "submission" and one["department"] == "pow" and "submission" in one["subject"]
    )
    allowed = {
        "/v1/audit": {"hub.audit"},
        f"/v1/submissions/{submission}": {"pow.reporter", "pow.steward", "pow.director"},
        f"/v1/submissions/{submission}/receipt": {"pow.reporter", "pow.steward", "pow.director"},
        f"/v1/submissions/{submission}/findings": {"pow.reporter", "pow.steward", "pow.director"},
    }
    for path, names in allowed.items():
        for name in shared.accounts():
            status = shared.caller(name).get(path).status
            assert status == 200 if name in names else status in (403, 404), (path, name, status)
