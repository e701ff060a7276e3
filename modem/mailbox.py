"""The driver's mailbox on top of the box's database: what comes in, what goes out, how it is.

Implements `modem.driver.Mailbox`. Knows actions, no serial port.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Collection
from datetime import date

from appliance.actions.box import health
from appliance.actions.cases import alerting
from appliance.actions.officials import forwarding
from appliance.actions.sms import sim_unlocking
from appliance.actions.sms.sending import NO_LIMITS, ONE_MODEM
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms.sending_policy import SendingPolicy
from modem.advice import advise
from modem.committing import Committer
from modem.events import Health, ModemState, OutgoingPart, Reset, Verdict
from modem.inbound import Inbound
from modem.operators import of_network
from modem.outbound import Outbound
from modem.roster import Roster

log = logging.getLogger(__name__)

# What changes with each message is stated this often: each statement costs the card a commit.
_RESTATE_EVERY_S = 60.0
# Officials who have not answered are looked for this often.
_ESCALATE_EVERY_S = 30.0


class SmsMailbox:
    """Call `recover` once before the driver runs, and `act` in every turn."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        now: Callable[[], Moment],
        new_id: Callable[[], str],
        first_reference: int,
        modem: str = ONE_MODEM,
        roster: Roster | None = None,
        policy: SendingPolicy = NO_LIMITS,
        own_numbers: Collection[Msisdn] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._now = now
        self._modem = modem
        self._clock = clock
        self._health: Health | None = None
        self._restate_at_s = 0.0
        self._escalate_at_s = 0.0
        self._committer = Committer(clock)
        self._roster = roster or Roster([modem])
        self._inbound = Inbound(
            db,
            self._committer,
            modem=modem,
            now=now,
            new_id=new_id,
            turn=self._roster.turn,
            clock=clock,
            own_numbers=own_numbers,
        )
        self._outbound = Outbound(
            db,
            self._committer,
            modem=modem,
            roster=self._roster,
            policy=policy,
            now=now,
            first_reference=first_reference,
            clock=clock,
        )

    def recover(self) -> None:
        """Settle what an earlier run left: parts in the act of sending, messages not acted on."""
        self._outbound.recover()
        self.act()

    def receive(self, pdu: bytes, *, memory: str, index: int | None) -> None:
        """Commit a PDU; raise `NotStoredError` if the database cannot take it now."""
        self._inbound.receive(pdu, memory=memory, index=index)

    def act(self) -> None:
        """Act on every message that is whole, or has waited too long for its parts.

        Now and then, ask officials again who have not answered, the duty officer first.
        """
        if self._inbound.act():
            self._outbound.look_again()
        if self._clock() >= self._escalate_at_s:
            self._escalate_at_s = self._clock() + _ESCALATE_EVERY_S
            if alerting.is_any_due(self._db, self._now()):
                self._committer.guard(self._alert)
            if forwarding.is_any_due(self._db, self._now()):
                self._committer.guard(self._escalate)
        if self._health is not None and self._clock() >= self._restate_at_s:
            self._state(self._health)

    def _alert(self) -> None:
        alerting.repeat(self._db, self._now())
        self._outbound.look_again()

    def _escalate(self) -> None:
        if asked := forwarding.escalate(self._db, self._now()):
            log.info("Asked officials anew, or others in their place. texts=%s", asked)
            self._outbound.look_again()

    def next_part(self) -> OutgoingPart | None:
        """The next part to send now, or None."""
        return self._outbound.next_part()

    def sending(self, part_id: int) -> None:
        """Commit that the part is being handed over; raise `NotStoredError` if it must not be."""
        self._outbound.sending(part_id)

    def sent(self, part_id: int, reference: int) -> None:
        """Note that the network took the part."""
        self._outbound.sent(part_id, reference)

    def refused(self, part_id: int, error: str, verdict: Verdict) -> None:
        """Note a refusal; one that concerns everybody pauses the queue."""
        self._outbound.refused(part_id, error, verdict)

    def uncertain(self, part_id: int, error: str) -> None:
        """Note that nobody knows; a status report may still tell."""
        self._outbound.uncertain(part_id, error)

    def spend_pin(self, key: str) -> bool:
        """Commit that a PIN is tried; False if it was tried before and not accepted."""
        granted: list[bool] = []
        self._committer.store(
            lambda: granted.append(sim_unlocking.spend_pin(self._db, key, self._now()))
        )
        return granted[0]

    def pin_accepted(self, key: str) -> None:
        """Note that the SIM took the PIN; without the note a person has to unlock it again."""
        self._committer.guard(lambda: sim_unlocking.pin_accepted(self._db, key, self._now()))

    def resets(self) -> dict[Reset, int]:
        """How often the modem was reset in which way, as the gauges say."""
        stated = health.stated(self._db, self._modem)
        return {reset: int(stated.get(f"resets_{reset}", "0")) for reset in Reset}

    def modem_state(self, health_now: Health) -> None:
        """State the health as gauges; what an ailing modem has not begun may go with another."""
        self._roster.state(self._modem, health_now)
        if health_now.state is not ModemState.READY:
            self._outbound.release()
        self._health = health_now
        self._state(health_now)

    def _state(self, health_now: Health) -> None:
        self._restate_at_s = self._clock() + _RESTATE_EVERY_S
        about_modem = advise(health_now, self._now().wall.date())
        values = {
            "state": str(health_now.state),
            "profile": health_now.profile,
            "registered": "yes" if health_now.is_registered else "no",
            "signal_dbm": _shown(health_now.signal_dbm),
            "slots_used": _shown(health_now.used),
            "slots_total": _shown(health_now.total),
            "balance_rp": _shown(health_now.account.balance_rp),
            "valid_until": _shown(health_now.account.valid_until),
            "errors": self._outbound.errors,
            "last_received_at": _shown(self._inbound.last_received_at),
            "advice": "; ".join(filter(None, (about_modem, self._outbound.advice))),
            "operator": _operator_name(health_now.operator),
            **{f"resets_{reset}": str(count) for reset, count in health_now.resets},
        }
        self._committer.guard(lambda: health.state(self._db, self._modem, values, self._now()))


def _operator_name(network: str) -> str:
    operator = of_network(network)
    return operator.name if operator else network


def _shown(value: int | date | None) -> str:
    """As ISO 8601 where it is a date or time."""
    return "" if value is None else str(value)
