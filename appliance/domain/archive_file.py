"""Which files the archive takes, told by their content and never by their name. Pure.

A file is kept as it came and only ever served to be saved, so nothing in it runs here. What is
refused is what a browser would run, what no office program reads, and what bursts when opened.
"""

from enum import StrEnum

from appliance.domain import photo
from appliance.domain.errors import PoskoError
from appliance.domain.publishing import EXTENSIONS

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMES = {**EXTENSIONS, DOCX: "docx"}
"""Every media type of the archive, and how its files end."""
HEAD_BYTES = 64 * 1024
"""So much of a file's beginning, and of its end, is looked at."""
PIXELS_MAX = 75_000_000
"""A sheet of A3 scanned at 600 dpi has 70 million; a browser needs 300 MB for them."""
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_BOM = b"\xef\xbb\xbf"


class Fault(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    MARKUP = "markup"
    OLD_OFFICE = "old_office"
    NOT_A_DOCUMENT = "not_a_document"
    TOO_MANY_PIXELS = "too_many_pixels"
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
        return "application/pdf"
    if head.startswith(_ZIP):
        return _zipped(tail)
    if head.startswith(_OLE):
        raise Refused(Fault.OLD_OFFICE)
    if picture := photo.media_type(head):
        return _picture(picture, head)
    if head.removeprefix(_BOM).lstrip().startswith(b"<"):
        raise Refused(Fault.MARKUP)
    return _text(head)


def _zipped(tail: bytes) -> str:
    """The list of a ZIP's members stands at its end."""
    if b"word/document.xml" not in tail:
        raise Refused(Fault.NOT_A_DOCUMENT)
    return DOCX


def _picture(name: str, head: bytes) -> str:
    if name not in NAMES:
        raise Refused(Fault.UNKNOWN)
    pixels = int.from_bytes(head[16:20], "big") * int.from_bytes(head[20:24], "big")
    if name == "image/png" and pixels > PIXELS_MAX:
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
