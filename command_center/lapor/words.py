"""The words of SP4N-LAPOR! and ours, both ways. Pure.

Theirs are those that LAPOR! shows to the public; how its programs spell them is assumed
(docs/lapor.md), so reading is tolerant and writing has one spelling.
"""

import re
from enum import StrEnum

from appliance.domain.cases.service_request import Kind, Status

TRACKING_MAX_DIGITS = 12
_TRACKING = re.compile(rf"#?\s*([0-9]{{1,{TRACKING_MAX_DIGITS}}})")
_NOT_LETTERS = re.compile(r"[^a-z]+")


class Word(StrEnum):
    """Where a report stands at LAPOR!."""

    UNVERIFIED = "belum terverifikasi"
    VERIFIED = "terverifikasi"
    IN_PROGRESS = "proses"
    DONE = "selesai"
    DEFERRED = "tunda"
    NOT_OURS = "bukan wewenang"
    ARCHIVED = "arsip"


_TOLD: dict[Status, Word] = {
    Status.RECEIVED: Word.UNVERIFIED,
    Status.VERIFIED: Word.VERIFIED,
    Status.FORWARDED: Word.VERIFIED,
    Status.IN_PROGRESS: Word.IN_PROGRESS,
    Status.REOPENED: Word.IN_PROGRESS,
    Status.NEEDS_DETAILS: Word.DEFERRED,
    Status.DEFERRED: Word.DEFERRED,
    Status.RESOLVED: Word.DONE,
    Status.CLOSED: Word.DONE,
    Status.NOT_OURS: Word.NOT_OURS,
    Status.MERGED: Word.ARCHIVED,
    Status.ARCHIVED: Word.ARCHIVED,
}
_MEANT: dict[Word, Status] = {
    Word.UNVERIFIED: Status.RECEIVED,
    Word.VERIFIED: Status.VERIFIED,
    Word.IN_PROGRESS: Status.IN_PROGRESS,
    Word.DONE: Status.RESOLVED,
    Word.DEFERRED: Status.DEFERRED,
    Word.NOT_OURS: Status.NOT_OURS,
    Word.ARCHIVED: Status.ARCHIVED,
}
_SPELLINGS: dict[str, Word] = {
    **{_NOT_LETTERS.sub("", word): word for word in Word},
    "belumdiverifikasi": Word.UNVERIFIED,
    "baru": Word.UNVERIFIED,
    "terverifikasibelumditindaklanjuti": Word.VERIFIED,
    "belumditindaklanjuti": Word.VERIFIED,
    "diverifikasi": Word.VERIFIED,
    "terdisposisi": Word.VERIFIED,
    "diproses": Word.IN_PROGRESS,
    "dalamproses": Word.IN_PROGRESS,
    "ditindaklanjuti": Word.IN_PROGRESS,
    "ditutup": Word.DONE,
    "ditunda": Word.DEFERRED,
    "bukankewenangan": Word.NOT_OURS,
    "diarsipkan": Word.ARCHIVED,
    "diarsip": Word.ARCHIVED,
}
_KINDS: dict[Kind, str] = {
    Kind.SUGGESTION: "aspirasi",
    Kind.INFORMATION: "permintaan informasi",
}
_COMPLAINT = "pengaduan"


def told(status: str) -> Word | None:
    """What LAPOR! is told of a status of ours; None for one that this release does not know."""
    return next((word for known, word in _TOLD.items() if known == status), None)


def meant(word: Word) -> Status:
    """What a word of LAPOR! means here."""
    return _MEANT[word]


def read(text: str) -> Word | None:
    """A word of LAPOR! in any of its spellings; None for what is none."""
    return _SPELLINGS.get(_NOT_LETTERS.sub("", text.casefold()))


def kind_told(kind: str) -> str:
    """The class of LAPOR! for a kind of ours; an emergency is a complaint there."""
    return next((word for known, word in _KINDS.items() if known == kind), _COMPLAINT)


def kind_meant(text: str) -> Kind | None:
    """A kind by the class of LAPOR!; None: a complaint, or what its text tells."""
    plain = _NOT_LETTERS.sub("", text.casefold())
    return next((k for k, word in _KINDS.items() if _NOT_LETTERS.sub("", word) == plain), None)


def tracking(text: str) -> str | None:
    """The digits of a tracking id as people write it: `#1916449`; None for what is none."""
    found = _TRACKING.fullmatch(text.strip())
    return found[1] if found else None


def spoken(tracking_id: str) -> str:
    """A tracking id in groups of three, as it fits into an SMS: `1 916 449`."""
    return f"{int(tracking_id):,}".replace(",", " ")
