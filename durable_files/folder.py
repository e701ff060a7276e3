"""Names of files on disk."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make renames, new names and removals in a folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
