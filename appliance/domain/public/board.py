"""What of a request may be shown to everybody, and what staff may publish. Pure.

The public sees a masked text, the topic, the kelurahan, how far it has come, and days; never a
ticket, a name, a phone or a place in words.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import (
    Kind,
    Sensitivity,
    ServiceRequest,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.privacy import masking

TEXT_MAX_CHARS = 1_000
ANSWER_MAX_CHARS = 2_000
SUPPORTS_SHOWN_MAX = 999
"""Beyond, a page says "more than"."""


class Section(StrEnum):
    """Where it is shown; stored."""

    BOARD = "board"
    QUESTIONS = "questions"


class Refusal(StrEnum):
    """Why a request may not be shown; the first that holds."""

    ERASED = "erased"
    CONFIDENTIAL = "confidential"
    ALERT = "alert"
    SPAM = "spam"
    NO_CONSENT = "no_consent"
    NO_ANSWER = "no_answer"


WHY = {
    Refusal.ERASED: "Data pelapor sudah dihapus.",
    Refusal.CONFIDENTIAL: "Laporan rahasia tidak pernah ditampilkan.",
    Refusal.ALERT: "Laporan tentang keselamatan seseorang tidak pernah ditampilkan.",
    Refusal.SPAM: "Ini bukan laporan.",
    Refusal.NO_CONSENT: "Pelapor tidak mengizinkan laporannya ditampilkan.",
    Refusal.NO_ANSWER: "Jawab dulu pertanyaannya; pertanyaan tampil bersama jawabannya.",
}
"""For staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry of the board or of the questions, as anybody may read it."""

    id: int
    section: Section
    text: str
    """Empty where only the topic may be known."""
    answer: str
    category: str
    kelurahan: str | None
    status: str
    received_at: datetime
    updated_at: datetime
    supports: int


def refusal(
    request: ServiceRequest, *, has_consent: bool, is_erased: bool, has_answer: bool
) -> Refusal | None:
    """Why staff may not publish it; None if they may."""
    reasons = {
        Refusal.ERASED: is_erased,
        Refusal.CONFIDENTIAL: request.sensitivity is Sensitivity.CONFIDENTIAL
        or request.sealed is not None,
        Refusal.ALERT: Mark.ALERT in request.marks,
        Refusal.SPAM: request.kind is Kind.SPAM,
        Refusal.NO_CONSENT: not has_consent,
        Refusal.NO_ANSWER: request.kind is Kind.INFORMATION and not has_answer,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def section(request: ServiceRequest) -> Section:
    """Where a request belongs."""
    return Section.QUESTIONS if request.kind is Kind.INFORMATION else Section.BOARD


def public_text(request: ServiceRequest, written: str = "") -> str:
    """The text to show: what staff have written for it, else the resident's, always masked.

    Of a topic that is not for everybody there is none, but for a question as staff have put it.
    """
    text, own = request.text, clean_text(written)
    if request.sensitivity is not Sensitivity.PUBLIC:
        text, own = "", own if section(request) is Section.QUESTIONS else ""
    masked = masking.mask(own or text, name=request.reporter_name)
    return masked if len(masked) <= TEXT_MAX_CHARS else masked[: TEXT_MAX_CHARS - 2] + " …"


def checked_answer(text: str) -> str:
    """An answer that staff have typed; raises BadInput in words for staff."""
    cleaned = clean_text(text)
    if not 1 <= len(cleaned) <= ANSWER_MAX_CHARS:
        raise BadInput(f"Jawaban berisi 1 sampai {ANSWER_MAX_CHARS} huruf, ini {len(cleaned)}.")
    return cleaned
