"""Questions that would take a machine down. The worker may die of them; the hub and everyone else's questions do not."""
import threading
import time

import pytest

from world import sql

PURPOSE, WHO = "tax_risk", "tax.prefecture"
TERMS = 20_000


@pytest.fixture(scope="module")
def hub(_copies):
    running = _copies()
    pid = running.pid
    yield running
    assert running.running() and running.pid == pid


def ctes(depth: int) -> str:
    parts = ["t0 AS (SELECT 1 AS n)"] + [f"t{n} AS (SELECT a.n FROM t{n-1} AS a CROSS JOIN t{n-1} AS b)" for n in range(1, depth)]
    return f"WITH {', '.join(parts)} SELECT count(*) FROM t{depth - 1}"


QUESTIONS = {
    "20,000 added terms": "SELECT " + "+".join(["1"] * TERMS),
    "20,000 alternatives": "SELECT 1 FROM v_power_month WHERE " + " OR ".join(f"kwh={n}" for n in range(TERMS)),
    "20,000 brackets": "SELECT " + "(" * TERMS + "1" + ")" * TERMS,
    "20,000 nots": "SELECT " + "NOT " * TERMS + "true",
    "20,000 list members": f"SELECT 1 FROM v_power_month WHERE kwh IN ({','.join(map(str, range(TERMS)))})",
    "repeat of two billion": "SELECT length(repeat('x', 2000000000))",
    "padding of two billion": "SELECT length(lpad('x', 2000000000, 'y'))",
    "nested repeat": "SELECT length(repeat(repeat('x', 100000), 100000))",
    "an endless recursion": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "doubling of names": ctes(40),
    "a cube of twenty columns": f"SELECT count(*) FROM (SELECT {', '.join(f'kwh AS c{n}' for n in range(20))} FROM v_power_month) AS s"
                                f" GROUP BY CUBE ({', '.join(f'c{n}' for n in range(20))})",
    "forty joins": "SELECT count(*) FROM v_power_month AS t0 " + " ".join(
        f"JOIN v_power_month AS t{n} ON t{n}.kwh > t{n-1}.kwh" for n in range(1, 40)),
    "everything with everything": "SELECT sum(a.kwh + b.kwh + c.kwh) FROM v_power_month AS a, v_power_month AS b, v_power_month AS c",
    "a megabyte of SQL": "SELECT '" + "x" * 1_200_000 + "'",
    "not SQL at all": "ni hao " * 1000,
}


@pytest.mark.parametrize("statement", [pytest.param(text, id=title) for title, text in QUESTIONS.items()])
def test_a_hostile_question_is_refused_in_both_languages_while_others_are_answered(hub, statement):
    caller = hub.caller(WHO, PURPOSE)
    replies, others = [], []
    thread = threading.Thread(target=lambda: replies.append(caller.request(
        "POST", "/v1/query", body_of(statement), {"Content-Type": "application/json"}, seconds=150)))
    thread.start()
    began = time.monotonic()
    while thread.is_alive() and time.monotonic() - began < 3:
        others.append(hub.caller("tax.jishou", PURPOSE).query("SELECT count(*) FROM v_power_month").status)
    thread.join()
    assert set(others) <= {200}, others
    reply = replies[0]
    assert 400 <= reply.status < 600 and reply.status != 500, (reply.status, reply.body[:300])
    document = reply.json()
    assert document["title"] and document["title_en"] and document["code"]
    assert hub.caller(None).get("/healthz").status == 200


def body_of(statement: str) -> bytes:
    import json

    return json.dumps({"sql": statement}).encode()


@pytest.mark.parametrize("title", ["20,000 added terms", "repeat of two billion", "not SQL at all"])
def test_the_same_over_postgres_leaves_the_connection_or_closes_it_cleanly(hub, title):
    said = sql.ask_once(hub, WHO, PURPOSE, QUESTIONS[title])
    assert said.sqlstate is not None
    assert sql.ask_once(hub, WHO, PURPOSE, "SELECT 1").rows == ((1,),)


def test_a_question_without_a_purpose_is_refused(hub):
    reply = hub.caller("pow.director").query("SELECT count(*) FROM v_power_month")
    assert (reply.status, reply.code) == (403, "denial.no_purpose")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"sql": 5}', b'{"sql": "SELECT 1", "extra": 1}', b"\xff\xfe", b"null"])
def test_malformed_requests_are_400s_never_500s(hub, body):
    reply = hub.caller(WHO, PURPOSE).request("POST", "/v1/query", body, {"Content-Type": "application/json"})
    assert 400 <= reply.status < 500, reply.body[:200]
    assert reply.json()["title"] and reply.json()["title_en"]


def test_garbage_on_the_postgres_port_closes_that_connection_only(hub):
    import os
    import socket

    host, port = hub.pg.split(":")
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00\x00\x08\x04\xd2\x16\x2f" * 3, os.urandom(4096), b"\x7f\xff\xff\xff" * 10):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(garbage)
            connection.settimeout(10)
            try:
                while connection.recv(4096):
                    pass
            except (TimeoutError, ConnectionResetError):
                pass
    assert sql.ask_once(hub, WHO, PURPOSE, "SELECT 1").rows == ((1,),)
