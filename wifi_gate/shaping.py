"""How fast a session may go: classes of the HTB queueing discipline (tc-htb(8)); `plan` is pure.

A session's class has its slot as number, on the interface of its zone (download) and on the way to
the Internet (upload); the firewall puts a packet into class 1:slot by its mark. Packets of no
class, such as pages of the portal and the box's own, are not held back. A zone with a limit is a
class above its sessions, which share it alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.runtime.wifi_settings import WifiZone

ROOT = 0
"""Above all classes."""
FIRST_ZONE_CLASS = 0xFFF0
"""Slots below are classes of sessions; one above, which no box reaches, goes without a limit."""
_FLOOR_KBPS = 8
"""What a session gets for certain in a zone with a limit; the rest it borrows from the zone. A sum
of what is certain above the zone's limit would break that limit."""

Classes = Mapping[int, "Band"]
"""The classes of one interface by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What one class gets for certain and at most, in kbit/s, and the number of the class above."""

    parent: int
    rate_kbps: int
    ceil_kbps: int


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete class `number`; nothing may hang on it."""

    number: int


@dataclass(frozen=True, slots=True)
class Put:
    """Create class `number`, or change it in place where it `exists`."""

    number: int
    band: Band
    exists: bool


def wanted(
    zones: Iterable[WifiZone], wan: str, sessions: Mapping[int, str]
) -> dict[str, dict[int, Band]]:
    """Classes by interface for sessions given as slot -> name of the zone."""
    classes: dict[str, dict[int, Band]] = {wan: {}}
    for number, zone in enumerate(zones, FIRST_ZONE_CLASS):
        slots = [slot for slot, name in sessions.items() if name == zone.name]
        for interface, kbps in ((zone.interface, zone.down_kbps), (wan, zone.up_kbps)):
            on_interface = classes.setdefault(interface, {})
            on_interface |= _of_zone(number, kbps, zone.zone_kbps, slots)
    return classes


def plan(wanted: Classes, existing: Classes) -> list[Remove | Put]:
    """What to do in this order; a class that moves below another one is made anew."""
    gone = [
        number
        for number, band in existing.items()
        if number not in wanted or wanted[number].parent != band.parent
    ]
    new = [number for number, band in wanted.items() if existing.get(number) != band]
    steps: list[Remove | Put] = [Remove(number) for number in sorted(gone)]
    return steps + [
        Put(number, wanted[number], number in existing and number not in gone)
        for number in sorted(new, reverse=True)
    ]


def _of_zone(number: int, kbps: int, zone_kbps: int, slots: list[int]) -> dict[int, Band]:
    if not slots or not (kbps or zone_kbps):
        return {}
    if not zone_kbps:
        each = Band(parent=ROOT, rate_kbps=kbps, ceil_kbps=kbps)
        above = {}
    else:
        most = min(kbps or zone_kbps, zone_kbps)
        each = Band(parent=number, rate_kbps=min(_FLOOR_KBPS, most), ceil_kbps=most)
        above = {number: Band(parent=ROOT, rate_kbps=zone_kbps, ceil_kbps=zone_kbps)}
    return above | {slot: each for slot in slots if slot < FIRST_ZONE_CLASS}
