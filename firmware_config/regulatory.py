"""Which channels a country allows: the rules of wireless-regdb as data, judged as the kernel does.

Knows 2.4 and 5 GHz. `scripts/freeze_regulatory.py` writes the table anew.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_MHZ_OF_A_CHANNEL = 20
CHANNELS = (*range(1, 15), *range(36, 65, 4), *range(100, 145, 4), *range(149, 178, 4))


@dataclass(frozen=True, slots=True)
class Rule:
    """One span of frequencies and how it may be used."""

    from_mhz: float
    to_mhz: float
    width_mhz: int
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a channel may be used; `reason` is empty where it may."""

    reason: str = ""
    is_radar: bool = False
    is_indoor: bool = False


@cache
def table() -> dict[str, tuple[Rule, ...]]:
    """The rules by country."""
    text = Path(__file__).with_name("regulatory.csv").read_text(encoding="ascii")
    rules: dict[str, tuple[Rule, ...]] = {}
    for row in csv.DictReader(text.splitlines()[1:]):
        rule = Rule(
            float(row["from_mhz"]),
            float(row["to_mhz"]),
            int(row["width_mhz"]),
            frozenset(row["flags"].split()),
        )
        rules[row["country"]] = (*rules.get(row["country"], ()), rule)
    return rules


def frequency_mhz(channel: int) -> int:
    """The middle of a channel of 20 MHz (IEEE 802.11, Annex E)."""
    if channel == 14:
        return 2484
    return 2407 + 5 * channel if channel < 14 else 5000 + 5 * channel


def block(channel: int, width_mhz: int) -> tuple[int, int]:
    """Lowest and highest channel of the wide one that `channel` lies in, at 5 GHz."""
    count = width_mhz // _MHZ_OF_A_CHANNEL
    base = 149 if channel >= 149 else 36
    low = base + (channel - base) // (4 * count) * 4 * count
    return low, low + 4 * (count - 1)


def edges_mhz(channel: int, width_mhz: int) -> tuple[int, int]:
    """From where to where a channel reaches."""
    if channel > 14:
        low, high = block(channel, width_mhz)
        return frequency_mhz(low) - 10, frequency_mhz(high) + 10
    middle = frequency_mhz(channel)
    second = middle + (0 if width_mhz == 20 else 20 if is_above(channel) else -20)
    return min(middle, second) - 10, max(middle, second) + 10


def is_above(channel: int) -> bool:
    """Whether the second half of 40 MHz lies above the channel."""
    if channel > 14:
        return channel == block(channel, 40)[0]
    return channel <= 7


def verdict(country: str, channel: int, width_mhz: int) -> Verdict:
    """Whether the country allows the channel; raises KeyError for a country not in the table."""
    if channel not in CHANNELS:
        return Verdict("there is no such channel at 2.4 or 5 GHz")
    low, high = edges_mhz(channel, width_mhz)
    covering = _covering(table()[country], low, high)
    flags = frozenset[str]().union(*(rule.flags for rule in covering))
    if not covering:
        return Verdict(f"{country} allows nothing from {low} to {high} MHz")
    if flags & {"NO-IR", "NO-OFDM"}:
        return Verdict(f"{country} allows no access point from {low} to {high} MHz")
    widest = min(_widest(rule) for rule in covering)
    if width_mhz > widest:
        return Verdict(f"{country} allows {widest} MHz there at most")
    return Verdict(is_radar="DFS" in flags, is_indoor="NO-OUTDOOR" in flags)


def channels(country: str, *, like: int, width_mhz: int) -> list[int]:
    """Those without radar that the country allows in the band of the channel `like`."""
    band = [channel for channel in CHANNELS if (channel > 14) == (like > 14)]
    judged = ((channel, verdict(country, channel, width_mhz)) for channel in band)
    return [channel for channel, found in judged if not found.reason and not found.is_radar]


def _covering(rules: tuple[Rule, ...], low: float, high: float) -> list[Rule]:
    """The one rule that covers a span, else those side by side that do together, else none."""
    for rule in rules:
        if rule.from_mhz <= low and high <= rule.to_mhz:
            return [rule]
    touching = [rule for rule in rules if rule.from_mhz < high and rule.to_mhz > low]
    for rule in touching:
        if "AUTO-BW" in rule.flags and rule.from_mhz <= low:
            low = rule.to_mhz
    return touching if low >= high else []


def _widest(rule: Rule) -> int:
    """How wide a channel in it may be; with AUTO-BW it goes on in its neighbour."""
    return 160 if "AUTO-BW" in rule.flags else rule.width_mhz
