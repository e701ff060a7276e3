"""Questions of residents: staff answer them; the resident reads it with the PIN, and by SMS.

The city is told that the question is answered, as by any act of staff; the answer does not wait for
it.
"""

import sqlite3

from appliance.actions.sms import texting
from appliance.actions.staff import staff_actions
from appliance.domain.cases.service_request import Kind, ServiceRequest, Status
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.public import board
from appliance.domain.staff import action as staff_action
from appliance.domain.staff.accounts import Account
from appliance.domain.staff.action import Act, Wish
from appliance.store.cases import answers, requests
from appliance.store.cases.answers import Answer
from appliance.store.database import transaction
from appliance.store.privacy import erasures
from appliance.store.staff import staff_actions as acts
from appliance.store.staff import staff_log

ANSWERED = Wish(
    act=Act.MOVE, changes={"status": Status.RESOLVED}, message="Pertanyaan dijawab kecamatan."
)


def answer(
    db: sqlite3.Connection, request_id: str, text: str, *, action_id: str, by: Account, now: Moment
) -> None:
    """Store an answer in place of an earlier one, queue its SMS, and tell the city, in one
    transaction; the same answer again changes nothing.

    Raises BadInput in words for staff.
    """
    words = board.checked_answer(text)
    with transaction(db):
        request = requests.by_id(db, request_id)
        if request is None or not is_for(db, request, by):
            raise BadInput("Pertanyaan itu tidak ada di kotak ini.")
        if erasures.of(db, request_id) is not None:
            raise BadInput("Data pertanyaan ini sudah dihapus.")
        earlier = answers.of(db, request_id)
        if earlier is not None and earlier.text == words:
            return
        answers.put(db, request_id, Answer(text=words, by=by.name, at=now.wall))
        staff_log.add(db, by=by.name, what="answer", subject=request_id, at=now.wall)
        texting.queue_answered_question(db, request, words, now)
        _tell(db, request, action_id=action_id, by=by, now=now)


def is_for(db: sqlite3.Connection, request: ServiceRequest, account: Account) -> bool:
    """Whether a request is a question that an account may read."""
    return request.kind is Kind.INFORMATION and staff_actions.may_read(db, request, account)


def _tell(
    db: sqlite3.Connection, request: ServiceRequest, *, action_id: str, by: Account, now: Moment
) -> None:
    """Ask the city to resolve the case, unless it is resolved or cannot be."""
    standing = staff_action.expected(request, acts.of_request(db, request.id))
    if standing.status == Status.RESOLVED or Status.RESOLVED not in staff_action.moves(standing):
        return
    version = staff_actions.case_version(db, request)
    staff_actions.act_in(
        db, request.id, ANSWERED, action_id=action_id, version=version, by=by, now=now
    )
