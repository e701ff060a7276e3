"""Ed25519 signatures (RFC 8032) around what the city says; the contract is docs/protocol.md.

A signed payload is a marker of 8 bytes (0x01 and `Ed25519`, which no JSON, no zlib and no file
that we send begins with), 64 bytes of signature, and the body as it would travel unsigned. The
signature covers a context, the topic and the body, so that a message cannot be moved to another
box, leaf or purpose. Keys are written `ed25519:` and 64 hex digits. Knows neither files nor which
keys are trusted. PyNaCl is imported on first use: it costs 1.8 MB, and only two processes pay.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from appliance.domain.errors import BadInput, WireError

if TYPE_CHECKING:
    from nacl.signing import SigningKey, VerifyKey

MARKER = b"\x01Ed25519"
SIGNATURE_BYTES = 64
FRAME_BYTES = len(MARKER) + SIGNATURE_BYTES
"""What a signature adds to a payload."""
SECRET_BYTES = 32
KEY_PATTERN = r"\Aed25519:[0-9a-f]{64}\Z"
_CONTEXT = b"posko/1 signed payload\x00"
_KEYS_CACHED = 16


def public_key(secret: bytes) -> str:
    """The public key, as settings write it, of a secret of 32 bytes."""
    return "ed25519:" + bytes(_signer(secret).verify_key).hex()


def parse_key(text: str) -> str:
    """Return a public key as it is; raises BadInput when it is not one, or one of small order."""
    from nacl.bindings import crypto_core_ed25519_is_valid_point  # noqa: PLC0415

    if not re.match(KEY_PATTERN, text) or not crypto_core_ed25519_is_valid_point(_raw(text)):
        raise BadInput(f"{text[:80]!r} is not a public key; write ed25519: and 64 hex digits")
    return text


def short(key: str) -> str:
    """What people call a key: `ed25519:` and its first eight hex digits."""
    return key[:16]


def sign(secret: bytes, topic: str, body: bytes) -> bytes:
    """Frame a body for one topic; `secret` is 32 bytes."""
    return MARKER + _signer(secret).sign(_signed(topic, body)).signature + body


def unsigned(payload: bytes) -> bytes:
    """The body of a payload, signed or not, whoever signed it."""
    return payload[FRAME_BYTES:] if payload.startswith(MARKER) else payload


def verified(payload: bytes, topic: str, keys: Iterable[str]) -> tuple[bytes, str]:
    """The body, and which of the public keys signed it for this topic.

    Raises WireError `unsigned` without a frame, `signature` when no key fits.
    """
    from nacl.exceptions import BadSignatureError  # noqa: PLC0415

    if not payload.startswith(MARKER):
        raise WireError("unsigned", "no signature")
    body, signature = payload[FRAME_BYTES:], payload[len(MARKER) : FRAME_BYTES]
    if len(signature) == SIGNATURE_BYTES:
        message = _signed(topic, body)
        for key in keys:
            try:
                _verifier(key).verify(message, signature)
            except BadSignatureError:
                continue
            return body, key
    raise WireError("signature", "signed by no key that is trusted, or changed on the way")


def _signed(topic: str, body: bytes) -> bytes:
    return b"".join((_CONTEXT, topic.encode(), b"\x00", body))


def _raw(key: str) -> bytes:
    return bytes.fromhex(key.removeprefix("ed25519:"))


@lru_cache(maxsize=1)
def _signer(secret: bytes) -> "SigningKey":
    from nacl.signing import SigningKey  # noqa: PLC0415

    return SigningKey(secret)


@lru_cache(maxsize=_KEYS_CACHED)
def _verifier(key: str) -> "VerifyKey":
    from nacl.signing import VerifyKey  # noqa: PLC0415

    return VerifyKey(_raw(key))
