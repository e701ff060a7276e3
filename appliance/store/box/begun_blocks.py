"""Which blocks of serials the databases at a path have begun, in a file of its own beside them.

A database that is lost as a whole cannot tell which numbers it has given, and the city, which can,
may be out of reach: its successor must not give them again.
"""

import logging
import os
from pathlib import Path

from appliance.store.files import beside
from durable_files.folder import sync_folder

log = logging.getLogger(__name__)


def of(path: Path) -> set[int]:
    """Those that were noted; what cannot be read counts as nothing."""
    try:
        words = _file(path).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return set()
    return {int(word) for word in words if word.isascii() and word.isdigit()}


def note(path: Path, block: int) -> None:
    """Add the one in use, durably; without room the box goes on without it."""
    if block in of(path):
        return
    try:
        with _file(path).open("a", encoding="ascii") as file:
            file.write(f"\n{block}\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        log.warning("the block of ticket numbers is not noted reason=%s", error.strerror)


def _file(path: Path) -> Path:
    return beside(path, ".blocks")
