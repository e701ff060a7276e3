"""The file in which a box keeps the settings of its city, beside its database.

The sync agent writes it; every program reads it with the settings. What cannot be read is as if it
were not there: a box starts without its city's wishes rather than not at all.
"""

import json
import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec

from appliance.domain.city.pushed_settings import Value
from durable_files.folder import sync_folder

FILE = "city-settings.json"
_MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CityLayer:
    """A revision, and the one before as long as this one is on trial."""

    revision: int = 0
    values: dict[str, Value] = field(default_factory=dict)
    is_confirmed: bool = True
    before: "CityLayer | None" = None
    refused: int = 0
    """The newest revision that was taken back."""


NONE = CityLayer()


def path_of(store: Path) -> Path:
    """Where it lies, by where the database does."""
    return store.parent / FILE


def read(store: Path) -> CityLayer:
    """What stands there; NONE where nothing does that could be used."""
    try:
        return msgspec.json.decode(_bytes(path_of(store)), type=CityLayer)
    except (OSError, msgspec.DecodeError, RecursionError):
        return NONE


def write(store: Path, layer: CityLayer) -> None:
    """Replace it, whole or not at all."""
    path = path_of(store)
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        json.dump(asdict(layer), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def _bytes(path: Path) -> bytes:
    """Of an ordinary file only: root reads this in a folder that daemons may write."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is no ordinary file")
        return file.read(_MAX_BYTES)
