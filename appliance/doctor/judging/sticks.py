"""Sticks that are in the box and take no backup. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appliance.doctor.finding import Finding, warn

NAME = "POSKO"
_RENAME = {"vfat": "fatlabel", "exfat": "exfatlabel"}
"""What can be mounted for the daemons' group (media-posko.mount), and what changes its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    """A partition of a USB disk, or the whole of it; words are empty where there is nothing."""

    device: str
    file_system: str
    label: str


def sticks(seen: Iterable[Stick]) -> Iterator[Finding]:
    """Why each of them is not mounted for backups; `seen` while none is."""
    for stick in seen:
        if stick.file_system not in _RENAME:
            held = stick.file_system or "no file system"
            yield warn(
                "backup",
                f"the stick {stick.device} holds {held}: backups go to FAT or exFAT",
                f"take another, or lose what is on it: mkfs.vfat -n {NAME} {stick.device}",
            )
        elif stick.label != NAME:
            yield warn(
                "backup",
                f"the stick {stick.device} is named {stick.label or 'nothing'}, not {NAME}",
                f"if it is for backups: {_RENAME[stick.file_system]} {stick.device} {NAME}, and "
                "plug it in again",
            )
        else:
            yield warn(
                "backup",
                f"the stick {stick.device} is named {NAME} and not mounted",
                "systemctl start media-posko.mount; else see: journalctl -u media-posko.mount",
            )
