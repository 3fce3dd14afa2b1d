"""Power cuts on a real file system: ext4 in a loop device, stopped by its own shutdown call without flushing the journal.

Whatever the hub had not forced to the disk is gone afterwards, as after a real cut.
"""
import fcntl
import os
import random
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path

from compare import compare, visible
from sending import Sender
from world.hub import Hub

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
IMAGE_MIB = 512


def why_not() -> str | None:
    """Why power cannot be cut here, if so."""
    if os.geteuid() != 0:
        return "only root can mount a disk"
    missing = [tool for tool in ("mkfs.ext4", "mount", "umount") if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} not found"
    if not Path("/dev/loop-control").exists():
        return "there are no loop devices"
    return None


class PowerCuts:
    def __init__(self, sample: Hub, folder: Path, seed: int):
        self.image, self.disk = folder.with_suffix(".img"), folder
        self.sender, self.dice = Sender(seed + 7), random.Random(seed + 8)
        self.hub = Hub(self.disk / "world")
        self.sample = sample
        self.cuts = self.acknowledged = self.lost = 0
        self.receipts: dict[str, str] = {}

    def __enter__(self) -> "PowerCuts":
        with self.image.open("wb") as file:
            file.truncate(IMAGE_MIB << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.disk.mkdir()
        self._mount()
        self.sample.copy_to(self.hub.folder)
        os.sync()
        return self

    def __exit__(self, *_) -> None:
        self.hub.kill()
        subprocess.run(["umount", "-l", str(self.disk)], capture_output=True)
        self.image.unlink(missing_ok=True)

    def one(self) -> None:
        """A few submissions, a cut while the next is on its way, and a look at what is left."""
        self.hub.start()
        settled = {}
        for _ in range(self.dice.randint(1, 3)):
            sending = self.sender.ordinary()
            reply = sending.send(self.hub)
            assert reply is not None and reply.status in (200, 201), f"cut #{self.cuts}: not settled: {reply}"
            settled[sending.label] = sending
            self._acknowledge(sending, reply)
        last = self.sender.ordinary()
        replies = []
        thread = threading.Thread(target=lambda: replies.append(last.send(self.hub, seconds=15)))
        thread.start()
        thread.join(self.dice.uniform(0, 0.6))
        self._cut()
        self.hub.kill()
        thread.join()
        if replies[0] is not None and replies[0].status in (200, 201):
            settled[last.label] = last
            self._acknowledge(last, replies[0])

        self._unmount()
        self._mount()
        self.hub.start()
        self._nothing_acknowledged_is_lost()
        for label, sending in settled.items():
            allowed = {(sending.rows, sending.kwh)}
            if last.label == label:
                allowed.add((last.rows, last.kwh))
            assert visible(self.hub, label) in allowed, f"cut #{self.cuts}: slot {label} lost its file"
        compare(self.hub, f"cut #{self.cuts}")
        self.hub.kill()

    def _nothing_acknowledged_is_lost(self) -> None:
        reporter = self.hub.caller("pow.reporter")
        lost = [key for key, id in self.receipts.items() if reporter.get(f"/v1/submissions/{id}/receipt").status != 200]
        self.lost += len(lost)
        assert not lost, f"cut #{self.cuts}: acknowledged and gone: {lost}"

    def _acknowledge(self, sending, reply) -> None:
        self.receipts[sending.key] = reply.json()["submission"]
        self.acknowledged = len(self.receipts)

    def _cut(self) -> None:
        handle = os.open(self.disk, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(handle)
        self.cuts += 1

    def _mount(self) -> None:
        run("mount", "-o", "loop", self.image, self.disk)

    def _unmount(self) -> None:
        """Killed workers hold the disk for a moment longer than their hub."""
        until = time.monotonic() + 15
        while (done := attempt("umount", self.disk)).returncode != 0:
            assert time.monotonic() < until, done.stderr.strip()
            time.sleep(0.05)


def attempt(*words) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True)


def run(*words) -> None:
    done = attempt(*words)
    assert done.returncode == 0, f"{words[0]}: {done.stderr.strip()}"
