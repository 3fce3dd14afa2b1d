"""Schemathesis reads `/openapi.json` and asks every operation with invented parameters, bodies and headers.

Whatever is asked by whomever: no 5xx, no answer of a kind or shape that the document does not name, and the process lives on.
"""
import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks
from world.http import Caller

EXAMPLES = 40
# One of each kind: a stranger, a reporter, an analyst with an agreement, and the office that may make accounts.
WHO = ["stranger", "pow.reporter", "tax.prefecture", "hub.security"]
CHECKS = [
    checks.not_a_server_error,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
# A piece of a resumable upload is bytes, by the name tus has for them.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@pytest.fixture(scope="session")
def asked(_copies):
    """A hub that may be changed by what is asked."""
    return _copies()


@pytest.mark.parametrize("who", WHO)
def test_no_question_of_anyone_makes_the_hub_fail(who, asked):
    pid = asked.pid
    document = json.loads(Caller(asked.http, None, None).get("/openapi.json").body)
    operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
    assert len(operations) > 20
    failures = [failure for operation in operations if (failure := failure_of(operation, who, asked))]
    assert not failures, "\n\n".join(failures)
    assert asked.running() and asked.pid == pid


def failure_of(operation, who: str, hub) -> str | None:
    """The first answer that is not allowed, with the question that led to it."""

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case):
        headers = {} if who == "stranger" else {"Authorization": f"Bearer {token(hub, who, case)}"}
        case.call_and_validate(base_url=hub.http, headers=headers, checks=CHECKS, timeout=60)

    try:
        ask()
    except (Exception, ExceptionGroup) as failure:
        return f"{operation.label}: {failure}"[:4000]
    return None


def token(hub, who: str, case) -> str:
    """Signing out ends the token it is called with, so that operation gets one of its own."""
    account = hub.accounts()[who]
    if case.operation.path != "/v1/logout":
        return account.token
    answer = Caller(hub.http, None, None).post("/v1/login", {"name": who, "password": account.password})
    return json.loads(answer.body)["token"]
