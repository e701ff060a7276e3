"""Router advertisements (RFC 4861) that say where the captive portal API is (RFC 8910).

dnsmasq advertises all else and cannot send that option, so these come beside its own and say the
same of the rest. Only where there is an API to announce and a zone with IPv6 do they cost anything:
CAP_NET_RAW beside the gate's CAP_NET_ADMIN, while `RouterAdvertiser` is made; a process of its own
would cost 10 MiB. Of what devices send, the kernel lets router solicitations through only, and
nothing is read of them but where they come from.
"""

import fcntl
import random
import socket
import struct
from collections.abc import Callable, Iterable
from ipaddress import IPv6Interface

from appliance.domain.wifi.capport import RA_OPTION
from appliance.runtime.wifi_settings import WifiZone
from wifi_gate.problems import Problems

EVERY_S = (30.0, 200.0)
_SOLICITATION, _ADVERTISEMENT = 133, 134
_SOURCE, _PREFIX, _RESOLVERS = 1, 3, 25
_OTHER_CONFIGURATION = 0x40
"""More is to be had by DHCPv6."""
_ON_LINK_AUTONOMOUS = 0xC0
_HOP_LIMIT = 64
_ROUTER_LIFETIME_S, _RESOLVER_LIFETIME_S = 1800, 1800
_VALID_S = _PREFERRED_S = 3600
"""As long as dnsmasq's lease."""
_EVERYBODY = "ff02::1"
_ICMPV6_FILTER, _SIOCGIFHWADDR = 1, 0x8927
_MOST_AT_ONCE = 32
_SPACING_S = 3.0
"""MIN_DELAY_BETWEEN_RAS, of those to everybody (RFC 4861, 6.2.6)."""
_PACKET_INFO = struct.Struct("=16sI")


class RouterAdvertiser:
    """The gate calls `step` often; zones without IPv6 have no advertisements.

    PermissionError without CAP_NET_RAW.
    """

    def __init__(
        self,
        zones: Iterable[WifiZone],
        uri: Callable[[], str | None],
        problems: Problems,
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`uri` is asked before each advertisement to everybody: where the API is, or None."""
        self._zones = {zone.interface: zone for zone in zones if zone.ipv6}
        self._get_uri, self._chance = uri, chance
        self._uri: str | None = None
        self._next_s = dict.fromkeys(self._zones, 0.0)
        self._last_s = dict.fromkeys(self._zones, -_SPACING_S)
        self._problems = problems
        self._socket = _solicitations()

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def step(self, now_s: float) -> None:
        """Answer who has asked, and tell everybody when it is time; does not wait."""
        self._answer(now_s)
        for interface, due_s in self._next_s.items():
            if now_s >= due_s:
                self._uri = self._get_uri()
                self._send(interface, _EVERYBODY)
                self._last_s[interface] = now_s
                self._next_s[interface] = now_s + self._chance(*EVERY_S)

    def _answer(self, now_s: float) -> None:
        """Answer each device alone, for a message to everybody wakes all; one without an address
        yet is told with everybody."""
        for _ in range(_MOST_AT_ONCE):
            try:
                _, extras, _, (source, *_) = self._socket.recvmsg(
                    0, socket.CMSG_SPACE(_PACKET_INFO.size)
                )
            except BlockingIOError:
                return
            interface = _arrived_on(extras)
            if interface not in self._zones:
                continue
            host = source.partition("%")[0]
            if host != "::":
                self._send(interface, host)
            else:
                soon_s = max(now_s, self._last_s[interface] + _SPACING_S)
                self._next_s[interface] = min(self._next_s[interface], soon_s)

    def _send(self, interface: str, target: str) -> None:
        if self._uri is None:
            return
        router = IPv6Interface(self._zones[interface].ipv6)
        with self._problems.guard(f"router advertisements on {interface}"):
            message = advertisement(_mac(self._socket, interface), router, self._uri)
            self._socket.sendto(message, (target, 0, 0, socket.if_nametoindex(interface)))


def advertisement(mac: bytes, router: IPv6Interface, uri: str) -> bytes:
    """The ICMPv6 message without its checksum: `router` is the gateway and resolver of its /64."""
    head = struct.pack(
        "!BBHBBHII",
        *(_ADVERTISEMENT, 0, 0, _HOP_LIMIT, _OTHER_CONFIGURATION, _ROUTER_LIFETIME_S, 0, 0),
    )
    prefix = struct.pack(
        "!BBIII", router.network.prefixlen, _ON_LINK_AUTONOMOUS, _VALID_S, _PREFERRED_S, 0
    )
    options = _option(_SOURCE, mac)
    options += _option(_PREFIX, prefix + router.network.network_address.packed)
    options += _option(_RESOLVERS, struct.pack("!HI", 0, _RESOLVER_LIFETIME_S) + router.ip.packed)
    return head + options + _option(RA_OPTION, uri.encode("ascii"))


def _option(kind: int, value: bytes) -> bytes:
    """Length is in units of 8 bytes, the rest is zeros."""
    units = (2 + len(value) + 7) // 8
    return struct.pack("!BB", kind, units) + value.ljust(units * 8 - 2, b"\0")


def _solicitations() -> socket.socket:
    """A socket that hears router solicitations alone, from every interface."""
    line = socket.socket(
        socket.AF_INET6, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_ICMPV6
    )
    blocked = bytearray(b"\xff" * 32)
    blocked[_SOLICITATION // 32 * 4 : _SOLICITATION // 32 * 4 + 4] = struct.pack(
        "=I", 0xFFFFFFFF ^ 1 << _SOLICITATION % 32
    )
    line.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, bytes(blocked))
    for option in (socket.IPV6_MULTICAST_HOPS, socket.IPV6_UNICAST_HOPS):
        line.setsockopt(socket.IPPROTO_IPV6, option, 255)
    line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    return line


def _arrived_on(extras: list[tuple[int, int, bytes]]) -> str:
    for level, kind, data in extras:
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            try:
                return socket.if_indextoname(_PACKET_INFO.unpack(data)[1])
            except OSError:
                break
    return ""


def _mac(line: socket.socket, interface: str) -> bytes:
    """The interface's link-layer address (netdevice(7))."""
    answer = fcntl.ioctl(line, _SIOCGIFHWADDR, struct.pack("256s", interface.encode()))
    return answer[18:24]
