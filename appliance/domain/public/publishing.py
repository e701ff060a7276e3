"""Which files the city may publish for residents, and what they are called on a phone. Pure."""

import re

from appliance.domain.errors import BadInput

EXTENSIONS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "text/plain": "txt",
}
"""What a portal serves; nothing that a browser would run."""
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_UNSAFE = re.compile(r"[^\w.,()-]+")
_NAME_MAX_CHARS = 80


def document_type(data: bytes) -> str:
    """What a file is by its content; raises BadInput for what may not be published."""
    for magic, media_type in _MAGIC.items():
        if data.startswith(magic):
            return media_type
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or text.lstrip().startswith("<"):
        raise BadInput("only PDF, PNG, JPEG and plain text in UTF-8 can be published")
    return "text/plain"


def file_name(title: str, extension: str) -> str:
    """A name for the downloaded file: `Jadwal Posyandu.pdf`."""
    words = _UNSAFE.sub(" ", title).strip(" .")[:_NAME_MAX_CHARS].strip() or "dokumen"
    return f"{words}.{extension}"
