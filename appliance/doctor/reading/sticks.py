"""Sticks, as lsblk(8) lists them; what is on them is not touched."""

import json
from collections.abc import Iterator

from appliance.backup.shelf import is_mounted
from appliance.doctor import programs
from appliance.doctor.case import Case
from appliance.doctor.judging.sticks import Stick

_COLUMNS = "PATH,TRAN,FSTYPE,LABEL"


def left_out(case: Case) -> list[Stick]:
    """Those in the box while none is mounted where backups go; none where that is not asked for."""
    backup = case.box.backup
    if not backup.key or is_mounted(backup.folder, case.database.parent):
        return []
    said = programs.ask("lsblk", "--json", "--tree", "--output", _COLUMNS)
    return [] if said is None or said.status else list(listed(said.output))


def listed(output: str) -> Iterator[Stick]:
    """What of a list of lsblk is on USB: partitions, or a disk that has none."""
    for disk in json.loads(output)["blockdevices"]:
        if disk["tran"] == "usb":
            for part in disk.get("children") or [disk]:
                yield Stick(
                    device=part["path"],
                    file_system=part["fstype"] or "",
                    label=part["label"] or "",
                )
