"""Questions of residents: staff answer them; the resident reads it by the ticket, and by SMS."""

import sqlite3

from appliance.actions import texting
from appliance.domain import board, discretion
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.service_request import Kind, ServiceRequest
from appliance.store import answers, erasures, requests, staff_log
from appliance.store.answers import Answer
from appliance.store.database import transaction


def answer(
    db: sqlite3.Connection, request_id: str, text: str, *, by: str, now: Moment
) -> ServiceRequest:
    """Store an answer in place of an earlier one, and queue its SMS; the same again is sent once.

    Raises BadInput in words for staff.
    """
    words = board.checked_answer(text)
    with transaction(db):
        request = requests.by_id(db, request_id)
        if (
            request is None
            or request.kind is not Kind.INFORMATION
            or not discretion.is_open(request)
        ):
            raise BadInput("Pertanyaan itu tidak ada di kotak ini.")
        if erasures.of(db, request_id) is not None:
            raise BadInput("Data pertanyaan ini sudah dihapus.")
        earlier = answers.of(db, request_id)
        if earlier is None or earlier.text != words:
            answers.put(db, request_id, Answer(text=words, by=by, at=now.wall))
            staff_log.add(db, by=by, what="answer", subject=request_id, at=now.wall)
            texting.queue_answered_question(db, request, words, now)
        return request
