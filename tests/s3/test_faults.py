"""An answer that is wrong or missing decides nothing: the log does. Whatever the store says to the one request that makes a
version, the submission is in once and its receipt is right.
"""
import random

import pytest

from proxy import FAULTS, is_log_entry
from told import is_in_once, submit, verdict


@pytest.mark.parametrize(("fault", "label"), list(zip(FAULTS, ["202401", "202402", "202403", "202404"])))
def test_one_wrong_answer_to_a_commit_changes_nothing(running, fault, label):
    running.proxy.break_log_entries(fault, times=1)
    receipt = verdict(submit(running, 12, label))
    assert running.proxy.done[fault] == 1
    is_in_once(running, receipt, 12, label)
    again = verdict(submit(running, 12, label))
    assert again["submission"] == receipt["submission"]


@pytest.mark.parametrize(("fault", "label"), [("503 after", "202405"), ("reset after", "202406")])
def test_a_store_that_denies_every_commit_it_makes_is_not_believed(running, fault, label):
    running.proxy.break_log_entries(fault, times=1000)
    first, second = (verdict(submit(running, rows, label)) for rows in (12, 20))
    assert running.proxy.done[fault] >= 2
    is_in_once(running, second, 20, label)
    assert second["table_version"] == first["table_version"] + 1


def test_a_commit_whose_outcome_is_unknown_is_settled_by_the_next_start(running):
    """The version is made, its answer is lost, and nobody can look: the store is gone for a while."""
    gone = []

    def fault(method, path):
        if is_log_entry(method, path):
            gone.append(path)
            return "reset after"
        return "reset before" if gone else None

    running.proxy.fault = fault
    reply = submit(running, 12, key="once")
    assert reply.status not in (200, 201), reply.body
    running.hub.kill()
    running.proxy.heal()
    running.hub.start()
    receipt = verdict(submit(running, 12, key="once"))
    is_in_once(running, receipt, 12)


def test_many_submissions_through_a_bad_network_are_each_in_once(running):
    dice = random.Random(20250107)
    # Requests that only read fail less interestingly; a fifth of those that change something fail, in all four ways.
    running.proxy.fault = lambda method, path: (
        dice.choice(FAULTS) if method in ("PUT", "POST") and dice.random() < 0.2 else None
    )
    last = {}
    for number in range(12):
        label = f"20240{7 + number % 3}"
        rows, key = 10 + number, f"bad-network-{number}"
        for attempt in range(10):
            reply = submit(running, rows, label, key)
            if reply.status in (200, 201):
                break
        last[label] = (verdict(reply), rows)
    assert sum(running.proxy.done.values()) > 10
    running.proxy.heal()
    for label, (receipt, rows) in last.items():
        is_in_once(running, receipt, rows, label)
