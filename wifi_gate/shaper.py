"""Brings the classes of `shaping` into the kernel by rtnetlink(7), and finds those that are there.

A box whose kernel or cable does not let it shape still gives Internet; the next call tries again.
"""

import errno
import socket
import struct
from collections.abc import Mapping, Sequence

from appliance.runtime.netlink import (
    CREATE,
    DUMP,
    EXCLUSIVE,
    ROUTE,
    Netlink,
    attribute,
    attributes,
    nested,
)
from appliance.runtime.wifi_settings import WifiZone
from wifi_gate.problems import Problems
from wifi_gate.shaping import FIRST_ZONE_CLASS, ROOT, Band, Classes, Put, Remove, plan, wanted

_NEW_QDISC, _DELETE_QDISC, _GET_QDISC = 36, 37, 38
_NEW_CLASS, _DELETE_CLASS, _GET_CLASS = 40, 41, 42
_TC = struct.Struct("=BxxxiIII")
"""tcmsg of linux/rtnetlink.h: family, interface, handle, parent, info."""
_AT_ROOT = 0xFFFFFFFF
_HANDLE = 1 << 16
"""1:0; class 1:slot is this plus the slot."""
_KIND, _OPTIONS = 1, 2
_PARAMETERS, _INIT = 1, 2
_GLOBAL = struct.Struct("=5I")
_RATE = struct.Struct("=BBHhHI")
_HTB = struct.Struct(f"={_RATE.size}s{_RATE.size}s5I")
"""tc_htb_opt of linux/pkt_sched.h: rate, ceil, buffer, cbuffer, quantum, level, prio."""
_HTB_VERSION, _RATE_TO_QUANTUM = 3, 10
_ETHERNET = 1
_BYTES_PER_KBIT = 125
_TICK_NS = 64
_BURST_NS, _BURST_BYTES = 20_000_000, 3200
"""A class may save up 20 ms of its rate, or two packets."""
_QUANTUM_BYTES = 3200
"""What sessions that share a zone send in turn."""
_QUEUE_MS = 300
"""How long a packet waits at most where the kernel has no fq_codel."""
_LEAST_QUEUE_BYTES = 16_000


class Shaper:
    """Shapes the zones and the way to the Internet; needs CAP_NET_ADMIN, use it from one thread."""

    def __init__(self, zones: Sequence[WifiZone], wan: str, problems: Problems) -> None:
        self._zones, self._wan = zones, wan
        self._problems = problems
        self._netlink = Netlink(ROUTE)
        self._known: dict[str, tuple[int, dict[int, Band]]] = {}
        self._has_fq_codel = True

    def close(self) -> None:
        """Give the socket back; the classes stay."""
        self._netlink.close()

    def apply(self, sessions: Mapping[int, str]) -> None:
        """Make the classes those of these sessions, slot -> name of the zone; may be repeated."""
        for interface, classes in wanted(self._zones, self._wan, sessions).items():
            with self._problems.guard(f"speed limits on {interface}"):
                try:
                    self._apply_on(interface, classes)
                except OSError as error:
                    self._known.pop(interface, None)
                    raise OSError(_advice(interface, error)) from error

    def remove(self) -> None:
        """Take away every class, and the queueing disciplines that held them."""
        for interface in {self._wan, *(zone.interface for zone in self._zones)}:
            try:
                index = socket.if_nametoindex(interface)
            except OSError:
                continue
            if self._is_ours(index):
                self._netlink.ask(_DELETE_QDISC, _TC.pack(0, index, _HANDLE, _AT_ROOT, 0))
        self._known.clear()

    def _apply_on(self, interface: str, classes: Classes) -> None:
        index = socket.if_nametoindex(interface)
        known_index, known = self._known.get(interface, (0, {}))
        if known_index != index:
            known = self._adopt(index)
            self._known[interface] = index, known
        for step in plan(classes, known):
            match step:
                case Remove(number):
                    self._netlink.ask(_DELETE_CLASS, _TC.pack(0, index, _HANDLE | number, 0, 0))
                    del known[number]
                case Put(number, band, exists):
                    self._put(index, number, band, exists=exists)
                    known[number] = band

    def _adopt(self, index: int) -> dict[int, Band]:
        """Read the classes that are there; make their queueing discipline if there is none."""
        if not self._is_ours(index):
            options = _GLOBAL.pack(_HTB_VERSION, _RATE_TO_QUANTUM, 0, 0, 0)
            body = _named("htb", attribute(_INIT, options))
            message = _TC.pack(0, index, _HANDLE, _AT_ROOT, 0) + body
            self._netlink.ask(_NEW_QDISC, message, CREATE | EXCLUSIVE)
            return {}
        dump = self._netlink.ask(_GET_CLASS, _TC.pack(0, index, 0, 0, 0), DUMP)
        return dict(found for found in map(_class, dump) if found)

    def _is_ours(self, index: int) -> bool:
        for body in self._netlink.ask(_GET_QDISC, _TC.pack(0, 0, 0, 0, 0), DUMP):
            _, at, handle, parent, _ = _TC.unpack_from(body)
            if (at, handle, parent) == (index, _HANDLE, _AT_ROOT):
                return attributes(body[_TC.size :]).get(_KIND) == b"htb\0"
        return False

    def _put(self, index: int, number: int, band: Band, *, exists: bool) -> None:
        body = _named("htb", attribute(_PARAMETERS, _parameters(band)))
        head = _TC.pack(0, index, _HANDLE | number, _HANDLE | band.parent, 0)
        self._netlink.ask(_NEW_CLASS, head + body, 0 if exists else CREATE | EXCLUSIVE)
        if not exists and number < FIRST_ZONE_CLASS:
            self._put_queue(index, number, band)

    def _put_queue(self, index: int, number: int, band: Band) -> None:
        """Let a session's packets wait fairly (fq_codel(8)), or at least not long."""
        head = _TC.pack(0, index, 0, _HANDLE | number, 0)
        if self._has_fq_codel:
            try:
                self._netlink.ask(_NEW_QDISC, head + _named("fq_codel"), CREATE | EXCLUSIVE)
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise
                self._has_fq_codel = False
            else:
                return
        size = max(band.ceil_kbps * _QUEUE_MS // 8, _LEAST_QUEUE_BYTES)
        queue = attribute(_KIND, b"bfifo\0") + attribute(_OPTIONS, struct.pack("=I", size))
        self._netlink.ask(_NEW_QDISC, head + queue, CREATE | EXCLUSIVE)


def _named(kind: str, *options: bytes) -> bytes:
    name = attribute(_KIND, kind.encode() + b"\0")
    return name + nested(_OPTIONS, *options) if options else name


def _parameters(band: Band) -> bytes:
    rate, ceil = (_rate(kbps) for kbps in (band.rate_kbps, band.ceil_kbps))
    buffer, ceil_buffer = (_buffer(kbps) for kbps in (band.rate_kbps, band.ceil_kbps))
    return _HTB.pack(rate, ceil, buffer, ceil_buffer, _QUANTUM_BYTES, 0, 0)


def _rate(kbps: int) -> bytes:
    return _RATE.pack(0, _ETHERNET, 0, 0, 0, kbps * _BYTES_PER_KBIT)


def _buffer(kbps: int) -> int:
    """The time it takes to send what may be saved up, in the kernel's ticks."""
    packets_ns = _BURST_BYTES * 1_000_000_000 // (kbps * _BYTES_PER_KBIT)
    return max(_BURST_NS, packets_ns) // _TICK_NS


def _class(body: bytes) -> tuple[int, Band] | None:
    """Number and band of a class of ours."""
    _, _, handle, parent, _ = _TC.unpack_from(body)
    found = attributes(body[_TC.size :])
    options = attributes(found.get(_OPTIONS, b"")).get(_PARAMETERS, b"")
    if handle >> 16 != _HANDLE >> 16 or len(options) < _HTB.size:
        return None
    rate, ceil = (
        _RATE.unpack(raw)[-1] // _BYTES_PER_KBIT for raw in _HTB.unpack(options[: _HTB.size])[:2]
    )
    above = ROOT if parent == _AT_ROOT else parent & 0xFFFF
    return handle & 0xFFFF, Band(parent=above, rate_kbps=rate, ceil_kbps=ceil)


def _advice(interface: str, error: OSError) -> str:
    if error.errno is None or error.errno == errno.ENODEV:
        return "it is not there; see to its cable, or to wifi.wan and wifi.zones"
    if error.errno == errno.EEXIST:
        return f"somebody else shapes it; free it with `tc qdisc delete dev {interface} root`"
    if error.errno in (errno.ENOENT, errno.EOPNOTSUPP):
        return f"the kernel has no HTB (modprobe sch_htb): {error}"
    return str(error)
