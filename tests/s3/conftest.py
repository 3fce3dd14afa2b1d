"""The sample world with its lake in a bucket. Made once; each file of tests gets a copy."""
import pytest
from moto.server import ThreadedMotoServer

from bucket import Bucket, World, settle_in
from proxy import Proxy
from world import hub as hubs


@pytest.fixture(scope="session")
def endpoint():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def story(endpoint, tmp_path_factory) -> World:
    """The demo, told and checked on a bucket from `init` on. Not running."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    bucket, proxy = Bucket.make(endpoint), Proxy(endpoint)
    settle_in(folder, bucket, proxy)
    return World(hubs.demo(folder), bucket, proxy)


@pytest.fixture(scope="module")
def _copy(story, endpoint, tmp_path_factory):
    copy = story.copy(tmp_path_factory.mktemp("hub") / "copy", endpoint)
    yield copy
    copy.close()


@pytest.fixture
def world(_copy):
    """Not running, its network healthy and its settings good, whatever the test before did."""
    yield _copy
    _copy.hub.kill()
    _copy.proxy.heal()
    settle_in(_copy.hub.folder, _copy.bucket, _copy.proxy)


@pytest.fixture
def running(_copy):
    """Running, its network healthy. Tests share it and take months of their own."""
    _copy.proxy.heal()
    if not _copy.hub.running():
        _copy.hub.start()
    return _copy
