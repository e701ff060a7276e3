"""The user data header: concatenation, ports, languages (3GPP 23.040 clause 9.2.3.24).

Knows how elements are laid out and what some kinds of them mean. Does not know how long a message
may be, or how parts become a text: that is `concat`.
"""

from dataclasses import dataclass

IEI_CONCAT_8 = 0x00
IEI_INDICATION = 0x01
IEI_PORTS_8 = 0x04
IEI_PORTS_16 = 0x05
IEI_CONCAT_16 = 0x08
IEI_SINGLE_SHIFT = 0x24
IEI_LOCKING_SHIFT = 0x25


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One information element."""

    iei: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat:
    """This message is part `sequence` of `total` under a reference of 8 or 16 bits."""

    reference: int
    total: int
    sequence: int
    is_wide: bool = False


def decode_header(octets: bytes) -> tuple[Element, ...]:
    """Read the elements of a header given without its length octet.

    One whose last element does not end with it is ignored as a whole (9.2.3.24).
    """
    elements: list[Element] = []
    at = 0
    while at < len(octets):
        if at + 2 > len(octets) or at + 2 + octets[at + 1] > len(octets):
            return ()
        end = at + 2 + octets[at + 1]
        elements.append(Element(iei=octets[at], data=octets[at + 2 : end]))
        at = end
    return tuple(elements)


def find_concat(elements: tuple[Element, ...]) -> Concat | None:
    """Return the last valid concatenation element; a nonsense one counts as no element.

    23.040 9.2.3.24.1 orders ignoring sequence 0 or above the total; a total of one is a single.
    """
    found = None
    for element in elements:
        concat = _read_concat(element)
        if concat and 1 <= concat.sequence <= concat.total and concat.total > 1:
            found = concat
    return found


def _read_concat(element: Element) -> Concat | None:
    data = element.data
    if element.iei == IEI_CONCAT_8 and len(data) == 3:
        return Concat(reference=data[0], total=data[1], sequence=data[2])
    if element.iei == IEI_CONCAT_16 and len(data) == 4:
        reference = int.from_bytes(data[:2], "big")
        return Concat(reference=reference, total=data[2], sequence=data[3], is_wide=True)
    return None


def find_port(elements: tuple[Element, ...]) -> int | None:
    """Return the destination port: such a message is for a program, not for a person."""
    for element in elements:
        if element.iei == IEI_PORTS_16 and len(element.data) == 4:
            return int.from_bytes(element.data[:2], "big")
        if element.iei == IEI_PORTS_8 and len(element.data) == 2:
            return element.data[0]
    return None


def find_language(elements: tuple[Element, ...], iei: int) -> int | None:
    """Return the language that the last shift element of this kind names (9.2.3.24.15, .16)."""
    named = [element.data[0] for element in elements if element.iei == iei and element.data]
    return named[-1] if named else None


def is_indication(elements: tuple[Element, ...]) -> bool:
    """Tell whether a lamp for waiting messages is switched (9.2.3.24.2)."""
    return any(element.iei == IEI_INDICATION for element in elements)


def encode_concat(concat: Concat) -> bytes:
    """Build a header, length octet included, with one concatenation element."""
    if concat.is_wide:
        reference = concat.reference.to_bytes(2, "big")
        element = bytes([IEI_CONCAT_16, 4]) + reference
    else:
        element = bytes([IEI_CONCAT_8, 3, concat.reference])
    element += bytes([concat.total, concat.sequence])
    return bytes([len(element)]) + element
