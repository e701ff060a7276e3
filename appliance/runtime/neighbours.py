"""Which device has an address: the kernel's neighbour table (ARP and IPv6 neighbour discovery).

What a client says of itself counts for nothing; this is what the kernel sends its frames to.
Needs no privilege.
"""

import errno
import socket
import struct
import sys
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from appliance.runtime.netlink import DUMP, ROUTE, Netlink, attribute, attributes

_GET_ROUTE, _GET_NEIGHBOUR = 26, 30
_DESTINATION, _LINK_ADDRESS = 1, 2
_ROUTE_DESTINATION, _ROUTE_INTERFACE = 1, 4
_NEIGHBOUR = struct.Struct("=BxxxiHBB")
_ROUTE = struct.Struct("=8BI")
_STATES = {0x02: "reachable", 0x04: "stale", 0x08: "delay", 0x10: "probe", 0x80: "permanent"}
"""The others have no device behind them: incomplete, failed, noarp (linux/neighbour.h)."""
_NOBODY = (errno.ENOENT, errno.ENODEV, errno.ENETUNREACH, errno.EHOSTUNREACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """`mac` as aa:bb:cc:dd:ee:ff; `ip` without zone; `state` in the words of ip-neighbour(8)."""

    mac: str
    ip: str
    interface: str
    state: str


def neighbours(interfaces: Collection[str]) -> list[Neighbour]:
    """All devices known on these interfaces; a name that does not exist has none."""
    return [one for one in _all() if one.interface in interfaces]


def of_address(ip: str) -> Neighbour | None:
    """The device that has this address, on the interface where an answer to it would leave.

    A link-local address says its zone (fe80::1%br-lan) or must be known in one zone only. None for
    an address without an entry, behind a router or of this machine; ValueError for no address.
    """
    address = ip_address(ip)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    host, _, zone = str(address).partition("%")
    if address.version == 6 and address.is_link_local:
        known = [one for one in _all() if one.ip == host and zone in ("", one.interface)]
        return known[0] if len(known) == 1 else None
    try:
        return _towards(address)
    except OSError as error:
        if error.errno in _NOBODY:
            return None
        raise


def _all() -> list[Neighbour]:
    with closing(Netlink(ROUTE)) as netlink:
        dump = netlink.ask(_GET_NEIGHBOUR, _NEIGHBOUR.pack(0, 0, 0, 0, 0), DUMP)
    return [one for one in map(_neighbour, dump) if one is not None]


def _towards(address: IPv4Address | IPv6Address) -> Neighbour | None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    route = _ROUTE.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
    route += attribute(_ROUTE_DESTINATION, address.packed)
    with closing(Netlink(ROUTE)) as netlink:
        [way] = netlink.ask(_GET_ROUTE, route)
        interface = attributes(way[_ROUTE.size :])[_ROUTE_INTERFACE]
        wanted = _NEIGHBOUR.pack(family, int.from_bytes(interface, sys.byteorder), 0, 0, 0)
        [entry] = netlink.ask(_GET_NEIGHBOUR, wanted + attribute(_DESTINATION, address.packed))
    return _neighbour(entry)


def _neighbour(body: bytes) -> Neighbour | None:
    family, index, state, _, _ = _NEIGHBOUR.unpack_from(body)
    found = attributes(body[_NEIGHBOUR.size :])
    mac, ip = found.get(_LINK_ADDRESS, b""), found.get(_DESTINATION, b"")
    if state not in _STATES or len(mac) != 6 or len(ip) not in (4, 16):
        return None
    try:
        interface = socket.if_indextoname(index)
    except OSError:
        return None
    return Neighbour(
        mac=mac.hex(":"), ip=socket.inet_ntop(family, ip), interface=interface, state=_STATES[state]
    )
