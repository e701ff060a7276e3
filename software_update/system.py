"""What dpkg and the disk say of this box."""

import os
import subprocess
from pathlib import Path

from appliance.domain.errors import PoskoError
from appliance.store import migrate
from software_update.acceptance import Installed

PACKAGE = "posko"
_COMMAND_S = 60.0


class NotInstalled(PoskoError):
    """Posko is not a package here, or dpkg does not work."""


def installed(
    root: Path, home: Path, database: Path, floor: str, *, may_downgrade: bool = False
) -> Installed:
    """What is on the box below a root, which keeps its updates at `home`; raises NotInstalled.

    The database, which others may write, is read only where an older release is to run on it.
    """
    shown = "--showformat=${db:Status-Status} ${Version} ${Architecture}"
    words = _dpkg("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", shown, PACKAGE).split()
    if len(words) != 3 or words[0] == "not-installed":
        raise NotInstalled("posko is not installed as a package here; see docs/install.md")
    disk = os.statvfs(home)
    return Installed(
        version=words[1],
        architecture=_dpkg("dpkg", "--print-architecture").strip(),
        schema=len(migrate.scripts()),
        needs_from=migrate.needs_from(database) if may_downgrade else 0,
        floor=floor,
        free_bytes=disk.f_bavail * disk.f_frsize,
        database_bytes=database.stat().st_size if database.exists() else 0,
    )


def is_older(one: str, other: str) -> bool:
    """Whether a version comes before another, as dpkg orders them."""
    command = ["/usr/bin/dpkg", "--compare-versions", one, "lt", other]
    return subprocess.run(command, check=False, timeout=_COMMAND_S).returncode == 0  # noqa: S603


def _dpkg(program: str, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - Debian's own
            [f"/usr/bin/{program}", *words],
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{program} does not work: {error}") from None
    return done.stdout if done.returncode == 0 else ""
