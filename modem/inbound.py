"""SMS coming in: every TPDU is committed as it came, then whole messages are acted on.

Acting is a second transaction, repeated after a crash until it is done. Knows SMS and actions, no
serial port.
"""

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from appliance.actions.sms import amending, answering, sending
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms import judging
from appliance.domain.sms.judging import Judge
from appliance.domain.sms.received import Command, Ignore, ReceivedPart, ReceivedSms, Report
from appliance.runtime.logs import Masked
from appliance.store.officials import directory as officials
from appliance.store.sms import sms_inbox
from modem import grammar, reading
from modem.assembly import Message, assemble, completed, fair, is_repetition
from modem.committing import Committer
from modem.pdu import tpdu
from modem.pdu.errors import PduError
from modem.senders import phone_of

log = logging.getLogger(__name__)

# Parts of one message come within seconds, mostly; those that come later amend it.
MISSING_AFTER = timedelta(minutes=3)
# So long parts that would fill a gap may still turn out to begin another message.
_LATE_AFTER = timedelta(minutes=1)
# References (8 bits) of one phone come around again.
_AMENDED_WITHIN = timedelta(hours=24)
# Each is a transaction: the modem must not wait for many of them.
_MESSAGES_PER_TURN = 10
# An SMSC address and the longest TPDU (23.040 9.2): what is longer is no message.
_MAX_PDU_OCTETS = 176
# Raw octets kept of something unreadable (CHECK of sms_parts.tpdu).
_QUARANTINE_OCTETS = 400
# Messages with missing parts are looked at this often.
_GAPS_EVERY_S = 5.0


class Inbound:
    """What the modem read; `act` is cheap to call in every turn."""

    def __init__(
        self,
        db: sqlite3.Connection,
        committer: Committer,
        *,
        modem: str,
        now: Callable[[], Moment],
        new_id: Callable[[], str],
        turn: threading.Lock,
        clock: Callable[[], float],
        own_numbers: Collection[Msisdn] = (),
    ) -> None:
        self._db = db
        self._modem = modem
        self._own_numbers = own_numbers
        self._committer = committer
        self._now = now
        self._new_id = new_id
        self._turn = turn
        self._clock = clock
        self.last_received_at: datetime | None = None
        self._act_at_s = 0.0

    def receive(self, pdu: bytes, *, memory: str, index: int | None) -> None:
        """Commit a PDU; raise `NotStoredError` if the database cannot take it now."""
        self._committer.store(lambda: self._keep(pdu))
        self._act_at_s = 0.0
        self.last_received_at = self._now().wall.replace(microsecond=0)
        log.debug("Kept a PDU. memory=%s index=%s", memory, index)

    def _keep(self, pdu: bytes) -> None:
        try:
            message = _decode(pdu)
        except PduError as error:
            self._quarantine(pdu, str(error))
            return
        if isinstance(message, tpdu.StatusReport):
            self._apply_report(message)
            return
        part = _received_part(pdu, message)
        try:
            is_new = not self._is_sent_again(part) and answering.keep_part(
                self._db, part, self._now()
            )
        except sqlite3.IntegrityError as error:
            # This message, not the database, is at fault: it must not block its slot for good.
            self._quarantine(pdu, str(error))
            return
        if not is_new:
            log.info("Ignored a PDU that came before. sender=%s", Masked(message.sender.number))

    def _is_sent_again(self, part: ReceivedPart) -> bool:
        """Whether a phone repeats a part that still waits for the others: the stamp is new."""
        if part.concat_key is None:
            return False
        return is_repetition(part, sms_inbox.waiting_at(self._db, part.concat_key, part.part))

    def _quarantine(self, pdu: bytes, reason: str) -> None:
        fingerprint = hashlib.sha256(pdu).hexdigest()
        answering.quarantine(self._db, fingerprint, pdu[:_QUARANTINE_OCTETS], self._now())
        log.warning("Quarantined an unreadable PDU. octets=%s error=%s", len(pdu), reason)

    def _apply_report(self, report: tpdu.StatusReport) -> None:
        if report.is_final:
            sending.report(
                self._db,
                recipient=report.recipient.number,
                message_reference=report.reference,
                is_delivered=report.is_delivered,
                now=self._now(),
                modem=self._modem,
            )

    def act(self) -> bool:
        """Act on messages that are whole, or have waited too long for their parts.

        Looks only after a reception, and now and then for gaps; takes few messages a turn, and
        everybody's first before anybody's second. Return whether it acted.
        """
        now_s = self._clock()
        if now_s < self._act_at_s:
            return False
        self._act_at_s = now_s + _GAPS_EVERY_S
        with self._turn:
            return self._act_on_some(now_s)

    def _act_on_some(self, now_s: float) -> bool:
        messages = fair(assemble(sms_inbox.waiting(self._db)))
        acts = [act for message in messages if (act := self._due(message))]
        for act in acts[:_MESSAGES_PER_TURN]:
            if not self._committer.guard(act):
                return act is not acts[0]
        if len(acts) > _MESSAGES_PER_TURN:
            self._act_at_s = now_s
        return bool(acts)

    def _due(self, message: Message) -> Callable[[], None] | None:
        """What to do with a message now; None while its parts may still come."""
        if message.is_complete:
            return partial(self._act_on, message)
        waited = message.oldest.waited(self._now())
        if waited < _LATE_AFTER:
            return None
        if self._came_before(message):
            return partial(self._act_on, message, Ignore("repeated parts"))
        if (amended := self._earlier(message)) is not None:
            sms_id, whole = amended
            if whole.is_wiped:
                return partial(self._amend_sealed, sms_id, message)
            return partial(self._amend, sms_id, whole, message)
        return partial(self._act_on, message) if waited >= MISSING_AFTER else None

    def _came_before(self, message: Message) -> bool:
        """Whether a message that was acted on has all that these parts say."""
        key = message.oldest.concat_key or ""
        taken = sms_inbox.taken(self._db, key, self._now(), _AMENDED_WITHIN)
        return all(is_repetition(part, taken) for part in message.parts.values())

    def _earlier(self, message: Message) -> tuple[int, Message] | None:
        """The message with gaps that these parts fill, with its row."""
        key = message.oldest.concat_key or ""
        found = sms_inbox.with_gaps(self._db, key, self._now(), _AMENDED_WITHIN)
        whole = completed(found[1], message) if found else None
        return (found[0], whole) if found and whole else None

    def _amend(self, sms_id: int, whole: Message, late: Message) -> None:
        old = Message(whole.total, {n: p for n, p in whole.parts.items() if n not in late.parts})
        judge = judging.judge()
        sms, command = self._read(whole, judge)
        request_id = self._take(
            lambda command: amending.amend(
                self._db,
                sms_id,
                late.part_ids,
                sms,
                command,
                before=_report_of(old.text()),
                now=self._now(),
                new_id=self._new_id,
                judge=judge,
            ),
            command,
        )
        log.info(
            "Amended an SMS by a late part. parts=%s/%s request=%s",
            len(whole.parts),
            whole.total,
            request_id,
        )

    def _amend_sealed(self, sms_id: int, late: Message) -> None:
        judge = judging.judge()
        sms, command = self._read(late, judge)
        request_id = self._take(
            lambda command: amending.amend_sealed(
                self._db,
                sms_id,
                sms,
                command,
                now=self._now(),
                new_id=self._new_id,
                judge=judge,
            ),
            command,
        )
        log.info("Sealed a late part of an SMS. request=%s", request_id)

    def _act_on(self, message: Message, instead: Command | None = None) -> None:
        judge = judging.judge()
        sms, read = self._read(message, judge)
        command = instead or read
        request_id = self._take(
            lambda command: answering.answer(
                self._db, sms, command, self._now(), self._new_id, judge=judge
            ),
            command,
        )
        log.info(
            "Took in an SMS. sender=%s parts=%s/%s command=%s request=%s",
            Masked(sms.sender),
            len(message.parts),
            message.total,
            type(command).__name__,
            request_id,
        )

    def _read(self, message: Message, judge: Judge) -> tuple[ReceivedSms, Command]:
        return reading.read(message, self._own_numbers, self._is_official, judge)

    def _take(self, act: Callable[[Command], str | None], command: Command) -> str | None:
        """Act; one message that no action can take must not stop those behind it."""
        try:
            return act(command)
        except (ValueError, sqlite3.IntegrityError) as error:
            log.error("Put an SMS aside. error=%s", type(error).__name__)
            return act(Ignore(f"failed: {type(error).__name__}"))

    def _is_official(self, phone: Msisdn) -> bool:
        return bool(officials.by_phone(self._db, phone, self._now().day))


def _decode(pdu: bytes) -> tpdu.Deliver | tpdu.StatusReport:
    if len(pdu) > _MAX_PDU_OCTETS:
        raise PduError("longer than any message")
    return tpdu.decode(pdu)


def _received_part(pdu: bytes, message: tpdu.Deliver) -> ReceivedPart:
    part = message.concat
    number = message.sender.number
    fingerprint = message.fingerprint()
    if part is None or message.is_service:
        return ReceivedPart(fingerprint=fingerprint, tpdu=pdu, sender=number)
    phone = phone_of(number)
    width = 16 if part.is_wide else 8
    key = f"{phone.e164 if phone else number}/{part.reference}/{width}/{part.total}"
    return ReceivedPart(
        fingerprint=fingerprint,
        tpdu=pdu,
        sender=number,
        concat_key=key,
        total=part.total,
        part=part.sequence,
    )


def _report_of(text: str) -> str:
    """What of a text has become the text of a request."""
    command = grammar.parse(text)
    return command.text if isinstance(command, Report) else text
