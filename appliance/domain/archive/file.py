"""Which files the archive takes, told by their content and never by their name. Pure.

A file is kept as it came and only ever served to be saved, so nothing in it runs here. What is
refused is what a browser would run, what no office program reads, and what bursts when opened.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from enum import StrEnum

from appliance.domain.cases import photo
from appliance.domain.cases.photo import jpeg, png
from appliance.domain.errors import PoskoError
from appliance.domain.public.publishing import EXTENSIONS

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMES = {**EXTENSIONS, DOCX: "docx"}
"""Every media type of the archive, and how its files end."""
HEAD_BYTES = 64 * 1024
"""So much of a file's beginning, and of its end, is looked at."""
PIXELS_MAX = 75_000_000
"""A sheet of A3 scanned at 600 dpi has 70 million; a browser needs 300 MB for them."""
UNPACKED_MAX_BYTES = 64 * 1024 * 1024
"""Of all members of a ZIP together; the XML of a thousand pages takes 20 MB."""
_ZIP = b"PK\x03\x04"
_MEMBER = struct.Struct("<4x20xI3H12x")
"""Of an entry in the list of members (APPNOTE 4.3.12): its size unpacked; lengths of its name, of
what is extra, of its comment."""
_MEMBER_MARK, _LIST_END = b"PK\x01\x02", b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0"
_BOM = b"\xef\xbb\xbf"


class Fault(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    MARKUP = "markup"
    OLD_OFFICE = "old_office"
    NOT_A_DOCUMENT = "not_a_document"
    TOO_MANY_PIXELS = "too_many_pixels"
    BURSTS = "bursts"
    PROGRAM = "program"
    UNKNOWN = "unknown"


class Refused(PoskoError, ValueError):
    """A file that is not taken; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def media_type(head: bytes, tail: bytes) -> str:
    """What a file is by its first and last bytes; raises Refused."""
    if not head:
        raise Refused(Fault.EMPTY)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(_ZIP):
        return _zipped(tail)
    if head.startswith(_OLE):
        raise Refused(Fault.OLD_OFFICE)
    if picture := photo.media_type(head):
        return _picture(picture, head)
    if head.removeprefix(_BOM).lstrip().startswith(b"<"):
        raise Refused(Fault.MARKUP)
    return _text(head)


def check_program(pieces: Iterable[bytes]) -> None:
    """Raise Refused for a PDF that names a script, in pieces that follow each other.

    A script whose name stands in a packed part of the file is not seen.
    """
    kept = b""
    for piece in pieces:
        kept += piece
        if _SCRIPT.search(kept):
            raise Refused(Fault.PROGRAM)
        kept = kept[-_SCRIPT_MAX_BYTES:]


def _spelled(name: str) -> bytes:
    """A pattern for a PDF's name, each letter as it is or by its number (ISO 32000-1, 7.3.5)."""
    return b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (ord(one), ord(one)) for one in name)


_SCRIPT = re.compile(_spelled("JavaScript"))
_SCRIPT_MAX_BYTES = 1 + 3 * len("JavaScript")


def _zipped(tail: bytes) -> str:
    """The list of a ZIP's members stands at its end."""
    members = dict(_members(tail))
    if b"word/document.xml" not in members:
        raise Refused(Fault.NOT_A_DOCUMENT)
    if sum(members.values()) > UNPACKED_MAX_BYTES:
        raise Refused(Fault.BURSTS)
    return DOCX


def _members(tail: bytes) -> Iterator[tuple[bytes, int]]:
    """Name and unpacked size of each member in the last list of `tail`."""
    end = tail.rfind(_LIST_END)
    if end < 0 or end + 16 > len(tail):
        return
    (size,) = struct.unpack_from("<I", tail, end + 12)
    at = end - size
    while 0 <= at < end and tail.startswith(_MEMBER_MARK, at) and at + 46 <= end:
        unpacked, *lengths = _MEMBER.unpack_from(tail, at)
        yield tail[at + 46 : at + 46 + lengths[0]], unpacked
        at += 46 + sum(lengths)


def _picture(name: str, head: bytes) -> str:
    if name not in NAMES:
        raise Refused(Fault.UNKNOWN)
    width, height = (jpeg if name == "image/jpeg" else png).frame_size(head)
    if width * height > PIXELS_MAX:
        raise Refused(Fault.TOO_MANY_PIXELS)
    return name


def _text(head: bytes) -> str:
    """UTF-8, of which the last character may be cut off."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD_BYTES:
            raise Refused(Fault.UNKNOWN) from None
        text = head[: error.start].decode("utf-8")
    if any(char < " " and char not in "\t\n\r\f" for char in text):
        raise Refused(Fault.UNKNOWN)
    return "text/plain"
