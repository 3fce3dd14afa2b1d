"""Lines to other houses: encrypted as soon as an authority is named, and nothing is said to a server that cannot prove
who it is."""
import pytest
import trustme

from world.power_file import month

KINDS = ["https", "postgres", "mariadb"]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_come_over_a_line_whose_other_end_is_vouched_for(made, authority, kind):
    road = made(kind)
    road.peer.authority = authority.file
    road.peer.put(road.label, month(30, label=road.label))
    assert road.start().current()["receipt"]["committed"] == 30


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_somebody_else_vouches_for_is_told_nothing(made, tmp_path, kind):
    road = made(kind)
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    road.peer.authority = tmp_path / "other.pem"
    road.peer.put(road.label, month(30, label=road.label))
    seen = road.start().seen()
    assert (seen["code"], seen["parcels"]) == ("source.untrusted", [])
    if kind == "https":
        assert road.peer.asked == []
