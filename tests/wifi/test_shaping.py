"""Speed limits as iperf3 measures them, with a second device beside the limited one."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from appliance.runtime.wifi_settings import WifiZone
from tests.support.programs import needs
from tests.wifi.box import WAN
from tests.wifi.client import Client
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, WWW
from wifi_gate.problems import Problems
from wifi_gate.shaper import Shaper

pytestmark = pytest.mark.slow

DOWN_KBPS, UP_KBPS = 8000, 4000
SLOW = WifiZone(
    name="slow", interface=OFFICE.bridge, ipv4="10.77.0.1/24", down_kbps=DOWN_KBPS, up_kbps=UP_KBPS
)
WARM_UP_S, MEASURED_S = 1, 3
ADDRESSES = {7: "10.77.0.10", 8: "10.77.0.11", 9: "10.77.0.12"}
"""By slot; the firewall of this test classifies by address."""
FREE_SLOT = 9
"""Without a class."""


@pytest.fixture(scope="module")
def phones(lab: Lab) -> Iterator[list[Client]]:
    """Two with a limit and one without."""
    made = [lab.client() for _ in ADDRESSES]
    for phone, address in zip(made, ADDRESSES.values(), strict=True):
        phone.set_address(address)
        lab.internet.start(
            f"iperf3-{address}",
            needs("iperf3"),
            "-s",
            "-p",
            port_of(phone),
            "--forceflush",
            ready="listening",
        )
    lab.box.forward()
    lab.box.nft(firewall())
    with lab.box.entered():
        shaper = Shaper([SLOW], WAN, Problems())
        shaper.apply({slot: SLOW.name for slot in ADDRESSES if slot != FREE_SLOT})
        yield made
        shaper.close()


def firewall() -> str:
    """Marks by address, classes by mark, as the product's rules do it."""
    classes = ", ".join(f"{slot} : 1:{slot:x}" for slot in ADDRESSES)
    slots = ", ".join(f"{address} : {slot}" for slot, address in ADDRESSES.items())
    return f"""table inet bed {{
        map class_of {{ type mark : classid; elements = {{ {classes} }}; }}
        map slot_of {{ type ipv4_addr : mark; elements = {{ {slots} }}; }}
        chain forward {{ type filter hook forward priority 0;
            meta mark set ip saddr map @slot_of
            meta mark set ip daddr map @slot_of
            meta priority set meta mark map @class_of
        }}
        chain out {{ type nat hook postrouting priority 100; oifname {WAN} masquerade; }}
    }}"""


def port_of(phone: Client) -> str:
    """Of the server that measures this phone; one serves one at a time."""
    return f"52{phone.address[-2:]}"


def begin(phone: Client, *way: str) -> subprocess.Popen:
    """Start a measurement of all but the first second."""
    command = [needs("iperf3"), "-c", WWW, "-p", port_of(phone), "-J", "-O", str(WARM_UP_S)]
    command += ["-t", str(MEASURED_S), *way]
    return subprocess.Popen([*phone.inside(), *command], stdout=subprocess.PIPE, text=True)


def kbps(measurement: subprocess.Popen) -> float:
    """What arrived."""
    said = json.loads(measurement.communicate(timeout=60)[0])
    return said["end"]["sum_received"]["bits_per_second"] / 1000


def test_sessions_go_as_fast_as_granted_and_slow_nobody(phones: list[Client]) -> None:
    """WiFi check 22."""
    down, up, free = phones
    running = begin(down, "-R", "-P", "4"), begin(up, "-P", "4"), begin(free)
    got_down, got_up, beside = map(kbps, running)
    assert got_down == pytest.approx(DOWN_KBPS, rel=0.1)
    assert got_up == pytest.approx(UP_KBPS, rel=0.1)
    assert beside > 5 * DOWN_KBPS
