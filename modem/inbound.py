"""SMS coming in: every TPDU is committed as it came, then whole messages are acted on.

Acting is a second transaction, repeated after a crash until it is done. Knows SMS and actions, no
serial port.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from appliance.actions import answering, sending
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms import Command, Ignore, ReceivedPart, ReceivedSms
from appliance.runtime.logs import Masked
from appliance.store import sms_inbox
from modem import grammar
from modem.assembly import Message, assemble
from modem.committing import Committer
from modem.pdu import tpdu
from modem.pdu.errors import PduError

log = logging.getLogger(__name__)

# Parts of one message come within seconds, or after the sender's next good signal.
MISSING_AFTER = timedelta(minutes=30)
# An SMSC address and the longest TPDU (23.040 9.2): what is longer is no message.
_MAX_PDU_OCTETS = 176
# Raw octets kept of something unreadable (CHECK of sms_parts.tpdu).
_QUARANTINE_OCTETS = 400
# Shorter numbers belong to services (operators: 888, 1708, 4444).
_MIN_PERSON_DIGITS = 7
# Messages with missing parts are looked at this often.
_GAPS_EVERY_S = 5.0


class Inbound:
    """What the modem read; `act` is cheap to call in every turn."""

    def __init__(
        self,
        db: sqlite3.Connection,
        committer: Committer,
        *,
        now: Callable[[], Moment],
        new_id: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        self._db = db
        self._committer = committer
        self._now = now
        self._new_id = new_id
        self._clock = clock
        self._act_at_s = 0.0

    def receive(self, pdu: bytes, *, memory: str, index: int | None) -> None:
        """Commit a PDU; raise `NotStoredError` if the database cannot take it now."""
        self._committer.store(lambda: self._keep(pdu))
        self._act_at_s = 0.0
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
        try:
            is_new = answering.keep_part(self._db, _received_part(pdu, message), self._now())
        except sqlite3.IntegrityError as error:
            # This message, not the database, is at fault: it must not block its slot for good.
            self._quarantine(pdu, str(error))
            return
        if not is_new:
            log.info("Ignored a PDU that came before. sender=%s", Masked(message.sender.number))

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
            )

    def act(self) -> bool:
        """Act on every message that is whole, or has waited too long for its parts.

        Looks only after a reception, and now and then for gaps. Return whether it acted.
        """
        now_s = self._clock()
        if now_s < self._act_at_s:
            return False
        self._act_at_s = now_s + _GAPS_EVERY_S
        has_acted = False
        for message in assemble(sms_inbox.waiting(self._db)):
            waited = self._now().wall - message.oldest.received_at
            if not message.is_complete and waited < MISSING_AFTER:
                continue
            if not self._committer.guard(partial(self._act_on, message)):
                break
            has_acted = True
        return has_acted

    def _act_on(self, message: Message) -> None:
        sms = ReceivedSms(
            sender=message.oldest.sender,
            phone=phone_of(message.oldest.sender),
            text=message.text(),
            part_ids=message.part_ids,
            sent_stamp=message.sent_stamp,
        )
        command = _command(message, sms)
        try:
            request_id = self._answer(sms, command)
        except (ValueError, sqlite3.IntegrityError) as error:
            # One message that no action can take must not stop those behind it.
            log.error("Put an SMS aside. error=%s", type(error).__name__)
            request_id = self._answer(sms, Ignore(f"failed: {type(error).__name__}"))
        log.info(
            "Took in an SMS. sender=%s parts=%s/%s command=%s request=%s",
            Masked(sms.sender),
            len(message.parts),
            message.total,
            type(command).__name__,
            request_id,
        )

    def _answer(self, sms: ReceivedSms, command: Command) -> str | None:
        return answering.answer(self._db, sms, command, self._now(), self._new_id)


def _decode(pdu: bytes) -> tpdu.Deliver | tpdu.StatusReport:
    if len(pdu) > _MAX_PDU_OCTETS:
        raise PduError("longer than any message")
    return tpdu.decode(pdu)


def phone_of(sender: str) -> Msisdn | None:
    """Return the sender as a number that may be answered; None for names and short codes."""
    try:
        return Msisdn.parse(sender)
    except BadInput:
        return None


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


def _command(message: Message, sms: ReceivedSms) -> Command:
    deliveries = message.deliveries()
    if any(delivery.is_service for delivery in deliveries):
        return Ignore("service message")
    if any(not _is_person(delivery) for delivery in deliveries):
        return Ignore("sender is no person")
    return grammar.parse(sms.text)


def _is_person(delivery: tpdu.Deliver) -> bool:
    """Names and short codes are operators and shops; any longer number may be a resident's."""
    digits = sum(char.isdigit() for char in delivery.sender.number)
    return not delivery.sender.is_alphanumeric and digits >= _MIN_PERSON_DIGITS
