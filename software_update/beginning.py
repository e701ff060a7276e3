"""Beginning an update: everything that brings it to its end is on disk before anything changes."""

import secrets
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.domain.errors import PoskoError
from appliance.runtime.settings import Settings
from software_update import rescue
from software_update.rescue import unit
from software_update.rescue.health import active_units, asked
from software_update.rescue.home import Busy, Home, sync_folder
from software_update.rescue.machine import Phase, Update, moved
from software_update.rescue.read_only import CannotMount, is_read_only, remount
from software_update.rescue.running import Box, see_through

_MAIN = "from rescue.program import main\n\nmain()\n"
_FRESH = timedelta(minutes=15)
"""The city acknowledges a heartbeat every five minutes."""


class UnderWay(PoskoError):
    """An update is under way, or none is."""


class ReadOnly(PoskoError):
    """The system cannot be written, nor made so."""


def plan(box: Box, loaded: Settings, *, version: str, before: str, source: str) -> Update:
    """An update of this box as it is now: what runs and answers must do so afterwards."""
    database = loaded.store.path
    return Update(
        number=secrets.token_hex(8),
        version=version,
        before=before,
        source=source,
        minutes=loaded.update.minutes,
        boot=box.boot,
        database=str(database) if database.exists() else "",
        portal=loaded.portal.listen if box.systemctl else "",
        units=active_units(box.systemctl) if box.systemctl else (),
        acked_at=_acked_at(box, database),
    )


def begin(box: Box, stage: Callable[[], Update]) -> Update:
    """Stage an update and have it seen through; raises UnderWay, ReadOnly, what `stage` raises."""
    try:
        with box.home.lock():
            if found := box.home.load():
                raise UnderWay(f"Posko {found.version} is {found.phase}; see: posko-update status")
            update = stage()
            _leave_program(box.home)
            if box.systemctl:
                _make_writable(box.dpkg.root)
                unit.write(box.dpkg.root, box.home.program)
            box.home.save(update)
    except Busy as error:
        raise UnderWay(str(error)) from None
    _run(box)
    return update


def decide(box: Box, phase: Phase, why: str = "") -> Update:
    """End a trial one way or the other; who watches it goes on from there. Raises UnderWay."""
    with box.home.lock():
        update = box.home.load()
        if update is None or update.phase is not Phase.TRIAL:
            raise UnderWay("no release is on trial; see: posko-update status")
        decided = box.home.save(moved(update, phase, why))
    _run(box)
    return decided


def _make_writable(root: Path) -> None:
    """Until what sees the update through has ended; posko-update.service has it done by systemd."""
    if not is_read_only(root / unit.FOLDER):
        return
    try:
        remount(root, "rw")
    except CannotMount as error:
        raise ReadOnly(f"{error}; see: dmesg") from None


def _run(box: Box) -> None:
    """Have it seen through: by the unit, or here where the system does not run."""
    if box.systemctl:
        unit.start(box.systemctl)
    else:
        see_through(box)


def _acked_at(box: Box, database: Path) -> str:
    """When the city last acknowledged something, if that was just now."""
    facts = asked(box.status, database) if box.systemctl and database.exists() else None
    at = str((facts or {}).get("acked_at") or "")
    return at if at and datetime.now(UTC) - datetime.fromisoformat(at) < _FRESH else ""


def _leave_program(home: Home) -> None:
    """Copy what sees an update through into one file that needs nothing of a package."""
    aside = home.program.with_name(".rescue.new")
    with zipfile.ZipFile(aside, "w") as archive:
        archive.writestr("__main__.py", _MAIN)
        for file in sorted(Path(rescue.__path__[0]).glob("*.py")):
            archive.write(file, f"rescue/{file.name}")
    aside.chmod(0o644)
    aside.rename(home.program)
    sync_folder(home.folder)
