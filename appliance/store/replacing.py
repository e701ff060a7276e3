"""Letting a restored database take the place of another one, which is set aside with its files.

Each step is a rename: from the moment the old database has left its place, whoever starts next
brings the rest to its end, and no empty database is made in between. Callers hold the lock of
`migrate.ensure`, and the gate.
"""

import shutil
from pathlib import Path

from appliance.store import blob_files, files


def begin(path: Path, fresh: Path, when: str) -> Path | None:
    """Put a finished database at `path`; return where is what was there (named by `when`)."""
    ready, aside = _ready(path), files.beside(path, f".replaced-{when}")
    files.remove(ready)
    shutil.rmtree(_folder(ready), ignore_errors=True)
    _folder(fresh).rename(_folder(ready))
    files.install(fresh, ready)
    is_any = path.exists() or _folder(path).exists()
    files.move(path, aside)
    finish(path)
    return aside if is_any else None


def is_pending(path: Path) -> bool:
    """Tell whether a replacement was begun and not finished."""
    return _ready(path).exists() and not path.exists()


def finish(path: Path) -> None:
    """Bring a begun replacement to its end."""
    ready = _ready(path)
    if (restored := _folder(ready)).exists():
        if _folder(path).exists():
            _folder(path).rename(_folder(_set_aside(path)))
        restored.rename(_folder(path))
    files.install(ready, path)


def _set_aside(path: Path) -> Path:
    """The database that was set aside last and whose files are still to follow."""
    found = sorted(path.parent.glob(f"{path.name}.replaced-*Z"))
    without = [aside for aside in found if not _folder(aside).exists()]
    return without[-1] if without else files.beside(path, ".replaced")


def _ready(path: Path) -> Path:
    return files.beside(path, ".restored")


def _folder(path: Path) -> Path:
    return blob_files.at(path).path
