"""What each WiFi chip can do as an access point: the table chips.toml."""

from functools import cache
from pathlib import Path

import msgspec


class Chip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them; comments in the table say where its figures are from."""

    what: str
    bands: tuple[str, ...]
    max_width: int
    max_bss: int
    max_stations: int
    wpa3: bool
    """Whether its driver lets hostapd do SAE and OWE, both of which protect management frames."""
    ht_capab: str
    firmware: str = ""
    vht_capab: str = ""
    modprobe: tuple[str, ...] = ()


@cache
def table() -> dict[str, Chip]:
    """Every known chip by the name that `radio.devices` uses."""
    raw = Path(__file__).with_name("chips.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, Chip])


def band(channel: int) -> str:
    """The band of a channel, as the table has it."""
    return "2.4" if channel <= 14 else "5"
