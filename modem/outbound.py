"""SMS going out: queued texts become parts, and what became of each is written down.

Nothing is sent before what is known of the last part is written. Knows SMS and actions, no serial
port.
"""

import logging
import sqlite3
from collections import Counter, deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from appliance.actions.box import health
from appliance.actions.sms import sending, texting
from appliance.domain.moment import Moment
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.store.commits import Watcher
from modem.committing import Committer
from modem.driver import NotStoredError
from modem.events import OutgoingPart, Verdict
from modem.pdu import concat, gsm7, submit, validity
from modem.roster import Roster

log = logging.getLogger(__name__)

# Due times of retries are looked at this often when nobody has written to the database.
_DUE_EVERY_S = 1.0
# Nothing is tried for so long after a refusal that concerns everybody (no credit, barred SIM).
_STOP_PAUSE_S = 1800.0
_STOPS_IN_A_ROW = 3
# Shorter than the first retry of a text, so that another one has its turn in between.
_FIRST_PAUSE_S = 20.0
# So many error codes are told; the rarest are left out.
_CODES = 8
_REFUSALS = {
    Verdict.TEMPORARY: sending.Refusal.RETRY,
    Verdict.LASTING: sending.Refusal.RETRY_LATER,
    Verdict.PERMANENT: sending.Refusal.GIVE_UP,
    Verdict.STOP: sending.Refusal.RETRY_LATER,
}
# What a technician does about them.
_TOP_UP = "top up the SIM, and see that it is not barred"
_REMEDIES = {
    "CMS 330": "set the number of the operator's SMS centre in a phone, or with AT+CSCA",
}


class Outbound:
    """The queue of texts as the modem sees it: one part at a time."""

    def __init__(
        self,
        db: sqlite3.Connection,
        committer: Committer,
        *,
        modem: str,
        roster: Roster,
        policy: SendingPolicy,
        now: Callable[[], Moment],
        first_reference: int,
        clock: Callable[[], float],
    ) -> None:
        self._db = db
        self._committer = committer
        self._modem = modem
        self._roster = roster
        self._policy = policy
        self._now = now
        self._reference = first_reference
        self._clock = clock
        self._watcher = Watcher(db)
        self._is_dirty = True
        self._due_at_s = 0.0
        self._paused_until_s = 0.0
        self._stops = 0
        self._errors: Counter[str] = Counter()
        self._refused_for_all: str | None = None
        self._outcomes: deque[Callable[[], None]] = deque()

    @property
    def errors(self) -> str:
        """Refusals by their code since the start, the commonest first: "CMS 38:2 CMS 500:1"."""
        return " ".join(f"{error}:{count}" for error, count in self._errors.most_common(_CODES))

    @property
    def advice(self) -> str:
        """What to do where a refusal concerns every text, or ""."""
        error = self._refused_for_all
        if not error:
            return ""
        return f"no text goes out ({error}): {_REMEDIES.get(error, _TOP_UP)}"

    def recover(self) -> None:
        """Settle the parts that an earlier run left in the act of sending."""
        self._note(self._settle_caught)

    def _settle_caught(self) -> None:
        others = self._roster.modems - {self._modem}
        caught = sending.recover(self._db, self._now(), modem=self._modem, others=others)
        if caught:
            log.warning("Parts were being sent at the last stop; outcome unknown. count=%s", caught)

    def look_again(self) -> None:
        """Somebody of this process has queued a text (a `Watcher` sees only other connections)."""
        self._is_dirty = True

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
        claimed: list[sending.ClaimedPart | None] = []
        self._committer.guard(
            lambda: claimed.append(
                sending.claim_part(
                    self._db,
                    self._now(),
                    self._encode,
                    modem=self._modem,
                    policy=self._policy,
                    left_to_others=self._roster.left_to_others(self._modem),
                )
            )
        )
        part = claimed[0] if claimed else None
        self._is_dirty = part is not None
        return OutgoingPart(part_id=part.id, tpdu=part.tpdu) if part else None

    def _encode(self, recipient: str, body: str) -> list[bytes]:
        self._reference = (self._reference + 1) % 256
        lasts = validity.relative_octet(texting.VALIDITY // timedelta(minutes=1))
        return [
            submit.encode_submit(
                recipient=recipient,
                content=segment.content,
                header=segment.header,
                validity=lasts,
                wants_report=True,
            )
            for segment in concat.split(gsm7.plain(body), self._reference)
        ]

    def sending(self, part_id: int) -> None:
        """Commit that the part is being handed over; raise `NotStoredError` if it must not be."""
        try:
            self._committer.store(
                lambda: sending.part_sending(self._db, part_id, self._now(), modem=self._modem)
            )
        except sending.NotOurs as error:
            raise NotStoredError(str(error)) from error

    def sent(self, part_id: int, reference: int) -> None:
        """Note that the network took the part."""
        self._stops = 0
        self._note(partial(sending.part_sent, self._db, part_id, reference, self._now()))
        self._set_refused_for_all("")

    def refused(self, part_id: int, error: str, verdict: Verdict) -> None:
        """Note a refusal; one that concerns everybody pauses the queue."""
        log.warning("A text was refused. part=%s error=%s verdict=%s", part_id, error, verdict)
        self._errors[error] += 1
        refusal = _REFUSALS[verdict]
        refuse = partial(sending.part_refused, self._db, part_id, refusal, error, self._now())
        self._note(partial(refuse, modem=self._modem))
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
        self.release()

    def uncertain(self, part_id: int, error: str) -> None:
        """Note that nobody knows; a status report may still tell."""
        log.warning(
            "A text may have been sent or not; it is not repeated. part=%s error=%s", part_id, error
        )
        self._errors[error] += 1
        self._note(partial(sending.part_uncertain, self._db, part_id, self._now()))

    def release(self) -> None:
        """This modem cannot send now: let another one, if there is any."""
        if len(self._roster.modems) > 1:
            self._committer.guard(lambda: sending.release(self._db, self._modem))

    def _note(self, outcome: Callable[[], None]) -> None:
        """Write an outcome, as soon as the database takes it; a crash leaves it uncertain."""
        self._outcomes.append(outcome)
        self._write_outcomes()

    def _write_outcomes(self) -> None:
        while self._outcomes and self._committer.guard(self._outcomes[0]):
            self._outcomes.popleft()
            self._is_dirty = True

    def _set_refused_for_all(self, error: str) -> None:
        if error != self._refused_for_all:
            self._refused_for_all = error
            values = {"sending_paused": error or "no"}
            self._committer.guard(lambda: health.state(self._db, self._modem, values, self._now()))
