"""What changes between two sets of files, for a person to read; passphrases are not shown. Pure."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from firmware_config.rendering import File, shown

_HIDDEN = "(a passphrase that is not shown is another)\n"


def changed(old: Mapping[str, File], new: Mapping[str, File]) -> list[str]:
    """Paths whose file is new, gone or another, sorted."""
    return sorted(path for path in {*old, *new} if old.get(path) != new.get(path))


def difference(old: Mapping[str, File], new: Mapping[str, File]) -> str:
    """A unified diff; empty where nothing changes."""
    return "".join(_of_one(path, old.get(path), new.get(path)) for path in changed(old, new))


def _of_one(path: str, old: File | None, new: File | None) -> str:
    lines = list(
        unified_diff(
            _lines(path, old),
            _lines(path, new),
            f"now/{path}" if old else "/dev/null",
            f"then/{path}" if new else "/dev/null",
        )
    )
    if not lines:
        lines = [f"--- now/{path}\n", f"+++ then/{path}\n", *_unseen(old, new)]
    return "".join(lines)


def _unseen(old: File | None, new: File | None) -> Iterator[str]:
    if old and new and old.text != new.text:
        yield _HIDDEN
    if old and new and old.mode != new.mode:
        yield f"(mode {old.mode:o} becomes {new.mode:o})\n"


def _lines(path: str, file: File | None) -> list[str]:
    return shown(path, file.text).splitlines(keepends=True) if file else []
