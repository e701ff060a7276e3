"""The tables that say who is handed what and who is told when, from files."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from appliance.domain.city import table_csv
from appliance.domain.errors import BadInput
from command_center.handling import steps, units
from command_center.handling.steps import Step
from command_center.handling.units import Units

T = TypeVar("T")


def shipped_units(city: str) -> Units:
    """The units of this release, for a city of four digits."""
    return units.parse(table_csv.read(_shipped("units.csv")), city)


def load_units(path: Path | None, city: str) -> Units:
    """The units of a city's own file, or the shipped ones; raises BadInput that names the line."""
    if path is None:
        return shipped_units(city)
    return _read(path, lambda rows: units.parse(rows, city))


def shipped_steps() -> tuple[Step, ...]:
    """Who is told when, as this release has it."""
    return steps.parse(table_csv.read(_shipped("escalation.csv")))


def load_steps(path: Path | None) -> tuple[Step, ...]:
    """As a city's own file has it, or the shipped one; raises BadInput that names the line."""
    return shipped_steps() if path is None else _read(path, steps.parse)


def _read(path: Path, parse: Callable[[table_csv.NumberedRows], T]) -> T:
    try:
        return parse(table_csv.read(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeError) as error:
        raise BadInput(f"cannot read {path}: {error}") from None
    except BadInput as error:
        raise BadInput(f"{path}, {error}") from None


def _shipped(name: str) -> str:
    return (Path(__file__).parent / "data" / name).read_text(encoding="utf-8")
