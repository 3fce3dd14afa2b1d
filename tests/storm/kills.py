"""SIGKILL at a named step or at a random instant, then a restart and a comparison."""
import random
import threading
import time
from collections import Counter

from compare import compare, visible
from sending import Sender, Sending
from world.hub import Hub

STEPS = [
    "received", "staged", "checked", "intent", "vault", "audit_opened", "quarantine", "feed_committed",
    "registry_settled", "audit_closed", "receipted",
]
SETTLED = (200, 201)


class Kills:
    def __init__(self, hub: Hub, seed: int):
        self.hub = hub
        self.sender = Sender(seed)
        self.dice = random.Random(seed + 1)
        self.killed: Counter[str] = Counter()
        self.acts: Counter[str] = Counter()
        self.acknowledged = 0
        # What each slot must show: the last settled sending.
        self.shown: dict[str, Sending] = {}
        self.receipts: dict[str, str] = {}
        self.usual_seconds = 0.5

    def at_step(self, step: str) -> None:
        sending = self._on_top(self.sender.acting())
        self.hub.start({"TAXHUB_DIE_AT": f"{step}:1"})
        reply = sending.send(self.hub)
        code = self.hub.wait_for_death()
        assert code == -9, f"the hub was to die at {step} and ended with {code}"
        self.killed[step] += 1
        self.acts[sending.act] += 1
        self._settle(sending, reply, f"{step} #{self.killed[step]}")

    def at_random(self) -> None:
        sending = self._on_top(self.sender.any())
        self.hub.start()
        replies = []
        thread = threading.Thread(target=lambda: replies.append(sending.send(self.hub)))
        began = time.monotonic()
        thread.start()
        thread.join(self.dice.uniform(0, 1.2 * self.usual_seconds))
        answered = not thread.is_alive()
        self.hub.kill()
        self.killed["random"] += 1
        self.acts[sending.act] += 1
        thread.join()
        if answered:
            self.usual_seconds = 0.7 * self.usual_seconds + 0.3 * (time.monotonic() - began)
        self._settle(sending, replies[0], f"random #{self.killed['random']}")

    def _on_top(self, sending: Sending) -> Sending:
        return sending.on(self.numbers(self.shown.get(sending.label)))

    def _settle(self, sending: Sending, reply, where: str) -> None:
        """Starts again and compares; then the sender, who does not know what happened, tries once more."""
        before = self.shown.get(sending.label)
        if reply is not None and reply.status in SETTLED:
            self._acknowledge(sending, reply)
        self.hub.start()
        seen = visible(self.hub, sending.label)
        if sending.refused:
            allowed = {self.numbers(before)}
        elif sending.number in self._known():
            allowed = {self.numbers(sending)}
        else:
            allowed = {self.numbers(before), self.numbers(sending)}
        assert seen in allowed, f"{where}: the slot shows {seen}, allowed is {allowed}"
        compare(self.hub, where)

        again = sending.send(self.hub)
        assert again is not None and again.status in SETTLED, f"{where}: the retry was answered with {again}"
        self._acknowledge(sending, again)
        expected = self.numbers(self.shown.get(sending.label))
        assert visible(self.hub, sending.label) == expected, f"{where}: after the retry the slot does not show the file"
        compare(self.hub, f"{where}, after the retry")
        self.hub.kill()

    def _acknowledge(self, sending: Sending, reply) -> None:
        receipt = reply.json()
        known = self.receipts.setdefault(sending.key, receipt["submission"])
        assert known == receipt["submission"], f"{sending.key} has two receipts: {known} and {receipt['submission']}"
        self.acknowledged = len(self.receipts)
        if not sending.refused:
            self.shown[sending.label] = sending

    def _known(self) -> set[int]:
        return {sending.number for sending in self.shown.values()}

    @staticmethod
    def numbers(sending: Sending | None) -> tuple[int, int]:
        return (sending.rows, sending.kwh) if sending else (0, 0)

    def everything_acknowledged_is_there(self) -> None:
        self.hub.start()
        reporter = self.hub.caller("pow.reporter")
        for key, submission in self.receipts.items():
            reply = reporter.get(f"/v1/submissions/{submission}/receipt")
            assert reply.status == 200, f"the receipt of {key} is gone"
        for label, sending in self.shown.items():
            assert visible(self.hub, label) == self.numbers(sending), f"slot {label} does not show its last file"
        compare(self.hub, "the end")
        self.hub.kill()
