"""The city's signing key: a file of its own (`key_files`), and what signs with it."""

import logging
import secrets
from collections.abc import Callable
from pathlib import Path

from appliance.domain.city import signature
from durable_files import key_files

log = logging.getLogger(__name__)

Sign = Callable[[str, bytes], bytes]
"""Topic and body to the payload that leaves."""
MAKER = "posko-center signing-key create"


def as_it_is(_topic: str, body: bytes) -> bytes:
    """What a city without a key sends."""
    return body


def create(path: Path) -> str:
    """Make a new key file and return the public key; raises KeyFileError if there is a file."""
    secret = secrets.token_bytes(signature.SECRET_BYTES)
    public = signature.public_key(secret)
    key_files.create(path, secret, "The signing key of a Posko command center. Secret.", public)
    return public


def load(path: Path) -> bytes:
    """The secret in a key file (center.signing_key); raises KeyFileError."""
    return key_files.load(path, name="center.signing_key", maker=MAKER)


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
