"""Sealed boxes (libsodium, X25519) around what only one unit may read; docs/protocol.md, Sealing.

Sealed text is one line of ASCII: `posko-seal/1`, the unit that its key is for (`*` is the key of
all that have none), the public key, and the box in Base64. A sealed file has the same head and,
behind a line break, the box as it is. In the box is a line of JSON (`Content`), then the bytes of a
file if it is one, padded to a block so that the length tells little. Who seals stays unknown, and
cannot open what it has sealed. Knows neither files nor whose keys there are. PyNaCl is imported on
first use: it costs 1.8 MB.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from appliance.domain.errors import BadInput
from appliance.domain.events.instant import Instant

TABLE = "sealing_keys"
"""The city's table of keys: columns `unit` and `key`."""
FALLBACK = "*"
KEY_PATTERN = r"\Ax25519:[0-9a-f]{64}\Z"
UNIT_PATTERN = r"\A(\*|[A-Z][A-Z0-9_]{0,39})\Z"
SECRET_BYTES = 32
MEDIA_TYPE = "application/vnd.posko.sealed"
SEALED_MAX_CHARS = 40_000
"""A text of 4,000 characters of four bytes, with name and place, has 22,000 when sealed."""
TOPIC = "rahasia"
"""What stands for the category outside the box: that of violence is nobody's business."""
UNITS_MAX = 64
_MARKER = "posko-seal/1"
_TEXT_BLOCK_BYTES = 512
_FILE_BLOCK_BYTES = 64 * 1024
_HEAD = re.compile(rb"posko-seal/1 (\*|[A-Z][A-Z0-9_]{0,39}) (x25519:[0-9a-f]{64})([ \n])")
_P = 2**255 - 19
_OF_ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_SMALL_ORDER = frozenset({0, 1, _P - 1, *_OF_ORDER_8})
"""Points whose product with any secret is zero (RFC 7748, section 6.1)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who can open what is sealed with this public key."""

    unit: str
    key: str


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is in the box: what a resident has said, and which request it belongs to."""

    request_id: str
    at: Instant
    said: str
    """`laporan`, `foto`, or what was said later: a `received.Wish`, or `bagian` for a late part."""
    text: str = ""
    category: str | None = None
    phone: str | None = None
    name: str | None = None
    location: str | None = None
    kelurahan: str | None = None
    media_type: str | None = None
    """Of the file that follows, if one does."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A box and who can open it."""

    holder: Holder
    box: bytes


def parse_key(text: str) -> str:
    """Return a public key as it is; raises BadInput when it is not one, or protects nothing."""
    if not re.match(KEY_PATTERN, text):
        raise BadInput(f"{text[:80]!r} is not a sealing key; write x25519: and 64 hex digits")
    point = int.from_bytes(_raw(text), "little") & (1 << 255) - 1
    if point % _P in _SMALL_ORDER:
        raise BadInput(f"{short(text)} protects nothing; make one: posko-center sealing-key new")
    return text


def parse_keys(keys: Mapping[str, str]) -> dict[str, str]:
    """Public keys by unit as they are; raises BadInput for what would leave reports readable."""
    if len(keys) > UNITS_MAX:
        raise BadInput(f"{len(keys)} units are too many; {UNITS_MAX} may have a key")
    for unit, key in keys.items():
        if not re.match(UNIT_PATTERN, unit):
            raise BadInput(f"{unit[:40]!r} is no unit; write the id of an agency, or *")
        parse_key(key)
    if keys and FALLBACK not in keys:
        raise BadInput("there is no key for *, so reports of units without a key stay readable")
    return dict(keys)


def parse_table(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The keys of a published table; raises BadInput for a table that must not replace another."""
    keys: dict[str, str] = {}
    for row in rows:
        if set(row) != {"unit", "key"}:
            raise BadInput("the columns of sealing_keys are unit and key")
        if row["unit"] in keys:
            raise BadInput(f"{row['unit'][:40]!r} has two keys")
        keys[row["unit"]] = row["key"]
    if not keys:
        raise BadInput("the table names no key, so confidential reports would stay readable")
    return parse_keys(keys)


def holder(keys: Mapping[str, str], unit: str) -> Holder | None:
    """Who opens what is for this unit; None where nothing is sealed."""
    name = unit if unit in keys else FALLBACK
    return Holder(name, keys[name]) if name in keys else None


def short(key: str) -> str:
    """What people call a key: `x25519:` and its first eight hex digits."""
    return key[:15]


def public_key(secret: bytes) -> str:
    """The public key of a secret of 32 bytes, as settings write it."""
    from nacl.public import PrivateKey  # noqa: PLC0415

    return "x25519:" + bytes(PrivateKey(secret).public_key).hex()


def seal(content: Content, to: Holder) -> str:
    """Seal what was said; nobody but the holder's secret opens it. Never twice the same."""
    box = _sealed(_line(content), to, _TEXT_BLOCK_BYTES)
    return f"{_MARKER} {to.unit} {to.key} {base64.b64encode(box).decode()}"


def seal_file(content: Content, data: bytes, to: Holder) -> bytes:
    """Seal a file."""
    box = _sealed(_line(content) + data, to, _FILE_BLOCK_BYTES)
    return b"%s %s %s\n" % (_MARKER.encode(), to.unit.encode(), to.key.encode()) + box


def parse(sealed: str | bytes) -> Sealed:
    """Read a sealed text or file; raises BadInput for anything else."""
    data = sealed.encode() if isinstance(sealed, str) else sealed
    head = _HEAD.match(data)
    if head is None:
        raise BadInput("this is no sealed text: it begins with posko-seal/1, a unit and a key")
    box = data[head.end() :]
    if head[3] == b" ":
        try:
            box = base64.b64decode(box.strip(), validate=True)
        except binascii.Error:
            raise BadInput("this sealed text is damaged; copy its whole line") from None
    return Sealed(Holder(head[1].decode(), head[2].decode()), box)


def checked(sealed: str) -> str:
    """A sealed text as it is; raises BadInput when it cannot be one, or is too long."""
    if len(sealed) > SEALED_MAX_CHARS:
        raise BadInput(f"a sealed text has at most {SEALED_MAX_CHARS} characters")
    parse(sealed)
    return sealed


def unseal(sealed: Sealed, secret: bytes) -> tuple[Content, bytes]:
    """What was said, and the bytes of the file if it is one; raises BadInput when it stays shut."""
    from nacl.bindings import sodium_unpad  # noqa: PLC0415
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.public import PrivateKey, SealedBox  # noqa: PLC0415

    own = public_key(secret)
    if own != sealed.holder.key:
        unit, key = sealed.holder.unit, short(sealed.holder.key)
        raise BadInput(f"sealed for {unit} with {key}; this file holds the secret of {short(own)}")
    try:
        padded = SealedBox(PrivateKey(secret)).decrypt(sealed.box)
        block = _TEXT_BLOCK_BYTES if len(padded) % _FILE_BLOCK_BYTES else _FILE_BLOCK_BYTES
        line, _, data = sodium_unpad(padded, block).partition(b"\n")
        return msgspec.json.decode(line, type=Content), data
    except (CryptoError, ValueError, msgspec.MsgspecError):
        raise BadInput("this sealed text is damaged, or was not sealed by a box") from None


def placeholder(to: Holder) -> str:
    """What stands where the text was."""
    return "(tersegel)" if to.unit == FALLBACK else f"(tersegel untuk {to.unit})"


def _line(content: Content) -> bytes:
    return msgspec.json.encode(content) + b"\n"


def _sealed(plain: bytes, to: Holder, block_bytes: int) -> bytes:
    from nacl.bindings import sodium_pad  # noqa: PLC0415
    from nacl.public import PublicKey, SealedBox  # noqa: PLC0415

    return bytes(SealedBox(PublicKey(_raw(to.key))).encrypt(sodium_pad(plain, block_bytes)))


def _raw(key: str) -> bytes:
    return bytes.fromhex(key.removeprefix("x25519:"))
