"""What the panel's lamps and buzzer say, from what the processes of the box say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

Gauges = Mapping[str, Mapping[str, tuple[str, datetime]]]
"""Process -> name -> (value, since when), as `store.box.gauges.every` reads them."""

BUZZ_EVERY = timedelta(seconds=30)
BUZZ_FOR = timedelta(seconds=1)
DARK_AFTER_S = 120.0
"""Without presence and touch."""
_ADVICE = {
    "sync": ("link_alarm",),
    "gate": ("problem",),
    "kiosk": ("printer_advice",),
    "modem": ("advice",),
    "posko": ("problem",),
}
"""Gauges that are empty unless a technician has something to do."""


class Lamp(StrEnum):
    """What one lamp does."""

    OFF = "off"
    ON = "on"
    BLINK = "blink"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    """The whole panel."""

    power: Lamp
    uplink: Lamp
    modem: Lamp
    problem: Lamp
    is_buzzing: bool


def panel_state(gauges: Gauges, help_since: datetime | None, now: datetime) -> Lamps:
    """On: all is well there; blinking: it was said not to be; off: nothing was said."""
    modems = [gauges[process] for process in gauges if _family(process) == "modem"]
    return Lamps(
        power=Lamp.ON,
        uplink=_lamp([_value(gauges.get("sync", {}), "link")], "up"),
        modem=_lamp([_value(modem, "state") for modem in modems], "ready"),
        problem=_problem(gauges, help_since),
        is_buzzing=help_since is not None and (now - help_since) % BUZZ_EVERY < BUZZ_FOR,
    )


def is_lit(idle_s: float) -> bool:
    """Whether the screen is on, so long after the last sign of somebody."""
    return idle_s < DARK_AFTER_S


def _lamp(values: list[str], good: str) -> Lamp:
    if good in values:
        return Lamp.ON
    return Lamp.BLINK if any(values) else Lamp.OFF


def _problem(gauges: Gauges, help_since: datetime | None) -> Lamp:
    if help_since is not None:
        return Lamp.BLINK
    has_advice = any(
        _value(values, name)
        for process, values in gauges.items()
        for name in _ADVICE.get(_family(process), ())
    )
    return Lamp.ON if has_advice else Lamp.OFF


def _value(values: Mapping[str, tuple[str, datetime]], name: str) -> str:
    return values[name][0] if name in values else ""


def _family(process: str) -> str:
    """`modem-xl` is a modem."""
    return process.partition("-")[0]
