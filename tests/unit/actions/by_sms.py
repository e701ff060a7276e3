"""Reports and what follows them by SMS, from the part on the SIM to the answer."""

import hashlib
import sqlite3
from collections.abc import Callable

from appliance.actions.sms import answering
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import Command, FollowUp, ReceivedPart, Report, Wish
from appliance.store.sms import sms_inbox, texts
from tests.builders import PHONE, a_part, an_sms
from tests.conftest import at

NewId = Callable[[], str]


def take(
    db: sqlite3.Connection,
    new_id: NewId,
    text: str,
    command: Command,
    *,
    phone: Msisdn | None = PHONE,
    tpdu: bytes | None = None,
    **when: float,
) -> str | None:
    assert answering.keep_part(db, a_part(tpdu or text.encode()), at(**when))
    part = sms_inbox.waiting(db)[-1]
    return answering.answer(db, an_sms(text, part.id, phone=phone), command, at(**when), new_id)


def last_text(db: sqlite3.Connection) -> str:
    return texts.every(db)[-1].body


def arrived(octets: bytes) -> ReceivedPart:
    """A TPDU with a fingerprint as the modem makes it."""
    return a_part(octets, fingerprint=hashlib.sha256(octets).hexdigest())


def say(
    db: sqlite3.Connection,
    text: str,
    new_id: Callable[[], str],
    octets: bytes,
    *,
    about: ServiceRequest | None = None,
) -> str | None:
    """An SMS of the phone: a report, or an addition to a request."""
    answering.keep_part(db, arrived(octets), at())
    [stored] = sms_inbox.waiting(db)
    command = FollowUp(Wish.ADD, about.ticket, text) if about else Report(text)
    return answering.answer(db, an_sms(text, stored.id), command, at(minutes=1), new_id)
