"""How texts go out: whose turn it is, what became of each part, and what status reports tell.

A part is marked `sending` when the modem asks for its bytes, just before it gets them: whatever
ends before that leaves it to be tried again. If nobody learns the outcome it becomes `uncertain`
and is never sent again blindly; only a status report can settle it.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import cast, get_args

from appliance.actions.officials import forwarding, notifying
from appliance.actions.privacy import sealing
from appliance.actions.sms import sending_turn
from appliance.actions.sms.sending_turn import LONGEST_RETRY, Encode
from appliance.domain.city.topics import Lane
from appliance.domain.errors import PoskoError
from appliance.domain.events.texts import FinalState, TextSettled
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.sms import early_reports, sms_inbox, text_parts, texts
from appliance.store.sms.text_parts import TextPart
from appliance.store.sms.texts import Text

REPORT_WINDOW = timedelta(days=4)
"""How long after sending a status report can still arrive: validity and a margin."""
ONE_MODEM = "modem"
"""The name of a box's only modem, or first."""
_RECIPIENT_TAIL_DIGITS = 9
"""Operators report a number in another form than it was dialled in."""


class Refusal(StrEnum):
    """What a modem's refusal means for the part."""

    RETRY = "retry"
    RETRY_LATER = "retry_later"
    """The cause is likely to last (24.011 annex E: network out of order)."""
    GIVE_UP = "give_up"


_FIRST_RETRY = {
    Refusal.RETRY: timedelta(seconds=30),
    Refusal.RETRY_LATER: timedelta(minutes=10),
}
NO_LIMITS = SendingPolicy()
_EXPIRED_AT_ONCE = 50
"""Each may tell the city and ask a deputy, while whoever reports waits for the writer's lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPart:
    """The part whose turn it is; it stays `pending` until `part_sending`."""

    id: int
    tpdu: bytes


def claim_part(
    db: sqlite3.Connection,
    now: Moment,
    encode: Encode,
    *,
    modem: str = ONE_MODEM,
    policy: SendingPolicy = NO_LIMITS,
    left_to_others: Collection[str] = (),
) -> ClaimedPart | None:
    """Return the next part for this modem to send; None when nothing is due or allowed.

    Numbers that begin as one of `left_to_others` are left to a better modem, for a while. A text is
    encoded once, and stays with the modem that has begun it.
    """
    with transaction(db):
        _expire(db, now)
        text = sending_turn.next_text(
            db, now, encode, modem=modem, policy=policy, left_to_others=left_to_others
        )
        if text is None:
            return None
        texts.set_modem(db, text.id, modem)
        pending = (part for part in text_parts.of_text(db, text.id) if part.state == "pending")
        part = next(pending, None)
        if part is None:
            _settle(db, text.id, now)
            return None
        return ClaimedPart(id=part.id, tpdu=part.tpdu)


class NotOurs(PoskoError, RuntimeError):
    """The text was released meanwhile: another modem may be sending it."""


def part_sending(
    db: sqlite3.Connection, part_id: int, now: Moment, *, modem: str = ONE_MODEM
) -> None:
    """Note that the part is about to be handed over; only after this commit may it be.

    Raises NotOurs.
    """
    with transaction(db):
        if text_parts.owner(db, part_id) != modem:
            raise NotOurs(f"part {part_id} is no longer of {modem}")
        texts.set_state(db, text_parts.by_id(db, part_id).text_id, "sending", now=now.wall)
        text_parts.set_state(db, part_id, "sending", now=now.wall)


def part_sent(db: sqlite3.Connection, part_id: int, message_reference: int, now: Moment) -> None:
    """The network took the part and named it."""
    with transaction(db):
        _handed_over(db, part_id, "sent", now, message_reference)


def part_uncertain(db: sqlite3.Connection, part_id: int, now: Moment) -> None:
    """The part was handed over and no answer came: it may have been sent."""
    with transaction(db):
        _handed_over(db, part_id, "uncertain", now)


def _handed_over(
    db: sqlite3.Connection,
    part_id: int,
    state: str,
    now: Moment,
    message_reference: int | None = None,
) -> None:
    """Note the state of a part, which its status report may have overtaken."""
    text_parts.set_state(db, part_id, state, now=now.wall, message_reference=message_reference)
    part = text_parts.by_id(db, part_id)
    tail = _tail(texts.by_id(db, part.text_id).recipient)
    is_delivered = early_reports.take(
        db, tail, message_reference, modem=text_parts.owner(db, part_id), since=part.sent_at
    )
    if is_delivered is not None:
        _apply_report(db, part, is_delivered=is_delivered, now=now)
    _settle(db, part.text_id, now)


def part_refused(
    db: sqlite3.Connection,
    part_id: int,
    refusal: Refusal,
    error: str,
    now: Moment,
    *,
    modem: str = ONE_MODEM,
) -> None:
    """The modem or the network refused the part: try again later, or give the text up.

    Nothing happens to a text that was released meanwhile.
    """
    with transaction(db):
        if text_parts.owner(db, part_id) != modem:
            return
        text_id = text_parts.by_id(db, part_id).text_id
        text = texts.by_id(db, text_id)
        if refusal is Refusal.GIVE_UP:
            text_parts.set_state(db, part_id, "failed", now=now.wall)
            texts.set_state(db, text_id, "failed", now=now.wall, error=error)
            _conclude(db, texts.by_id(db, text_id), now)
            return
        delay = min(_FIRST_RETRY[refusal] * 2 ** min(text.attempts, 10), LONGEST_RETRY)
        text_parts.set_state(db, part_id, "pending", now=now.wall)
        is_begun = any(part.state != "pending" for part in text_parts.of_text(db, text_id))
        texts.set_state(
            db,
            text_id,
            "sending" if is_begun else "queued",
            now=now.wall,
            error=error,
            next_attempt_at=now.wall + delay,
        )


def release(db: sqlite3.Connection, modem: str) -> None:
    """A modem cannot send: what it has claimed and not begun may go with another."""
    with transaction(db):
        texts.release(db, modem)


def recover(
    db: sqlite3.Connection, now: Moment, *, modem: str = ONE_MODEM, others: Collection[str] = ()
) -> int:
    """After a restart of a modem's channel: its parts caught in the act are uncertain.

    So are those of modems that are no more, whose claims are freed; `others` are left alone.
    Return how many there were.
    """
    caught = text_parts.in_flight(db, others)
    with transaction(db):
        for part in caught:
            _handed_over(db, part.id, "uncertain", now)
        texts.adopt(db, [modem, *others])
    return len(caught)


def report(
    db: sqlite3.Connection,
    *,
    recipient: str,
    message_reference: int,
    is_delivered: bool,
    now: Moment,
    modem: str = ONE_MODEM,
) -> bool:
    """Apply a final status report; False when it belongs to nothing this modem has sent so far.

    It may overtake the answer that names its part, so it is kept for a while.
    """
    tail = _tail(recipient)
    if not tail:
        return False
    with transaction(db):
        part = text_parts.awaiting_report(
            db,
            recipient_tail=tail,
            message_reference=message_reference,
            since=now.wall - REPORT_WINDOW,
            modem=modem,
        )
        if part is None:
            early_reports.keep(
                db, tail, message_reference, is_delivered=is_delivered, modem=modem, at=now.wall
            )
            return False
        _apply_report(db, part, is_delivered=is_delivered, now=now)
        _settle(db, part.text_id, now)
    return True


def _tail(number: str) -> str:
    return "".join(char for char in number if char.isdigit())[-_RECIPIENT_TAIL_DIGITS:]


def _apply_report(
    db: sqlite3.Connection, part: TextPart, *, is_delivered: bool, now: Moment
) -> None:
    text_parts.set_state(db, part.id, "delivered" if is_delivered else "failed", now=now.wall)


def _expire(db: sqlite3.Connection, now: Moment) -> None:
    for text in texts.expire(db, now, _EXPIRED_AT_ONCE):
        _conclude(db, text, now)


def _settle(db: sqlite3.Connection, text_id: int, now: Moment) -> None:
    """The worst part tells the state of its text, once all have been tried."""
    states = {part.state for part in text_parts.of_text(db, text_id)}
    if states & {"pending", "sending"}:
        return
    for state in ("failed", "uncertain", "sent", "delivered"):
        if state in states:
            if texts.by_id(db, text_id).state == state:
                return
            texts.set_state(db, text_id, state, now=now.wall)
            _conclude(db, texts.by_id(db, text_id), now)
            return


def _conclude(db: sqlite3.Connection, text: Text, now: Moment) -> None:
    """A text has come to an end, maybe not the last: tell the city, and ask the deputy."""
    notifying.settled(db, text, now)
    if text.state not in get_args(FinalState) or text.request_id is None:
        return
    event = TextSettled(
        request_id=text.request_id,
        text_id=text.id,
        purpose=text.purpose,
        recipient=_recipient(db, text),
        state=cast("FinalState", text.state),
        at=now.wall,
        error=text.error,
    )
    outbox.append(db, Lane.STATISTICS, event, subject=text.request_id, now=now)
    forwarding.pass_on(db, text, now)


def _recipient(db: sqlite3.Connection, text: Text) -> str:
    """Masked; of what is sealed not even so."""
    request = requests.by_id(db, text.request_id or "")
    if request is not None and sealing.holder_of(db, request) is not None:
        return sms_inbox.CONCEALED
    return Msisdn(text.recipient).masked
