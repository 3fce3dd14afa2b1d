"""Three running worlds, made once: they differ only in what the county analyst may not see."""
import pytest

from worlds import Worlds, fill


@pytest.fixture(scope="session")
def worlds(_copies) -> Worlds:
    made = Worlds(_copies(), _copies(), _copies())
    for number, hub in enumerate(made):
        fill(hub, number)
    return made
