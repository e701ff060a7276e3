"""A disk on which only what was synced is certain.

At a cut each unsynced write is kept, lost, or kept in part (sector by sector, in any order), as a
page cache would have it. Names: a synced file has its name; removals and renames not yet synced
with their folder have happened up to some point.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.powercut.recording import Change, Kind

SECTORS = (512, 4096)


@dataclass(slots=True)
class _File:
    content: bytearray = field(default_factory=bytearray)
    """Certain."""
    waiting: list[Change] = field(default_factory=list)


class Disk:
    """Feed it changes, then ask what a cut leaves."""

    def __init__(self) -> None:
        self._files: dict[int, _File] = {}
        self._names: dict[str, _File] = {}
        """Certain, but for the renames that wait."""
        self._seen: dict[str, _File] = {}
        """The names as programs see them."""
        self._renames: list[tuple[str, str | None]] = []

    def hold(self, name: str, inode: int, content: bytes) -> None:
        """A file that has been there for long."""
        self._files[inode] = self._names[name] = self._seen[name] = _File(bytearray(content))

    def take(self, change: Change) -> None:
        """Apply one change, as the page cache does."""
        match change.kind:
            case Kind.WRITE | Kind.TRUNCATE:
                self._file(change).waiting.append(change)
            case Kind.SYNC if change.inode in self._files:
                self._sync(change)
            case Kind.SYNC:
                self._settle(len(self._renames))
            case Kind.UNLINK:
                self._forget(change.name, None)
            case Kind.RENAME:
                self._forget(change.name, Path(change.data.decode()).name)

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Write into `folder` what a power cut at this moment leaves."""
        kept_share = chance.choice((0.0, 0.5, 0.9, 1.0))
        sector_bytes = chance.choice(SECTORS)
        self._settle(chance.randint(0, len(self._renames)))
        for name, file in self._names.items():
            for change in file.waiting:
                for piece in _pieces(change, sector_bytes):
                    if chance.random() < kept_share:
                        _apply(file.content, piece)
            (folder / name).write_bytes(file.content)

    def _file(self, change: Change) -> _File:
        if change.inode not in self._files:
            self._settle(len(self._renames))  # a new name for an old one: keep their order
            made = _File()
            self._files[change.inode] = self._names[change.name] = self._seen[change.name] = made
        return self._files[change.inode]

    def _sync(self, change: Change) -> None:
        file = self._files[change.inode]
        for waiting in file.waiting:
            _apply(file.content, waiting)
        file.waiting.clear()

    def _forget(self, name: str, target: str | None) -> None:
        """A file that loses its name gives back its inode, which the next one may get."""
        self._renames.append((name, target))
        file = self._seen.pop(name, None)
        gone = file if target is None else self._seen.get(target)
        self._files = {i: known for i, known in self._files.items() if known is not gone}
        if target is not None and file is not None:
            self._seen[target] = file

    def _settle(self, count: int) -> None:
        for name, target in self._renames[:count]:
            file = self._names.pop(name, None)
            if target is not None and file is not None:
                self._names[target] = file
        del self._renames[:count]


def found(folder: Path) -> Disk:
    """A disk on which all files of a folder are certain."""
    disk = Disk()
    for path in folder.iterdir():
        disk.hold(path.name, path.stat().st_ino, path.read_bytes())
    return disk


def after(changes: Iterable[Change], disk: Disk | None = None) -> Disk:
    """The disk (an empty one, if none is given) after these changes."""
    disk = disk or Disk()
    for change in changes:
        disk.take(change)
    return disk


def _pieces(change: Change, sector_bytes: int) -> Iterator[Change]:
    if change.kind is Kind.TRUNCATE:
        yield change
        return
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // sector_bytes + 1) * sector_bytes)
        data = change.data[start - change.offset : stop - change.offset]
        yield Change(change.kind, change.name, change.inode, start, data)
        start = stop


def _apply(content: bytearray, change: Change) -> None:
    missing = change.offset - len(content)
    if missing > 0:
        content.extend(bytes(missing))
    if change.kind is Kind.TRUNCATE:
        del content[change.offset :]
    else:
        content[change.offset : change.offset + len(change.data)] = change.data
