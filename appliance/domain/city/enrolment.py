"""How a box that trusts nobody yet and a city that knows no box yet come together: one code.

A code has 20 symbols, read aloud in five groups of four: four that name it, fifteen secret ones
(75 bits) and one that tells a slip of the tongue. The code itself never travels: what the box asks
and what the city answers is sealed with keys made of it (XSalsa20-Poly1305), so that each proves
itself to the other whatever lies between, and no certificate must be trusted beforehand. Pure.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from appliance.domain.errors import BadInput
from appliance.domain.events.instant import Instant

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O or U."""
PATH = "/api/enrolment"
VERSION = 1
MESSAGE_MAX_BYTES = 16 * 1024
CSR_MAX_CHARS = 2_000
"""One of P-256 has 460."""
SECRET_BYTES = 12
"""Chance that a code is made of; 95 bits of it are used."""
LOCATOR_SYMBOLS, SECRET_SYMBOLS = 4, 15
_SYMBOLS = LOCATOR_SYMBOLS + SECRET_SYMBOLS + 1
_GROUP = 4
_MISHEARD = str.maketrans("OIL", "011")
_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1, primitive over GF(2)."""

Login = Literal["certificate", "password"]
Way = Literal["ask", "answer"]


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was read right; `secret` is not for logs."""

    locator: str
    secret: str

    def __str__(self) -> str:
        symbols = self.locator + self.secret
        symbols += check_symbol(symbols)
        return "-".join(symbols[n : n + _GROUP] for n in range(0, _SYMBOLS, _GROUP))


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a box asks, sealed: a certificate for its key, or that its password be let in."""

    site: str
    csr: str = ""
    password: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the city answers, sealed; the certificate is empty where a password was asked for."""

    site: str
    broker: str
    port: int
    ca: str
    certificate: str
    city_keys: list[str]
    now: Instant


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Either of them on its way; an answer names no code."""

    v: int
    sealed: str
    locator: str = ""


Sealed = TypeVar("Sealed", Ask, Answer)


def make(chance: bytes) -> Code:
    """The code that these random bytes stand for."""
    bits = int.from_bytes(chance, "big")
    symbols = "".join(ALPHABET[bits >> 5 * n & 31] for n in range(_SYMBOLS - 1))
    return Code(symbols[:LOCATOR_SYMBOLS], symbols[LOCATOR_SYMBOLS:])


def parse(text: str) -> Code:
    """Read a code as people write it; raises BadInput that says what to look at."""
    symbols = "".join(text[:200].upper().translate(_MISHEARD).split()).replace("-", "")
    if strange := sorted(set(symbols) - set(ALPHABET)):
        raise BadInput(f"no code has {' or '.join(strange)}; listen again, letter by letter")
    if len(symbols) != _SYMBOLS:
        raise BadInput(f"a code has {_SYMBOLS} letters and digits, this one {len(symbols)}")
    body, check = symbols[:-1], symbols[-1]
    if check_symbol(body) != check:
        raise BadInput("one letter or digit is wrong or two are swapped; compare the code")
    return Code(body[:LOCATOR_SYMBOLS], body[LOCATOR_SYMBOLS:])


def check_symbol(symbols: Sequence[str]) -> str:
    """The last symbol: one wrong symbol, or two neighbours swapped, always change it."""
    value = 0
    for symbol in symbols:
        value = _doubled(value ^ ALPHABET.index(symbol))
    return ALPHABET[value]


def seal(code: Code, way: Way, content: Ask | Answer) -> Envelope:
    """Close a message so that only who knows the code can read it, or make another."""
    sealed = base64.b64encode(bytes(_box(code, way).encrypt(msgspec.json.encode(content))))
    locator = code.locator if way == "ask" else ""
    return Envelope(v=VERSION, sealed=sealed.decode(), locator=locator)


def opened(code: Code, way: Way, envelope: Envelope, kind: type[Sealed]) -> Sealed:
    """Read a message; raises BadInput for one that was not made with this code."""
    from nacl.exceptions import CryptoError  # noqa: PLC0415

    try:
        sealed = base64.b64decode(envelope.sealed, validate=True)
        return msgspec.json.decode(_box(code, way).decrypt(sealed), type=kind)
    except (CryptoError, ValueError, binascii.Error, msgspec.DecodeError):
        raise BadInput("this message was not made with this code") from None


def _box(code: Code, way: Way):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from nacl.secret import SecretBox  # noqa: PLC0415

    made_of = f"posko enrolment {VERSION} {way} {code.locator}{code.secret}"
    return SecretBox(hashlib.sha256(made_of.encode()).digest())


def _doubled(value: int) -> int:
    """Times x in GF(32)."""
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
