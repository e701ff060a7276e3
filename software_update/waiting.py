"""Updates that came on a stick or from the city: proven, kept until it is time, the newest first.

A release that was taken back twice is not tried again by itself.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from appliance.domain.box.software import SUFFIX, BadUpdate, Manifest
from software_update import bundle

_ENTRIES_MAX = 5000
_FILES_MAX = 20
_TRIES = 2
Judge = Callable[[Manifest], None]
"""Raises BadUpdate for what does not fit this box."""
IsOlder = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One file that fits."""

    path: Path
    manifest: Manifest


def files(folder: Path) -> list[Path]:
    """What may be updates in the root of a stick; a stick of strangers may hold anything."""
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in islice(entries, _ENTRIES_MAX) if e.name.endswith(SUFFIX)]
    except OSError:
        return []
    return [folder / name for name in sorted(names)[:_FILES_MAX]]


def newest(
    paths: Iterable[Path], keys: Sequence[str], judge: Judge, is_older: IsOlder
) -> tuple[Found | None, list[str]]:
    """The newest update that fits, and why each of the others does not."""
    best: Found | None = None
    said = []
    for path in paths:
        try:
            manifest = bundle.head(path, keys).manifest
            judge(manifest)
            if best is None or is_older(best.manifest.version, manifest.version):
                best = Found(path, bundle.prove(path, keys))
        except BadUpdate as error:
            said.append(f"{shown(path.name)}: {error}")
    return best, said


def has_failed(history: Iterable[dict[str, str]], version: str) -> bool:
    """Whether a release was taken back too often to be tried again without a person."""
    ends = [entry["ended"] for entry in history if entry["version"] == version]
    return ends.count("returned") >= _TRIES or "stuck" in ends


def shown(name: str) -> str:
    """A name of a file of strangers, as it may stand in a line."""
    return "".join(c if c.isprintable() else "?" for c in name)[:60]
