"""Running a program under the recorder, and reading what it wrote down."""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from tests.support.programs import needs

ROOT = Path(__file__).parents[2]
_SOURCE = Path(__file__).with_name("recorder.c")
_HEAD = struct.Struct("=IIQqQ")


class Kind(IntEnum):
    """As in recorder.c."""

    WRITE = 1
    TRUNCATE = 2
    SYNC = 3
    UNLINK = 4
    RENAME = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file; `name` is without its folder."""

    kind: Kind
    name: str
    inode: int
    offset: int
    """Of a write; the new size of a truncated file."""
    data: bytes
    """Of a write; the new name of a renamed file."""


def compile_recorder(folder: Path) -> Path:
    """Compile the recorder; skips the test where there is no C compiler."""
    library = folder / "recorder.so"
    compiler = needs("cc")
    flags = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", library, _SOURCE, "-ldl"], check=True)
    return library


def run(recorder: Path, module: str, *arguments: str, folder: Path, log: Path) -> list[Change]:
    """Run a Python module and return, in order, what it changed in `folder`."""
    environment = {
        **os.environ,
        "LD_PRELOAD": str(recorder),
        "RECORD_FOLDER": str(folder),
        "RECORD_LOG": str(log),
    }
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, env=environment, check=True, cwd=ROOT, timeout=100)
    return list(_read(log.read_bytes()))


def _read(raw: bytes) -> Iterator[Change]:
    place = 0
    while place < len(raw):
        kind, name_bytes, inode, offset, data_bytes = _HEAD.unpack_from(raw, place)
        place += _HEAD.size
        name = raw[place : place + name_bytes].decode()
        place += name_bytes
        data = raw[place : place + data_bytes]
        place += data_bytes
        yield Change(Kind(kind), Path(name.removesuffix(" (deleted)")).name, inode, offset, data)
