"""What the kernel holds of the sessions: elements, counters, quotas, and what ties them. Pure.

A mark is the slot of a session (docs/adr/0010). Times are seconds of the clock since boot.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from wifi_gate.ruleset import is_version

Key = tuple[str, ...]
"""(MAC, address) on the way up, (address,) on the way down."""
TIMED = ("up", "down")
TIES = ("counter_up", "counter_down", "quota_of", "class_of")


@dataclass(frozen=True, slots=True)
class Element:
    """Lets the packets of one address through for a session until `ends_at_s`."""

    slot: int
    ends_at_s: float


@dataclass(frozen=True, slots=True)
class Quota:
    """Bytes granted and used; at `used >= limit` nothing passes upwards."""

    limit: int
    used: int


@dataclass(frozen=True, slots=True)
class Kernel:
    """The sessions' part of the table; `version` is that of its rules, empty without a table."""

    version: str = ""
    up: dict[Key, Element] = field(default_factory=dict)
    down: dict[Key, Element] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    """u<slot> and d<slot> -> bytes."""
    quotas: dict[str, Quota] = field(default_factory=dict)
    """q<slot> -> quota."""
    ties: dict[tuple[str, int], str] = field(default_factory=dict)
    """(map, slot) -> name of an object or class."""
    garden: set[str] = field(default_factory=set)
    """Addresses of the walled garden, as dnsmasq has put them there."""

    def slots(self) -> set[int]:
        """Every slot that anything is left of."""
        found = {element.slot for element in (*self.up.values(), *self.down.values())}
        found |= {slot for _, slot in self.ties}
        return found | {int(name[1:]) for name in (*self.counters, *self.quotas)}

    def usage(self, slot: int) -> tuple[int, int]:
        """Bytes up and down of a session."""
        return self.counters.get(f"u{slot}", 0), self.counters.get(f"d{slot}", 0)

    def is_spent(self, slot: int) -> bool:
        """Whether a session has used up its data."""
        quota = self.quotas.get(f"q{slot}")
        return quota is not None and quota.used >= quota.limit


class _Object(msgspec.Struct):
    """A chain, a counter or a quota."""

    name: str
    size: int = msgspec.field(default=0, name="bytes")
    used: int = 0


class _Map(msgspec.Struct):
    """A map or a set."""

    name: str
    elem: list[Any] = []


class _Entry(msgspec.Struct):
    """One object of a listing; what is of no use here is not even read."""

    chain: _Object | None = None
    counter: _Object | None = None
    quota: _Object | None = None
    map: _Map | None = None
    set: _Map | None = None


class _Listing(msgspec.Struct):
    nftables: list[_Entry]


def parse(listing: bytes, now_s: float) -> Kernel:
    """Read what `nft -j list table` says (libnftables-json(5))."""
    entries = msgspec.json.decode(listing, type=_Listing).nftables
    versions = [one.chain.name for one in entries if one.chain and is_version(one.chain.name)]
    kernel = Kernel(version="".join(versions))
    for entry in entries:
        if entry.counter:
            kernel.counters[entry.counter.name] = entry.counter.size
        elif entry.quota:
            kernel.quotas[entry.quota.name] = Quota(entry.quota.size, entry.quota.used)
        elif entry.map:
            _read_map(kernel, entry.map, now_s)
        elif entry.set and entry.set.name.startswith("garden"):
            kernel.garden.update(held["elem"]["val"] for held in entry.set.elem)
    return kernel


def _read_map(kernel: Kernel, listed: _Map, now_s: float) -> None:
    if listed.name in TIES:
        kernel.ties.update({(listed.name, slot): value for slot, value in listed.elem})
    elif listed.name[:-1] in TIMED:
        elements = kernel.up if listed.name.startswith("up") else kernel.down
        elements.update(_elements(listed.elem, now_s))


def _elements(listed: list[Any], now_s: float) -> Iterator[tuple[Key, Element]]:
    for held, slot in listed:
        value = held["elem"]["val"]
        key = tuple(value["concat"]) if isinstance(value, dict) else (value,)
        yield key, Element(slot, now_s + held["elem"]["expires"])
