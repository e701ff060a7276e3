"""A resident's voice, recorded at the kiosk for staff to write down. Pure, without a decoder."""

MAX_S = 60
MAX_BYTES = 600 * 1024
"""More than twice what a minute is at 32 kbit/s."""
MEDIA_TYPE = "audio/webm"
PLACEHOLDER = "[Rekaman suara, menunggu ditulis petugas]"
NOT_KEPT = "[Rekaman suara tidak tersimpan; tanyakan kepada warga]"
"""What a text begins with whose words are in a recording, or were to be."""
APART = "[Rekaman suara, ditangani tersendiri]"
"""What stays where the words are confidential: they became a report of their own."""

_EBML = b"\x1a\x45\xdf\xa3"
_DOC_TYPE = b"\x42\x82\x84webm"
_HEADER_BYTES = 64


def is_one(data: bytes) -> bool:
    """Whether this begins as WebM does and is not too long; what follows is not looked at."""
    begins = data.startswith(_EBML) and _DOC_TYPE in data[:_HEADER_BYTES]
    return begins and len(data) <= MAX_BYTES


def parse_seconds(value: str) -> int | None:
    """How long a page says that a recording is; None if it names none that can be."""
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(MAX_S))):
        return None
    return seconds if 1 <= (seconds := int(value)) <= MAX_S else None


def text_with(words: str, *, is_kept: bool) -> str:
    """The text of a report that was spoken, beside the `words` that were touched or typed."""
    return f"{PLACEHOLDER if is_kept else NOT_KEPT}\n{words}".strip()


def words_of(text: str) -> str:
    """What was touched or typed of such a text; any other as it is."""
    for begins in (PLACEHOLDER, NOT_KEPT):
        text = text.removeprefix(begins)
    return text.strip()


def moved_to(ticket: str) -> str:
    """What stays where the words became another report."""
    return f"[Rekaman suara, ditulis petugas sebagai laporan {ticket}]"
