"""The unit that runs while an update is under way, also after a power cut.

It belongs to no package, so the one that is being replaced cannot take it away or spoil it.
"""

import contextlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .home import sync_folder, write_synced

NAME = "posko-update-run.service"
FOLDER = "etc/systemd/system"
_WANTS = "multi-user.target.wants"
_COMMAND_S = 60.0
_TEXT = """\
# Written by posko-update, which removes it when the update has ended.
[Unit]
Description=Posko: an update is seen to its end
After=local-fs.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=/usr/bin/python3 -I {program}
Restart=on-failure
RestartSec=10s
UMask=0022
ProtectHome=yes
ProtectKernelLogs=yes
ProtectClock=yes
PrivateTmp=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictRealtime=yes
SystemCallArchitectures=native
"""


def write(root: Path, program: Path) -> None:
    """Have the unit, wanted at every boot."""
    folder = root / FOLDER
    (folder / _WANTS).mkdir(parents=True, exist_ok=True)
    write_synced(folder / NAME, _TEXT.format(program=program))
    link = folder / _WANTS / NAME
    link.unlink(missing_ok=True)
    link.symlink_to(f"../{NAME}")
    sync_folder(folder / _WANTS)


def start(systemctl: Sequence[str]) -> None:
    """Run it now; it goes on when whoever asked is gone. Raises CalledProcessError."""
    for words in (("daemon-reload",), ("start", NAME)):
        subprocess.run([*systemctl, *words], check=True, timeout=_COMMAND_S)  # noqa: S603


def remove(root: Path, systemctl: Sequence[str]) -> None:
    """Forget the unit."""
    folder = root / FOLDER
    if not (folder / NAME).exists():
        return
    (folder / _WANTS / NAME).unlink(missing_ok=True)
    (folder / NAME).unlink(missing_ok=True)
    sync_folder(folder)
    if systemctl:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(  # noqa: S603 - Debian's own
                [*systemctl, "daemon-reload"], check=False, timeout=_COMMAND_S
            )
