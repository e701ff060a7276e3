"""What residents have agreed to, and in which words: the proof that UU 27/2022 (article 24) wants.

Handling a report needs no consent: it is a public duty. A wording is never changed: a new one gets
the next version.
"""

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What was agreed to; stored and sent."""

    PUBLISH = "publish"
    """The text may be shown to the public, masked and without a name."""
    CALL_BACK = "call_back"
    """Officers may call the number."""


TEXT_VERSION = "1"
QUESTION_VERSION = "1-tanya"
"""Of a form that asks for questions."""
TEXTS: dict[tuple[Purpose, str], str] = {
    (Purpose.PUBLISH, "1"): "Laporan ini boleh ditampilkan kepada umum, tanpa nama dan nomor saya.",
    (Purpose.PUBLISH, "1-tanya"): (
        "Pertanyaan ini boleh ditampilkan kepada umum bersama jawabannya, tanpa nama dan nomor "
        "saya."
    ),
    (Purpose.CALL_BACK, "1"): "Petugas boleh menelepon nomor saya tentang laporan ini.",
}
"""Indonesian, as shown; translations are in the catalogue of the pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One agreement; its channel and time are those of the request it is given with."""

    purpose: Purpose
    language: str
    text_version: str = TEXT_VERSION


AGREED = "yes"
"""What the box of a form says when it is ticked."""


def publishing(ticked: str, language: str, text_version: str = TEXT_VERSION) -> tuple[Consent, ...]:
    """What a form's box for publishing stands for."""
    agreed = Consent(purpose=Purpose.PUBLISH, language=language, text_version=text_version)
    return (agreed,) if ticked == AGREED else ()
