"""Long texts: cutting outgoing ones into parts and joining incoming ones (3GPP 23.040 9.2.3.24.1).

Joining happens on septets or UTF-16 units *before* decoding, because networks and phones cut inside
escape pairs and surrogate pairs. Does not remember parts: the store does.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from modem.pdu import gsm7, national, udh
from modem.pdu.dcs import Alphabet
from modem.pdu.errors import PduError
from modem.pdu.user_data import UserData

# Units that fit into 140 octets: alone, and beside a header with an 8 bit reference.
SINGLE_SEPTETS = 160
PART_SEPTETS = 153
SINGLE_UCS2_UNITS = 70
PART_UCS2_UNITS = 67
MAX_PARTS = 255
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of an outgoing text: its header (may be empty) and its content."""

    header: bytes
    content: UserData


def split(text: str, reference: int) -> tuple[Segment, ...]:
    """Cut `text` into as few parts as fit, all under `reference` (0 to 255).

    GSM 7 bit if every character allows it, else UCS2. Never cuts an extension character or a
    surrogate pair. Raises `PduError` above 255 parts.
    """
    text = "".join(_REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in text)
    if gsm7.is_encodable(text):
        units = [gsm7.septets_of(char) or b"" for char in text]
        return _segments(Alphabet.GSM7, units, reference, (SINGLE_SEPTETS, PART_SEPTETS))
    units = [char.encode("utf-16-be") for char in text]
    limits = (2 * SINGLE_UCS2_UNITS, 2 * PART_UCS2_UNITS)
    return _segments(Alphabet.UCS2, units, reference, limits)


def _segments(
    alphabet: Alphabet, units: list[bytes], reference: int, limits: tuple[int, int]
) -> tuple[Segment, ...]:
    whole = b"".join(units)
    if len(whole) <= limits[0]:
        return (Segment(header=b"", content=UserData(alphabet=alphabet, body=whole)),)
    bodies = _fill(units, limits[1])
    if len(bodies) > MAX_PARTS:
        raise PduError("text is too long for one message")
    segments = []
    for number, body in enumerate(bodies, start=1):
        concat = udh.Concat(reference=reference, total=len(bodies), sequence=number)
        header = udh.encode_concat(concat)
        content = UserData(alphabet=alphabet, body=body, elements=udh.decode_header(header[1:]))
        segments.append(Segment(header=header, content=content))
    return tuple(segments)


def _fill(units: list[bytes], limit: int) -> list[bytes]:
    bodies = [bytearray()]
    for unit in units:
        if len(bodies[-1]) + len(unit) > limit:
            bodies.append(bytearray())
        bodies[-1] += unit
    return [bytes(body) for body in bodies]


def join(contents: Iterable[UserData]) -> str:
    """Decode parts that are in order; those read alike are put together first."""
    runs = itertools.groupby(contents, key=_reading)
    return "".join(
        _decode(alphabet, tables, b"".join(content.body for content in run))
        for (alphabet, tables), run in runs
    )


def _reading(content: UserData) -> tuple[Alphabet, gsm7.Tables]:
    locking = udh.find_language(content.elements, udh.IEI_LOCKING_SHIFT)
    single = udh.find_language(content.elements, udh.IEI_SINGLE_SHIFT)
    return content.alphabet, national.alphabet(locking, single)


def _decode(alphabet: Alphabet, tables: gsm7.Tables, body: bytes) -> str:
    """What UTF-16 does not allow becomes U+FFFD, so UTF-8 can hold it."""
    if alphabet is Alphabet.GSM7:
        return gsm7.decode(body, tables)
    if alphabet is Alphabet.UCS2:
        return body.decode("utf-16-be", "replace")
    return body.decode("latin-1")
