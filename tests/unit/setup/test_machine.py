"""What a new box sees of itself."""

from pathlib import Path

import pytest

from appliance.setup.machine import look
from tests.support.netns import a_network, ip

ROUTES = "Iface\tDestination\tGateway\n{}\t00000000\t0100000A\neth0\t0000000A\t00000000\n"


def plug_in(root: Path, radio: str, driver: str, device: str = "") -> None:
    """`device`: its number on the SDIO bus, if it is on one."""
    home = root / "sys/class/net" / radio
    (home / "phy80211").mkdir(parents=True)
    (home / "device").mkdir()
    (home / "device/driver").symlink_to(f"/sys/bus/drivers/{driver}")
    if device:
        (home / "device/device").write_text(f"{device}\n")


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


@pytest.mark.parametrize(
    ("addresses", "network", "own"),
    [
        (["fd00:10::1/64", "192.168.1.10/24"], "192.168.1.0/24", "192.168.1.10"),
        (["8.8.4.4/24", "10.0.0.7/8"], "10.0.0.0/8", "10.0.0.7"),
        (["8.8.4.4/24"], "", ""),
        ([], "", ""),
    ],
)
def test_the_offices_network_is_the_private_one_of_the_uplink(
    tmp_path: Path, addresses: list[str], network: str, own: str
) -> None:
    (tmp_path / "sys/class/net/eth0").mkdir(parents=True)
    with a_network():
        ip("link add eth0 type veth peer name router", "link set eth0 up")
        ip(*(f"address add {address} dev eth0" for address in addresses))
        seen = look(tmp_path)
    assert (seen.office_network, seen.office_address) == (network, own)


def test_ports_are_told_by_their_lasting_names_and_no_more_than_a_screen_takes(
    tmp_path: Path,
) -> None:
    ports = tmp_path / "dev/serial/by-id"
    ports.mkdir(parents=True)
    for number in reversed(range(8)):
        (ports / f"usb-SimTech-if0{number}-port0").touch()
    assert look(tmp_path).modems == [str(ports / f"usb-SimTech-if0{n}-port0") for n in range(6)]


@pytest.mark.parametrize(
    ("driver", "device", "chip"),
    [
        ("brcmfmac", "0xa9bf", "bcm43455"),
        ("brcmfmac", "0xa9a6", "bcm43436"),
        ("mt76x2u", "", "mt7612u"),
        ("rt2800usb", "", "rt5370"),
        ("unheard-of", "", ""),
    ],
)
def test_the_radios_chip_is_known_by_its_driver_and_its_number_on_the_bus(
    tmp_path: Path, driver: str, device: str, chip: str
) -> None:
    plug_in(tmp_path, "wlan0", driver, device)
    assert look(tmp_path).chip == chip


def test_of_two_radios_the_one_is_meant_that_was_plugged_in(tmp_path: Path) -> None:
    for name, driver in (("wlan0", "brcmfmac"), ("wlan1", "mt76x2u"), ("wlan2", "rt2800usb")):
        plug_in(tmp_path, name, driver)
    assert look(tmp_path).radio == "wlan1"
