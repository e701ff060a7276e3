"""TP-DCS, the data coding scheme: alphabet, class, waiting indication (3GPP 23.038 clause 4)."""

import enum
from dataclasses import dataclass


class Alphabet(enum.StrEnum):
    """How user data is to be read."""

    GSM7 = "gsm7"
    OCTETS = "octets"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """What one TP-DCS octet says."""

    alphabet: Alphabet
    message_class: int | None = None
    is_compressed: bool = False
    is_waiting_indication: bool = False


# Bits 3..2 of the general groups; the reserved value is read as the default alphabet (clause 4).
_ALPHABETS = (Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2, Alphabet.GSM7)
_GROUP_WAITING_UCS2 = 0xE
_GROUP_DATA = 0xF


def decode_coding(octet: int) -> Coding:
    """Read any TP-DCS octet; reserved ones count as the default alphabet."""
    group = octet >> 4
    if group < 0x8:
        return Coding(
            alphabet=_ALPHABETS[octet >> 2 & 0x3],
            message_class=octet & 0x3 if octet & 0x10 else None,
            is_compressed=bool(octet & 0x20),
        )
    if group == _GROUP_DATA:
        alphabet = Alphabet.OCTETS if octet & 0x4 else Alphabet.GSM7
        return Coding(alphabet=alphabet, message_class=octet & 0x3)
    if group >= 0xC:
        alphabet = Alphabet.UCS2 if group == _GROUP_WAITING_UCS2 else Alphabet.GSM7
        return Coding(alphabet=alphabet, is_waiting_indication=True)
    return Coding(alphabet=Alphabet.GSM7)
