"""Random questions, worlds that differ only in hidden rows, the same bytes.

`TAXHUB_RANDOM_QUERIES` sets how many (2,000 unless told); `TAXHUB_SEED` the first seed. A difference prints the seed and the
statement, which is all that is needed to see it again. Half of the questions go over HTTP and half over PostgreSQL.
"""
import os

from random_sql import Questions
from worlds import SECRET_NAMES, told_over_http, told_over_pg
from world import sql

COUNTY, PURPOSE = "tax.jishou", "tax_risk"
HOW_MANY = int(os.environ.get("TAXHUB_RANDOM_QUERIES", "2000"))
SEED = int(os.environ.get("TAXHUB_SEED", "20250101"))


def test_random_questions_cannot_tell_the_worlds_apart(worlds):
    questions = Questions(SEED)
    callers = [hub.caller(COUNTY, PURPOSE) for hub in (worlds.first, worlds.second)]
    connections = [sql.connect(hub, COUNTY, PURPOSE) for hub in (worlds.first, worlds.second)]
    answered = 0
    for number in range(HOW_MANY):
        statement = questions.one()
        if number % 2:
            replies = [caller.query(statement) for caller in callers]
            told = [told_over_http(statement, reply) for reply in replies]
            answered += replies[0].status == 200
        else:
            said = [sql.ask(connection, statement) for connection in connections]
            told = [told_over_pg(statement, one) for one in said]
            answered += said[0].sqlstate is None
        assert told[0] == told[1], f"seed {SEED}, question {number}: {statement}"
        # A plan repeats the guesses of its own question.
        assert not any(name in told[0] for name in SECRET_NAMES if name not in statement), statement
    # Questions that all fail would prove little.
    assert answered > HOW_MANY // 3, f"only {answered} of {HOW_MANY} questions were answered"
