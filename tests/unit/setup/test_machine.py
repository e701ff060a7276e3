"""What a new box sees of itself."""

from pathlib import Path

import pytest

from appliance.setup.machine import look

ROUTES = "Iface\tDestination\tGateway\n{}\t00000000\t0100000A\neth0\t0000000A\t00000000\n"


@pytest.mark.parametrize(
    ("plugged", "way_out", "wan"),
    [
        ({"eth0", "eth1"}, "eth1", "eth1"),
        ({"eth0", "eth1"}, "end0", "eth0"),
        ({"eth1"}, "wlan0", "eth1"),
        (set(), "", "eth0"),
    ],
)
def test_the_uplink_is_the_wire_that_leads_out(
    tmp_path: Path, plugged: set[str], way_out: str, wan: str
) -> None:
    for name in ("eth0", "eth1", "wlan0"):
        home = tmp_path / "sys/class/net" / name
        home.mkdir(parents=True)
        (home / "carrier").write_text("1" if name in plugged else "0")
    (tmp_path / "sys/class/net/wlan0/phy80211").mkdir()
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text(ROUTES.format(way_out))
    assert look(tmp_path).wan == wan
