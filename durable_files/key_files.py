"""Files that hold one secret of the city or of a box: made once, readable by their owner alone.

A file holds one line of 64 hex digits; comments begin with `#`. No message of this module holds any
of it.
"""

import os
import re
from pathlib import Path

from appliance.domain.errors import PoskoError
from durable_files.folder import sync_folder


class KeyFileError(PoskoError, ValueError):
    """The key file cannot be used or made; the message says what to do."""


def create(path: Path, secret: bytes, *comments: str) -> None:
    """Make a new file; raises KeyFileError if there is one."""
    lines = [*(f"# {comment}" for comment in comments), secret.hex()]
    try:
        _write(path, "\n".join(lines) + "\n")
    except FileExistsError:
        raise KeyFileError(f"{path} exists; a key is never overwritten") from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    """Make a file that outlives a power cut, or none: others may soon trust nothing else."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError:
        path.unlink()
        raise


def load(path: Path, *, name: str, maker: str) -> bytes:
    """The secret in a file; raises KeyFileError.

    `name` is what told us to read it, `maker` the command that makes such files.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{name}: {path} is readable by others; run chmod 600 {path}")
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise KeyFileError(
            f"{name}: {path} cannot be read: {error.strerror}; `{maker}` makes one"
        ) from None
    except UnicodeDecodeError:
        text = ""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    if len(lines) != 1 or not re.fullmatch(r"[0-9a-f]{64}", lines[0]):
        raise KeyFileError(f"{name}: {path} is not a key file of `{maker}`")
    return bytes.fromhex(lines[0])
