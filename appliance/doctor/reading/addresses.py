"""Who else has an address of the box: it is asked for as by a newcomer (RFC 5227, an ARP probe),
which puts nothing into anybody's tables. Needs root.
"""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing

from appliance.doctor import programs
from appliance.doctor.case import Case, text
from appliance.doctor.judging.addresses import Held

_ARP = struct.Struct("!HHBBH6s4s6s4s")
_ETH_ARP = 0x0806
_ETHERNET, _IPV4, _REQUEST = 1, 0x0800, 1
_NOBODY, _EVERYBODY = bytes(6), b"\xff" * 6
_ASKED = 3
"""Times, since radio loses what is told to everybody."""
_WAIT_S = 0.4


def held(case: Case) -> Iterator[Held]:
    """Each address of the uplink and of the zones."""
    links = {case.box.wifi.wan: "[network] wan_ipv4"}
    links |= {zone.interface: "[[wifi.zones]] ipv4" for zone in case.box.wifi.zones}
    own = {text(path) for path in (case.root / "sys/class/net").glob("*/address")}
    for interface, setting in links.items():
        for address in programs.addresses(interface):
            if address.version == 4:
                others = tuple(sorted(holders(interface, str(address.ip)) - own))
                yield Held(
                    interface=interface, address=str(address.ip), setting=setting, others=others
                )


def holders(interface: str, address: str) -> set[str]:
    """The MACs of all who answer for it; a link that is down or has no ARP has none."""
    wanted = socket.inet_aton(address)
    found: set[str] = set()
    with closing(
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_ARP))
    ) as line:
        line.bind((interface, _ETH_ARP))
        own = line.getsockname()[4]
        probe = _ARP.pack(_ETHERNET, _IPV4, 6, 4, _REQUEST, own, bytes(4), _NOBODY, wanted)
        for _ in range(_ASKED):
            with contextlib.suppress(OSError):
                line.sendto(probe, (interface, _ETH_ARP, 0, 0, _EVERYBODY))
            found |= set(_heard(line, wanted))
    return found


def _heard(line: socket.socket, wanted: bytes) -> Iterator[str]:
    until_s = time.monotonic() + _WAIT_S
    while (left_s := until_s - time.monotonic()) > 0:
        line.settimeout(left_s)
        try:
            packet = line.recv(256)
        except OSError:
            return
        if len(packet) >= _ARP.size:
            *_, mac, ip, _, _ = _ARP.unpack_from(packet)
            if ip == wanted:
                yield mac.hex(":")
