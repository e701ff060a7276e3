"""The driver's mailbox on top of the box's database: SMS to actions, queued texts to parts.

Every TPDU is committed as it came before the SIM may forget it; acting on whole messages is a
second transaction, repeated after a crash until it is done. Knows SMS and actions, no serial port.
"""

import hashlib
import logging
import math
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from appliance.actions import answering, health, texting
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms import Command, Ignore, ReceivedPart, ReceivedSms
from appliance.runtime.logs import Masked
from appliance.store import sms_inbox
from appliance.store.database import Watcher
from appliance.store.errors import StoreFull
from modem import grammar
from modem.assembly import Message, assemble
from modem.driver import NotStoredError
from modem.events import Health, OutgoingPart, Verdict
from modem.pdu import concat, gsm7, tpdu
from modem.pdu.errors import PduError

log = logging.getLogger(__name__)

PROCESS = "modem"
# Parts of one message come within seconds, or after the sender's next good signal.
MISSING_AFTER = timedelta(minutes=30)
# An SMSC address and the longest TPDU (23.040 9.2): what is longer is no message.
_MAX_PDU_OCTETS = 176
# Raw octets kept of something unreadable (CHECK of sms_parts.tpdu).
_QUARANTINE_OCTETS = 400
# Due times of retries are looked at this often when nobody has written to the database.
_DUE_EVERY_S = 1.0
# Shorter numbers belong to services (operators: 888, 1708, 4444).
_MIN_PERSON_DIGITS = 7
# Messages with missing parts are looked at this often.
_GAPS_EVERY_S = 5.0
# Nothing is tried for so long after a refusal that concerns everybody (no credit, barred SIM).
_STOP_PAUSE_S = 1800.0
_STOPS_IN_A_ROW = 3
# Shorter than the first retry of a text, so that another one has its turn in between.
_FIRST_PAUSE_S = 20.0
# A database that refuses for so long is not just busy: our connection may be stuck.
_LONGEST_REFUSAL_S = 60.0
_REFUSALS = {
    Verdict.TEMPORARY: texting.Refusal.RETRY,
    Verdict.PERMANENT: texting.Refusal.GIVE_UP,
    Verdict.STOP: texting.Refusal.RETRY,
}


class Patience:
    """How long a database may refuse every change; refusals far apart do not add up."""

    def __init__(self) -> None:
        self._first_s = self._last_s = -math.inf

    def is_over(self, now_s: float) -> bool:
        """Note a refusal; tell whether there has been nothing else for too long."""
        if now_s - self._last_s > _LONGEST_REFUSAL_S:
            self._first_s = now_s
        self._last_s = now_s
        return now_s - self._first_s > _LONGEST_REFUSAL_S

    def renew(self) -> None:
        """A change went through."""
        self._first_s = self._last_s = -math.inf


class SmsMailbox:
    """Implements `modem.driver.Mailbox`; call `recover` once before the driver runs."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        now: Callable[[], Moment],
        new_id: Callable[[], str],
        first_reference: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._now = now
        self._new_id = new_id
        self._reference = first_reference
        self._clock = clock
        self._watcher = Watcher(db)
        self._is_dirty = True
        self._due_at_s = 0.0
        self._paused_until_s = 0.0
        self._stops = 0
        self._refused_for_all: str | None = None
        self._act_at_s = 0.0
        self._is_failure_logged = False
        self._patience = Patience()
        self._outcomes: deque[Callable[[], None]] = deque()

    def recover(self) -> None:
        """Settle what an earlier run left: parts in the act of sending, messages not acted on."""
        self._note(self._settle_caught)
        self.act()

    def _settle_caught(self) -> None:
        caught = texting.recover(self._db, self._now())
        if caught:
            log.warning("Parts were being sent at the last stop; outcome unknown. count=%s", caught)

    # Received

    def receive(self, pdu: bytes, *, memory: str, index: int | None) -> None:
        """Commit a PDU; raise `NotStoredError` if the database cannot take it now."""
        self._store(lambda: self._keep(pdu))
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
            texting.report(
                self._db,
                recipient=report.recipient.number,
                message_reference=report.reference,
                is_delivered=report.is_delivered,
                now=self._now(),
            )

    def act(self) -> None:
        """Act on every message that is whole, or has waited too long for its parts.

        Cheap to call in every turn: looks only after a reception, and now and then for gaps.
        """
        now_s = self._clock()
        if now_s >= self._act_at_s:
            self._act_at_s = now_s + _GAPS_EVERY_S
            for message in assemble(sms_inbox.waiting(self._db)):
                waited = self._now().wall - message.oldest.received_at
                is_due = message.is_complete or waited >= MISSING_AFTER
                if is_due and not self._guard(partial(self._act_on, message)):
                    break

    def _act_on(self, message: Message) -> None:
        sms = ReceivedSms(
            sender=message.oldest.sender,
            phone=phone_of(message.oldest.sender),
            text=message.text(),
            part_ids=message.part_ids,
        )
        command = _command(message, sms)
        try:
            request_id = self._answer(sms, command)
        except (ValueError, sqlite3.IntegrityError) as error:
            # One message that no action can take must not stop those behind it.
            log.error("Put an SMS aside. error=%s", type(error).__name__)
            request_id = self._answer(sms, Ignore(f"failed: {type(error).__name__}"))
        self._is_dirty = True
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

    # Sent

    def next_part(self) -> OutgoingPart | None:
        """The next part, unless a refusal for everybody has just been met.

        Nothing is sent before what is known of the last part is written.
        """
        self._write_outcomes()
        now_s = self._clock()
        is_due = self._watcher.changed() or self._is_dirty or now_s >= self._due_at_s
        if not is_due or self._outcomes or now_s < self._paused_until_s:
            return None
        self._due_at_s = now_s + _DUE_EVERY_S
        claimed: list[texting.ClaimedPart | None] = []
        self._guard(lambda: claimed.append(texting.claim_part(self._db, self._now(), self._encode)))
        part = claimed[0] if claimed else None
        self._is_dirty = part is not None
        return OutgoingPart(part_id=part.id, tpdu=part.tpdu) if part else None

    def _encode(self, recipient: str, body: str) -> list[bytes]:
        self._reference = (self._reference + 1) % 256
        validity = tpdu.relative_validity(texting.VALIDITY // timedelta(minutes=1))
        return [
            tpdu.encode_submit(
                recipient=recipient,
                content=segment.content,
                header=segment.header,
                validity=validity,
                wants_report=True,
            )
            for segment in concat.split(gsm7.plain(body), self._reference)
        ]

    def sending(self, part_id: int) -> None:
        """Commit that the part is being handed over; raise `NotStoredError` if it must not be."""
        self._store(lambda: texting.part_sending(self._db, part_id, self._now()))

    def sent(self, part_id: int, reference: int) -> None:
        """Note that the network took the part."""
        self._stops = 0
        self._note(partial(texting.part_sent, self._db, part_id, reference, self._now()))
        self._set_refused_for_all("")

    def refused(self, part_id: int, error: str, verdict: Verdict) -> None:
        """Note a refusal; one that concerns everybody pauses the queue."""
        log.warning("A text was refused. part=%s error=%s verdict=%s", part_id, error, verdict)
        refusal = _REFUSALS[verdict]
        self._note(partial(texting.part_refused, self._db, part_id, refusal, error, self._now()))
        if verdict is Verdict.STOP:
            self._pause(error)

    def _pause(self, error: str) -> None:
        """One such refusal may concern its recipient; several in a row concern everybody."""
        self._stops += 1
        if self._stops < _STOPS_IN_A_ROW:
            self._paused_until_s = self._clock() + _FIRST_PAUSE_S
            return
        log.error(
            "Sending is paused; check the SIM's credit and registration. error=%s pause_s=%s",
            error,
            _STOP_PAUSE_S,
        )
        self._stops = 0
        self._paused_until_s = self._clock() + _STOP_PAUSE_S
        self._set_refused_for_all(error)

    def uncertain(self, part_id: int) -> None:
        """Note that nobody knows; a status report may still tell."""
        log.warning("No answer to a text; it is not repeated. part=%s", part_id)
        self._note(partial(texting.part_uncertain, self._db, part_id, self._now()))

    def _note(self, outcome: Callable[[], None]) -> None:
        """Write an outcome, as soon as the database takes it; a crash leaves it uncertain."""
        self._outcomes.append(outcome)
        self._write_outcomes()

    def _write_outcomes(self) -> None:
        while self._outcomes and self._guard(self._outcomes[0]):
            self._outcomes.popleft()
            self._is_dirty = True

    # Health

    def modem_state(self, health_now: Health) -> None:
        """State the health as gauges."""
        values = {
            "state": str(health_now.state),
            "profile": health_now.profile,
            "registered": "yes" if health_now.is_registered else "no",
            "signal_dbm": _shown(health_now.signal_dbm),
            "slots_used": _shown(health_now.used),
            "slots_total": _shown(health_now.total),
            "restarts": str(health_now.restarts),
        }
        self._guard(lambda: health.state(self._db, PROCESS, values, self._now()))

    def _set_refused_for_all(self, error: str) -> None:
        if error != self._refused_for_all:
            self._refused_for_all = error
            values = {"sending_paused": error or "no"}
            self._guard(lambda: health.state(self._db, PROCESS, values, self._now()))

    def _store(self, write: Callable[[], None]) -> None:
        """Write what the caller must know to be committed, or raise `NotStoredError`."""
        try:
            write()
        except (sqlite3.Error, StoreFull) as error:
            self._bear(error)
            raise NotStoredError(str(error)) from error
        self._worked()

    def _guard(self, write: Callable[[], None]) -> bool:
        """Write what can as well be written later; return whether it is."""
        try:
            write()
        except (sqlite3.OperationalError, StoreFull) as error:
            self._bear(error)
            return False
        self._worked()
        return True

    def _bear(self, error: sqlite3.Error | StoreFull) -> None:
        """A full disk passes; any other refusal that lasts is raised, to begin anew with a crash.

        A new process opens the database again, and looks it over first.
        """
        if not self._is_failure_logged:
            self._is_failure_logged = True
            log.warning("Cannot write to the database; check disk space. error=%s", error)
        if not isinstance(error, StoreFull) and self._patience.is_over(self._clock()):
            log.error("The database refuses every change; starting again. error=%s", error)
            raise error

    def _worked(self) -> None:
        self._is_failure_logged = False
        self._patience.renew()


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


def _shown(value: int | None) -> str:
    return "" if value is None else str(value)
