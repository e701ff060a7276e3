"""The Internet beyond the box: two resolvers, a web, and a record of what arrives."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import needs
from tests.wifi import frames
from tests.wifi.authority import Authority
from tests.wifi.frames import Packet
from tests.wifi.namespace import Namespace
from tests.wifi.places import (
    BOX_WAN6,
    HOSTS,
    OFFICE,
    PARK,
    PROBES,
    PUBLIC_RESOLVER,
    PUBLIC_RESOLVER6,
    RESOLVER,
    RESOLVER6,
    TTL_S,
    WWW,
    WWW6,
)

DEVICE = "eth0"
_ALL_FRAMES = 0x0003
_SO_RCVBUFFORCE = 33
_MARKER_LIMIT_S = 5
_BUFFER_BYTES = 16 * 1024 * 1024
_ADDRESSES4 = [RESOLVER, *(four for four, _ in HOSTS.values())]
_ADDRESSES6 = [RESOLVER6, *(six for _, six in HOSTS.values())]


class Internet(Namespace):
    """One Ethernet link to the box's wan."""

    def __init__(self, name: str, folder: Path, authority: Authority) -> None:
        super().__init__(name, folder)
        self._certificate = authority.certify(*HOSTS, *(probe.host for probe in PROBES))

    def connect(self) -> None:
        """Bring the link up; after `cut` again, for the kernel forgets IPv6 with the carrier."""
        self.ip(
            f"link set {DEVICE} up",
            *(f"address replace {one}/24 dev {DEVICE}" for one in _ADDRESSES4),
            f"address replace {PUBLIC_RESOLVER}/32 dev {DEVICE}",
            *(f"address replace {one}/64 dev {DEVICE} nodad" for one in _ADDRESSES6),
            f"address replace {PUBLIC_RESOLVER6}/128 dev {DEVICE} nodad",
            *(f"route replace {zone.network6} via {BOX_WAN6}" for zone in (OFFICE, PARK)),
        )

    def serve(self) -> None:
        """Start the resolvers and the web."""
        self._resolver([RESOLVER, RESOLVER6], "203.0.113.1")
        self._resolver([PUBLIC_RESOLVER, PUBLIC_RESOLVER6], "203.0.113.8")
        server = [sys.executable, "-m", "tests.wifi.internet_server", *map(str, self._certificate)]
        self.start("internet", *server, ready="ready")

    def cut(self) -> None:
        """Pull the cable: the box loses its carrier."""
        self.ip(f"link set {DEVICE} down")

    def blackhole(self) -> None:
        """Lose every packet without a word; the link stays up."""
        self.run(
            "nft",
            "add table inet dead; add chain inet dead in "
            "{ type filter hook prerouting priority -300; policy drop; };",
        )

    def restore(self) -> None:
        """Undo `cut` and `blackhole`."""
        self.run("nft", "delete table inet dead", check=False)
        self.connect()

    def names_asked(self) -> set[str]:
        """Every name that anybody has looked up at one of the resolvers."""
        logs = [log.read_text() for log in self.folder.glob("resolver-*.log")]
        lines = [line.split() for log in logs for line in log.splitlines() if "query[" in line]
        return {line[line.index("from") - 1] for line in lines}

    @contextmanager
    def listening(self) -> Iterator[socket.socket]:
        """A socket that hears every frame of the link to the box while the block runs."""
        with self.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_FRAMES)) as line:
            line.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
            line.bind((DEVICE, _ALL_FRAMES))
            line.settimeout(_MARKER_LIMIT_S)
            yield line

    def _resolver(self, addresses: list[str], who: str) -> None:
        hosts = {**HOSTS, **{probe.host: (WWW, WWW6) for probe in PROBES}}
        options = [f"--address=/{name}/{one}" for name, pair in hosts.items() for one in pair]
        options += [f"--listen-address={one}" for one in addresses]
        options += [f"--address=/who.test/{who}", "--address=/tunnel.test/203.0.113.9"]
        options += ["--address=/dns.msftncsi.com/131.107.255.255", f"--local-ttl={TTL_S}"]
        options += ["--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root"]
        options += ["--bind-interfaces", "--except-interface=lo", "--log-queries"]
        command = [needs("dnsmasq"), "--keep-in-foreground", "--log-facility=-", *options]
        self.start(f"resolver-{addresses[0]}", *command, ready="started")


def arrived(line: socket.socket, marker: Packet) -> list[Packet]:
    """What has arrived before the marker; TimeoutError if that does not come."""
    packets = []
    while True:
        frame, (_, _, kind, _, _) = line.recvfrom(2048)
        packet = frames.read(frame)
        if packet == marker:
            return packets
        if kind == socket.PACKET_HOST and packet and not _is_business(packet):
            packets.append(packet)


def _is_business(packet: Packet) -> bool:
    """Whether the box may send it at any time."""
    is_lookup = packet.port == 53 and packet.target in (RESOLVER, RESOLVER6)
    return is_lookup or packet.target.startswith("fe80") or _is_between_routers(packet)


def _is_between_routers(packet: Packet) -> bool:
    return packet.protocol == "icmp6" and packet.source == BOX_WAN6 and packet.target == RESOLVER6
