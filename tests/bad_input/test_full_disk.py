"""A full disk is a clear error, the process stays, nothing acknowledged is lost, and after making room work goes on."""
import os
import shutil
import subprocess

import pytest

from world.hub import Hub
from world.power_file import FEED, UNIT, csv, month

SIZE_MIB = 48


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    yield from mounted(disk)


def mounted(disk):
    """A small disk at `disk`, as long as the test lasts."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    disk.mkdir(parents=True)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(disk)], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no small disk here: {made.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], capture_output=True)


def test_a_full_disk_is_an_answer_not_an_end(sample, small_disk):
    used = sum(path.stat().st_size for path in sample.folder.rglob("*") if path.is_file())
    if used > (SIZE_MIB - 16) << 20:
        pytest.skip("the sample world does not fit on the small disk")
    hub = Hub(small_disk / "world")
    shutil.copytree(sample.folder, hub.folder)
    ballast = small_disk / "ballast"
    try:
        hub.start()
        pid = hub.pid
        reporter = hub.caller("pow.reporter")
        settled = reporter.submit(FEED, "202506", UNIT, csv(month(30, label="202506")))
        assert settled.status == 201

        fill(ballast)
        body = csv(month(4000, label="202507"))
        refused = reporter.submit(FEED, "202507", UNIT, body)
        assert refused.status in (503, 507), (refused.status, refused.body[:300])
        document = refused.json()
        assert document["title"] and document["title_en"] and document["request_id"]
        assert str(small_disk) not in refused.body.decode()
        assert hub.running() and hub.pid == pid

        ballast.unlink()
        again = reporter.submit(FEED, "202507", UNIT, body)
        assert again.status in (200, 201), again.body[:300]
        rows = hub.caller("tax.prefecture", "tax_risk").rows(
            "SELECT month, count(*) FROM v_power_month WHERE month IN ('202506', '202507') GROUP BY month ORDER BY month"
        )
        assert rows == [["202506", 30], ["202507", 4000]]
        assert hub.running() and hub.pid == pid
    finally:
        hub.kill()


@pytest.fixture
def full_lake(sample, tmp_path):
    """A world whose lake alone lies on a small disk."""
    hub = Hub(tmp_path / "world")
    shutil.copytree(sample.folder, hub.folder)
    lake, kept = hub.data / "lake", tmp_path / "kept"
    shutil.move(lake, kept)
    disk = mounted(lake)
    next(disk)
    shutil.copytree(kept, lake, dirs_exist_ok=True)
    yield hub, lake / "ballast"
    hub.kill()
    next(disk, None)


def test_a_full_lake_says_so_and_takes_the_file_once_there_is_room(full_lake):
    hub, ballast = full_lake
    hub.start()
    reporter = hub.caller("pow.reporter")
    body = csv(month(4000, label="202508"))
    fill(ballast)
    refused = reporter.submit(FEED, "202508", UNIT, body)
    assert (refused.status, refused.code) == (503, "intake.storage_full"), refused.body[:300]
    ballast.unlink()
    again = reporter.submit(FEED, "202508", UNIT, body)
    assert again.status == 201, again.body[:300]
    rows = hub.caller("tax.prefecture", "tax_risk").rows("SELECT count(*) FROM v_power_month WHERE month = '202508'")
    assert rows == [[4000]]


def fill(ballast) -> None:
    """Writes until there is no room, then once more in small pieces for the last of it."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 9):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
