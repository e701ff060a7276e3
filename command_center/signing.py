"""The city's signing key: a file of its own, made once, readable by its owner alone.

The file holds one line of 64 hex digits, comments begin with `#`. No message of this module holds
any of it.
"""

import logging
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from appliance.domain import signature
from appliance.domain.errors import PoskoError

log = logging.getLogger(__name__)

Sign = Callable[[str, bytes], bytes]
"""Topic and body to the payload that leaves."""


class SigningKeyError(PoskoError, ValueError):
    """The key file cannot be used or made; the message says what to do."""


def as_it_is(_topic: str, body: bytes) -> bytes:
    """What a city without a key sends."""
    return body


def create(path: Path) -> str:
    """Make a new key file and return the public key; raises SigningKeyError if there is a file."""
    secret = secrets.token_bytes(signature.SECRET_BYTES)
    public = signature.public_key(secret)
    text = f"# The signing key of a Posko command center. Secret.\n# {public}\n{secret.hex()}\n"
    try:
        _write(path, text)
    except FileExistsError:
        raise SigningKeyError(f"{path} exists; a key is never overwritten") from None
    except OSError as error:
        raise SigningKeyError(f"{path} cannot be written: {error.strerror}") from None
    return public


def _write(path: Path, text: str) -> None:
    """Make a file that outlives a power cut, or none: boxes may soon trust nothing else."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError:
        path.unlink()
        raise


def load(path: Path) -> bytes:
    """The secret in a key file (center.signing_key); raises SigningKeyError."""
    try:
        if path.stat().st_mode & 0o077:
            raise SigningKeyError(
                f"center.signing_key: {path} is readable by others; run chmod 600 {path}"
            )
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise SigningKeyError(
            f"center.signing_key: {path} cannot be read: {error.strerror}; "
            "`posko-center signing-key create` makes one"
        ) from None
    except UnicodeDecodeError:
        text = ""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    if len(lines) != 1 or not re.fullmatch(r"[0-9a-f]{64}", lines[0]):
        raise SigningKeyError(
            f"center.signing_key: {path} is not a key file of `posko-center signing-key create`"
        )
    return bytes.fromhex(lines[0])


def signer(path: Path | None) -> Sign:
    """What signs all that leaves; without a key file nothing is signed, and the log says so."""
    if path is None:
        log.warning(
            "nothing that goes down is signed: boxes with sync.city_keys refuse it, the others "
            "take it from anyone; `posko-center signing-key create` makes center.signing_key"
        )
        return as_it_is
    secret = load(path)
    log.info("all that goes down is signed key=%s", signature.short(signature.public_key(secret)))
    return lambda topic, body: signature.sign(secret, topic, body)
