"""A phone on the WiFi: a namespace with one interface on a bridge of the box."""

import contextlib
import itertools
import json
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.waiting import wait_for
from tests.wifi import dns, frames, http, lease
from tests.wifi.namespace import Namespace
from tests.wifi.places import Zone

DEVICE = "eth0"
_LIMIT_S = 3.0
_QUESTIONS = 3
_PORTS = {"http": 80, "https": 443}
_IMPATIENT = {
    "dad_transmits": "0",
    "router_solicitation_delay": "0",
    "router_solicitation_interval": "1",
}
"""Phones wait longer for advertisements; it would only make the tests slow."""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How it ended: `open` (or an answer came), `refused`, `unreachable`, `reset` or `silence`."""

    outcome: str
    ms: float


class Client(Namespace):
    """`address` is that of the last lease, `port` the box's end of the link.

    Names are looked up at the zone's gateway.
    """

    def __init__(
        self, name: str, folder: Path, *, zone: Zone, mac: str, port: str, authority: Path
    ) -> None:
        super().__init__(name, folder)
        self.port = port
        self.zone, self.mac, self.address = zone, mac, ""
        self._authority = authority

    def join(self) -> None:
        """Bring the interface up, with IPv6 by router advertisements."""
        self.sysctl("net/ipv4/ping_group_range", "0 0")
        self.sysctl(f"net/ipv4/neigh/{DEVICE}/locktime", "0")
        for name, value in _IMPATIENT.items():
            self.sysctl(f"net/ipv6/conf/{DEVICE}/{name}", value)
        self.ip(f"link set {DEVICE} address {self.mac}", f"link set {DEVICE} up")

    def lease(self, client_id: bytes = b"") -> lease.Lease:
        """Ask for an address with udhcpc; NoLease when nothing is offered."""
        given = lease.take(self, self.folder, DEVICE, client_id)
        self.address = given.address
        return given

    def dhcpv6(self) -> dict[int, bytes]:
        """The options a DHCPv6 server gives without an address, by code."""
        return lease.ask_over_ipv6(self, DEVICE, self.mac)

    def set_mac(self, mac: str) -> None:
        """Come back as another device: no address, no lease, nothing known of the neighbours."""
        self.mac, self.address = mac, ""
        self.ip(f"link set {DEVICE} down", f"address flush dev {DEVICE}")
        self.join()

    def set_address(self, address: str) -> None:
        """Take an IPv4 address without asking anybody."""
        self.address = address
        self.ip(
            f"address flush dev {DEVICE} scope global permanent",
            f"address replace {address}/24 dev {DEVICE}",
            f"route replace default via {self.zone.gateway}",
        )

    def addresses6(self) -> list[str]:
        """Its global IPv6 addresses."""
        shown = json.loads(
            self.run("ip", "-j", "-6", "address", "show", "dev", DEVICE, "scope", "global")
        )
        return [entry["local"] for link in shown for entry in link.get("addr_info", []) if entry]

    def wait_for_address6(self) -> str:
        """Wait for one that the box's advertisements gave."""
        prefix = self.zone.network6.split("::")[0]
        own = lambda: [one for one in self.addresses6() if one.startswith(prefix)]  # noqa: E731
        return wait_for(own, "an IPv6 address by advertisement")[0]

    def link_local(self) -> str:
        """Its fe80 address."""
        shown = json.loads(
            self.run("ip", "-j", "-6", "address", "show", "dev", DEVICE, "scope", "link")
        )
        return next(e["local"] for link in shown for e in link.get("addr_info", []) if e)

    def neighbour(self, address: str) -> str:
        """The MAC it believes an address has; empty: none."""
        shown = json.loads(self.run("ip", "-j", "neigh", "show", address) or "[]")
        return shown[0].get("lladdr", "") if shown else ""

    def dns(
        self,
        name: str,
        server: str = "",
        kind: str = "A",
        *,
        port: int = 53,
        tcp: bool = False,
        limit_s: float = 3,
    ) -> dns.Answer:
        """Ask a server (the gateway); TimeoutError when it does not answer."""
        asked, start = dns.question(name, kind, next(_NUMBERS) % 65536), time.perf_counter()
        line = self._line(server or self.zone.gateway, port, tcp=tcp, limit_s=limit_s)
        with line:
            line.sendall(len(asked).to_bytes(2, "big") + asked if tcp else asked)
            said = line.recv(4096)
        return dns.read(said[2:] if tcp else said, (time.perf_counter() - start) * 1000)

    def get(
        self, url: str, *headers: str, to: str = "", source: str = "", **options
    ) -> http.Answer:
        """One request on a connection of its own, at the address `to` or where the name points."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self.connection(url, to=to, source=source)
        with contextlib.closing(connection):
            return connection.ask(path, parts.netloc, http.CLOSE, *headers, **options)

    def connection(self, url: str, *, to: str = "", source: str = "") -> http.Connection:
        """A connection to keep; with https the lab's authority must vouch for the name."""
        parts = urlsplit(url)
        host = str(parts.hostname)
        is_name = not host.replace(".", "").isdigit() and ":" not in host
        where = to or (self._address_of(host) if is_name else host)
        line = self._line(where, parts.port or _PORTS[parts.scheme], tcp=True, source=source)
        if parts.scheme == "https":
            line = http.secured(line, host, str(self._authority))
        return http.Connection(line)

    def _address_of(self, host: str) -> str:
        """As resolvers ask: again where an answer is lost, as UDP may lose it."""
        for _ in range(_QUESTIONS - 1):
            with contextlib.suppress(TimeoutError):
                return self.dns(host).addresses[0]
        return self.dns(host).addresses[0]

    def download(self, address: str, path: str = "/stream") -> http.Download:
        """A stream from the Internet that can be watched."""
        line = self._line(address, 80, tcp=True)
        line.settimeout(10)
        return http.Download(line, "www.test", path)

    def tcp(self, address: str, port: int, *, limit_s: float = _LIMIT_S) -> Attempt:
        """Try to connect."""
        start = time.perf_counter()
        try:
            self._line(address, port, tcp=True, limit_s=limit_s).close()
        except OSError as error:
            return Attempt(outcome=outcome(error), ms=(time.perf_counter() - start) * 1000)
        return Attempt(outcome="open", ms=(time.perf_counter() - start) * 1000)

    def open_ports(self, address: str, ports: Iterable[int], *, limit_s: float = 1) -> set[int]:
        """Knock at many TCP ports at once: those that are open."""
        lines = {port: self.socket(socket.AF_INET, socket.SOCK_STREAM) for port in ports}
        for port, line in lines.items():
            line.setblocking(False)
            line.connect_ex((address, port))
        time.sleep(limit_s)  # an answer may take as long, and silence has no end
        found = {port for port, line in lines.items() if _is_connected(line)}
        for line in lines.values():
            line.close()
        return found

    def udp(self, address: str, port: int, *, limit_s: float = 1.0) -> Attempt:
        """Send a datagram and wait for any answer."""
        start, ended = time.perf_counter(), "open"
        try:
            with self._line(address, port, tcp=False, limit_s=limit_s) as line:
                line.send(b"hello?")
                line.recv(2048)
        except OSError as error:
            ended = outcome(error)
        return Attempt(outcome=ended, ms=(time.perf_counter() - start) * 1000)

    def ping(self, address: str, *, limit_s: float = 0.5) -> bool:
        """Whether it answers an echo request."""
        is6 = ":" in address
        family = socket.AF_INET6 if is6 else socket.AF_INET
        protocol, request = (socket.IPPROTO_ICMPV6, 128) if is6 else (socket.IPPROTO_ICMP, 8)
        with self.socket(family, socket.SOCK_DGRAM, protocol) as line:
            line.settimeout(limit_s)
            try:
                line.sendto(bytes([request, 0, 0, 0, 0, 0, 0, 1]), (address, 0))
                return bool(line.recv(2048))
            except OSError:
                return False

    def send_frame(self, frame: bytes, times: int = 1) -> None:
        """Send a frame made by hand."""
        with self.socket(socket.AF_PACKET, socket.SOCK_RAW) as line:
            line.bind((DEVICE, 0))
            for _ in range(times):
                line.send(frame)

    def send_to_gateway(self, packet: bytes, kind: int = frames.ETH_IP) -> None:
        """Send a packet made by hand on its way to the Internet."""
        self.send_frame(frames.ethernet(self.zone.mac, self.mac, kind, packet))

    def _line(
        self, address: str, port: int, *, tcp: bool, limit_s: float = _LIMIT_S, source: str = ""
    ) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        line = self.socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        line.settimeout(limit_s)
        try:
            if source:
                line.bind((source, 0))
            line.connect((address, port))
        except OSError:
            line.close()
            raise
        return line


def _is_connected(line: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        return bool(line.getpeername())
    return False


def outcome(error: OSError) -> str:
    """The word for an error of a socket."""
    match error:
        case ConnectionRefusedError():
            return "refused"
        case ConnectionResetError():
            return "reset"
        case TimeoutError():
            return "silence"
    return "unreachable"
