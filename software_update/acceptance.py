"""Whether a proven update fits this box. Pure: who compares versions is an argument."""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.domain.box.software import Manifest

IsOlder = Callable[[str, str], bool]
_SPARE_BYTES = 64 * 1024 * 1024
"""Left on the disk for complaints while an update is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What is on the box."""

    version: str
    architecture: str
    schema: int
    """How many migrations the installed program knows."""
    needs_from: int
    """The least schema whose programs can run on the database as it is."""
    floor: str = ""
    """Nothing older is installed any more."""
    free_bytes: int = 1 << 40
    """Where updates are kept."""
    database_bytes: int = 0
    """Of the copy that is made of it first."""


def refusal(
    update: Manifest, box: Installed, is_older: IsOlder, *, may_downgrade: bool = False
) -> str:
    """Why it can't be installed, and what to do; empty if it can."""
    return (
        _place(update, box, is_older)
        or _order(update, box, is_older, may_downgrade=may_downgrade)
        or _room(update, box)
    )


def _place(update: Manifest, box: Installed, is_older: IsOlder) -> str:
    if update.architecture not in (box.architecture, "all"):
        return (
            f"{_name(update)} is made for {update.architecture}, this box is {box.architecture}; "
            f"take the file for {box.architecture}"
        )
    if update.version == box.version:
        return f"{_name(update)} is installed already"
    if box.floor and is_older(update.version, box.floor):
        return f"{_name(update)} is older than {box.floor}; what is older is not safe to run"
    return ""


def _order(update: Manifest, box: Installed, is_older: IsOlder, *, may_downgrade: bool) -> str:
    name = _name(update)
    if is_older(update.version, box.version):
        if not may_downgrade:
            return f"{name} is older than the installed {box.version}; --allow-downgrade takes it"
        if update.schema < box.needs_from:
            return f"{name} can't read the database as {box.version} has left it"
        return ""
    if update.minimum and is_older(box.version, update.minimum):
        return (
            f"{name} follows {update.minimum} or newer, this is {box.version}: first install that"
        )
    if update.compatible_from > box.schema:
        return (
            f"{name} could not be taken back: {box.version} can't read the database as it leaves "
            "it; install a release in between first"
        )
    return ""


def _room(update: Manifest, box: Installed) -> str:
    # The package, what is unpacked beside the old, and the package to go back to.
    needed = update.size_bytes + 2 * update.installed_bytes + box.database_bytes + _SPARE_BYTES
    if box.free_bytes >= needed:
        return ""
    return (
        f"{_name(update)} needs {_mb(needed)} MB of disk, {_mb(box.free_bytes)} MB are free; "
        "make room"
    )


def _name(update: Manifest) -> str:
    return f"Posko {update.version}"


def _mb(size_bytes: int) -> int:
    return -(-size_bytes // 1024 // 1024)
