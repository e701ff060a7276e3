"""Settings that the city may set at its boxes: which keys, within which bounds, and how they join a
box's own. Pure.

Only what a mistake can't cut a box off with is here: no address, key, user, path or device. They
travel as the table `settings` (columns key, value; a value as in JSON). A key of a zone is written
`wifi.zones.NAME.session_minutes`, or with `*` for all zones of a box; a name goes before the star.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.domain.errors import BadInput
from appliance.domain.hours import HOURS_PATTERN

TABLE = "settings"
Value = int | bool | str
Layer = Mapping[str, Value]
"""By dotted key."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """A whole number within bounds."""

    low: int
    high: int

    def takes(self, value: object) -> bool:
        """Whether it is one."""
        return type(value) is int and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"a whole number, {self.low} to {self.high}"


class _Hours:
    """A daily span of local time."""

    def takes(self, value: object) -> bool:
        """Whether it is one."""
        return isinstance(value, str) and re.fullmatch(HOURS_PATTERN, value) is not None

    def __str__(self) -> str:
        return 'hours like "21:00-06:00"'


class _Switch:
    """Yes or no."""

    def takes(self, value: object) -> bool:
        """Whether it is one."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


_Kind = _Whole | _Hours | _Switch
_LIMIT = _Whole(0, 1_000_000)
PUSHABLE: dict[str, _Kind] = {
    "portal.reports_per_hour": _Whole(1, 10_000),
    "portal.photos_per_hour": _Whole(0, 10_000),
    "kiosk.microphone": _Switch(),
    "archive.file_max_mb": _Whole(1, 64),
    "archive.disk_percent": _Whole(1, 80),
    "modem.texts_per_minute": _Whole(0, 100_000),
    "modem.texts_per_hour": _Whole(0, 100_000),
    "modem.texts_per_day": _Whole(0, 100_000),
    "modem.quiet_hours": _Hours(),
    "update.window": _Hours(),
}
OF_ZONES: dict[str, _Kind] = {
    "session_minutes": _Whole(1, 24 * 60),
    "session_mb": _LIMIT,
    "daily_minutes": _LIMIT,
    "max_sessions": _LIMIT,
    "down_kbps": _LIMIT,
    "up_kbps": _LIMIT,
    "zone_kbps": _LIMIT,
    "hours": _Hours(),
}
EVERY_ZONE = "*"
_ZONE = re.compile(r"wifi\.zones\.(\*|[a-z][a-z0-9-]{0,19})\.([a-z_]+)")


def zone_key(zone: str, name: str) -> str:
    """The key of one zone, or of all."""
    return f"wifi.zones.{zone}.{name}"


def kind(key: str) -> _Kind:
    """What a key takes; raises BadInput for one that the city may not set."""
    zone = _ZONE.fullmatch(key)
    found = OF_ZONES.get(zone[2]) if zone else PUSHABLE.get(key)
    if found is None:
        allowed = [*PUSHABLE, *(zone_key(EVERY_ZONE, name) for name in OF_ZONES)]
        raise BadInput(f"{key[:80]} can't be set by the city; it sets {', '.join(allowed)}")
    return found


def parse(rows: Iterable[Mapping[str, str]]) -> dict[str, Value]:
    """Read the table; raises BadInput that names the row."""
    found: dict[str, Value] = {}
    for number, row in enumerate(rows, start=1):
        try:
            if not row.get("key"):
                raise BadInput("it has no key")
            key, value = row["key"], checked(row["key"], _json(row.get("value", "")))
            if key in found:
                raise BadInput(f"{key} stands there twice")
        except BadInput as error:
            raise BadInput(f"row {number}: {error}") from None
        found[key] = value
    return found


def checked(key: str, value: object) -> Value:
    """A value that its key takes; raises BadInput."""
    wanted = kind(key)
    if not wanted.takes(value):
        raise BadInput(f"{key} must be {wanted}, not {str(value)[:40]!r}")
    return value  # type: ignore[return-value]


def rows(layer: Layer) -> list[dict[str, str]]:
    """The table that says the same."""
    return [{"key": key, "value": json.dumps(value)} for key, value in layer.items()]


def of_file(table: Mapping[str, Any]) -> dict[str, Value]:
    """Read what was written like posko.toml, but zones by name: `[wifi.zones.taman]`; raises
    BadInput that names the key."""
    return {key: checked(key, value) for key, value in _flat(table, "")}


def merge(table: Mapping[str, Any], layer: Layer, keep: Collection[str] = ()) -> dict[str, Any]:
    """The settings of a box with those of the city before them, but for the keys that it keeps.

    Raises BadInput for a zone that the box does not have.
    """
    merged = {name: dict(v) if isinstance(v, dict) else v for name, v in table.items()}
    zones = _zones(merged)
    for key in sorted(layer, key=lambda key: EVERY_ZONE not in key):
        zone = _ZONE.fullmatch(key)
        if zone is None:
            section, _, name = key.partition(".")
            if key not in keep:
                merged.setdefault(section, {})[name] = layer[key]
            continue
        named = [one for one in zones if zone[1] in (EVERY_ZONE, one.get("name"))]
        if not named and zone[1] != EVERY_ZONE:
            raise BadInput(f"this box has no zone {zone[1]!r}")
        for one in named:
            kept = (zone_key(str(one.get("name")), zone[2]), zone_key(EVERY_ZONE, zone[2]))
            if not any(name in keep for name in kept):
                one[zone[2]] = layer[key]
    return merged


def _zones(merged: dict[str, Any]) -> list[dict[str, Any]]:
    """Copies of the zones in their place, so that nobody else's are changed."""
    wifi = merged.get("wifi")
    if not isinstance(wifi, dict) or not isinstance(wifi.get("zones"), list):
        return []
    wifi["zones"] = [dict(one) if isinstance(one, dict) else one for one in wifi["zones"]]
    return [one for one in wifi["zones"] if isinstance(one, dict)]


def _flat(table: Mapping[str, Any], before: str) -> Iterable[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(f"the value {text[:40]!r} is no JSON") from None
