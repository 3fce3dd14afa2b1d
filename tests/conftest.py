"""Hubs for the tests. The sample world is made once for a run; whoever wants to change it takes a copy."""
import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from world import hub as hubs  # noqa: E402


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> hubs.Hub:
    """The demo's folder, complete and not running."""
    return hubs.demo(tmp_path_factory.mktemp("sample") / "demo")


@pytest.fixture(scope="session")
def _copies(sample, tmp_path_factory):
    """Makes running copies of the sample world and ends them all."""
    numbers = itertools.count()
    made: list[hubs.Hub] = []

    def make(start: bool = True) -> hubs.Hub:
        copy = sample.copy_to(tmp_path_factory.mktemp("hub") / f"copy{next(numbers)}")
        made.append(copy)
        return copy.start() if start else copy

    yield make
    for copy in made:
        copy.kill()


@pytest.fixture(scope="session")
def shared(_copies) -> hubs.Hub:
    """A running hub that tests only ask."""
    return _copies()


@pytest.fixture
def own(_copies) -> hubs.Hub:
    """A running hub for one test alone."""
    hub = _copies()
    yield hub
    hub.kill()


@pytest.fixture
def idle(_copies) -> hubs.Hub:
    """A world that is not running, for one test alone."""
    hub = _copies(start=False)
    yield hub
    hub.kill()
