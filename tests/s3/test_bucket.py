"""A hub whose lake is in a bucket does what a hub with a folder does, and starts only where that is safe."""
import pytest

from bucket import PREFIX, SECRET, Bucket, settle_in
from proxy import Proxy
from told import rows_in, submit, verdict
from world import binary
from world.hub import Hub, StartRefused


def test_the_demo_holds_on_a_bucket_and_leaves_nothing_of_the_lake_on_the_disk(story):
    assert not (story.hub.data / "lake").exists()
    kinds = {key.removeprefix(PREFIX + "/").split("/")[0] for key in story.bucket.keys()}
    assert kinds == {"feeds", "vault", "quarantine", "reveal", "keyring.json"}


def test_files_are_taken_repeated_and_replaced_and_a_restart_changes_nothing(world):
    world.hub.start()
    first = verdict(submit(world, 12))
    assert verdict(submit(world, 12))["submission"] == first["submission"]
    assert rows_in(world) == 12
    second = verdict(submit(world, 20))
    assert rows_in(world) == 20
    assert world.hub.stop() == 0
    world.hub.start()
    assert rows_in(world) == 20
    assert verdict(submit(world, 20))["submission"] == second["submission"]
    assert second["table_version"] == first["table_version"] + 1
    world.hub.stop()
    said = "\n".join(world.hub.lines)
    assert SECRET not in said


def test_a_store_that_ignores_the_condition_of_a_put_is_refused_at_start(world):
    world.proxy.drops_conditions = True
    with pytest.raises(StartRefused) as refused:
        world.hub.start()
    assert "creating an existing name succeeds" in refused.value.said
    world.proxy.heal()
    world.hub.start()
    assert not [key for key in world.bucket.keys() if "/probe/" in key]


def test_a_store_that_is_not_there_is_refused_at_start(world):
    world.proxy.fault = lambda method, path: "reset before"
    with pytest.raises(StartRefused) as refused:
        world.hub.start()
    assert SECRET not in refused.value.said


def test_a_secret_that_others_can_read_is_refused(world):
    (world.hub.folder / "secret").chmod(0o644)
    with pytest.raises(StartRefused) as refused:
        world.hub.start()
    assert "chmod 600" in refused.value.said


def test_the_secret_may_come_from_the_environment(world):
    settings = world.hub.folder / "taxhub.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('secret_file = "secret"\n', ""), encoding="utf-8")
    with pytest.raises(StartRefused):
        world.hub.start(env={"AWS_SECRET_ACCESS_KEY": ""})
    world.hub.start(env={"AWS_SECRET_ACCESS_KEY": SECRET})
    assert world.hub.caller(None).get("/readyz").status == 200


def test_another_hub_with_keys_of_its_own_is_refused_by_the_bucket(world, endpoint, tmp_path):
    folder = tmp_path / "other"
    settle_in(folder, world.bucket, world.proxy)
    made = binary.run("init", folder)
    assert made.code != 0 and "key ring" in made.out + made.err, made
    other = Bucket.make(endpoint)
    settle_in(folder, other, world.proxy)
    assert binary.run("init", folder).code == 0
    assert other.keys()
    Hub(folder).start().kill()
