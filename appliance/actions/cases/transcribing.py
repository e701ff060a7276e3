"""Writing down what a resident has said by voice: the words become the text of the request."""

import sqlite3
from collections.abc import Callable

from appliance.actions.cases import intake
from appliance.actions.sms import amending, texting
from appliance.domain.cases import gravity, recording
from appliance.domain.cases.service_request import (
    TEXT_MAX_CHARS,
    Draft,
    Sensitivity,
    ServiceRequest,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage
from appliance.store.cases import recordings, requests
from appliance.store.database import transaction
from appliance.store.staff import staff_log


def transcribe(
    db: sqlite3.Connection,
    request_id: str,
    words: str,
    *,
    by: str,
    now: Moment,
    new_id: Callable[[], str],
) -> ServiceRequest:
    """Put what is said into the text, in one transaction; return the request that has the words.

    They are judged: what is an emergency or confidential, and its request is not, becomes a request
    of its own, as if it had just come. Raises BadInput in words for staff.
    """
    words = clean_text(words)[:TEXT_MAX_CHARS]
    if not words:
        raise BadInput("Tulis dulu apa yang dikatakan warga.")
    with transaction(db):
        request, voice = requests.by_id(db, request_id), recordings.of(db, request_id)
        if request is None or voice is None or voice.state == "transcribed":
            raise BadInput("Rekaman ini sudah ditulis, atau sudah dihapus.")
        staff_log.add(db, by=by, what="transcribed", subject=request.id, at=now.wall)
        recordings.set_state(db, request.id, "transcribed", now.wall)
        triage = classify(words)
        if gravity.demands_more(triage, request):
            return _report_anew(db, request, words, triage, now=now, new_id=new_id)
        amending.replace_text(db, request, recording.PLACEHOLDER, words, now)
        return requests.by_id(db, request.id) or request


def _report_anew(
    db: sqlite3.Connection,
    request: ServiceRequest,
    words: str,
    triage: Triage,
    *,
    now: Moment,
    new_id: Callable[[], str],
) -> ServiceRequest:
    """Whoever must act hears of it; of what is confidential nothing readable stays here."""
    draft = Draft(
        channel=request.channel,
        text=words,
        submission_id=new_id(),
        reporter_phone=request.reporter_phone,
        reporter_name=request.reporter_name,
        location=request.location,
        kelurahan=request.kelurahan,
    )
    receipt = intake.receive_in(db, draft, triage, now)
    assert isinstance(receipt, intake.Receipt), "neither limited nor erased"
    if receipt.is_new:
        texting.queue_receipt(db, receipt.request, now)
        intake.hand_on(db, receipt.request, now)
    left = recording.moved_to(str(receipt.request.ticket))
    if receipt.request.sensitivity is Sensitivity.CONFIDENTIAL:
        recordings.remove(db, request.id)
        left = recording.APART
    amending.replace_text(db, request, recording.PLACEHOLDER, left, now)
    return receipt.request
