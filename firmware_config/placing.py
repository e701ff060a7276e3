"""Where files must be that cannot be reached by a link: the boot partition, and the site file."""

import os
from collections.abc import Mapping
from pathlib import Path

from appliance.domain.errors import PoskoError
from firmware_config import boards
from firmware_config.generations import write_synced
from firmware_config.rendering import File

SITE_FILE = "posko.toml"
_LINKED = (
    "modprobe.d",
    "sysctl.d",
    "systemd/journald.conf.d",
    "systemd/network",
    "systemd/resolved.conf.d",
    "systemd/system.conf.d",
    "systemd/timesyncd.conf.d",
    "udev/rules.d",
)
_PASS = 0o001
"""Others may pass through a folder whose names they know, and not list it."""
_POLICY = "etc/chromium/policies/managed/posko-kiosk.json"
_PLACES = {f"usr/local/lib/{name}": f"lib/{name}" for name in _LINKED} | {
    _POLICY: "kiosk/policy.json"
}


class Occupied(PoskoError):
    """Something else is where a link must be."""


def link(root: Path, current: Path) -> None:
    """Let the system find what is in force; a link already there is left alone.

    An administrator's own file of the same name below /etc wins over /usr/local/lib. Daemons that
    are not root, as systemd-networkd, must be able to pass through the folders on the way.
    """
    for folder in (path for path in current.parents if root in path.parents):
        if not folder.stat().st_mode & _PASS:
            folder.chmod(folder.stat().st_mode | _PASS)
    for place, path in _PLACES.items():
        found, wanted = root / place, os.path.relpath(current / path, (root / place).parent)
        if found.is_symlink() and str(found.readlink()) == wanted:
            continue
        if found.exists() and not found.is_symlink():
            raise Occupied(f"{found} must be a link to {current / path}; move it away")
        found.parent.mkdir(parents=True, exist_ok=True)
        found.unlink(missing_ok=True)
        found.symlink_to(wanted)


def fill_boot(root: Path, state: Path, files: Mapping[str, File]) -> None:
    """Bring the boot partition to what the files say; a machine without one has nothing to do.

    The words of cmdline.txt are put into the text it had at first, which is kept in `state`.
    """
    boot = next((path for path in _boots(root) if (path / "config.txt").exists()), None)
    if boot is None:
        return
    config, line, base = boot / "config.txt", boot / "cmdline.txt", state / "cmdline.base"
    part, words = files.get("boot/posko.txt"), files.get("boot/cmdline.txt")
    if not base.exists():
        if part is None:
            return
        write_synced(base, File(line.read_text() if line.exists() else "", 0o600))
    _bring(boot / "posko.txt", part.text if part else "# nothing\n")
    text = config.read_text()
    if boards.INCLUDE not in text.splitlines():
        _bring(config, f"{text.rstrip()}\n\n[all]\n{boards.INCLUDE}\n")
    _bring(line, boards.merged(base.read_text(), words.text.split()) if words else base.read_text())


def restore_site_file(config: Path, files: Mapping[str, File]) -> bool:
    """Put the site file back that these files were made of; what was there is kept beside."""
    kept = files.get(SITE_FILE)
    if kept is None or not config.exists() or config.read_text() == kept.text:
        return False
    owner = config.stat()
    rejected = config.with_name(config.name + ".rejected")
    write_synced(rejected, File(config.read_text(), owner.st_mode & 0o777))
    write_synced(config, File(kept.text, owner.st_mode & 0o777), owner=(owner.st_uid, owner.st_gid))
    return True


def _boots(root: Path) -> tuple[Path, Path]:
    return root / "boot/firmware", root / "boot"


def _bring(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        write_synced(path, File(text, 0o644))
