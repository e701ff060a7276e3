"""The modem's life: bytes and time in, effects out; pure, one procedure at a time.

Knows what follows the end of a procedure, be it a result or a failure, and what a line changes
that nobody asked for. How steps are taken is in `runner`, what is to be done next in `duties`, how
hard to try in `recovery`. Does not know ports, clocks or the mailbox.
"""

from collections.abc import Mapping
from dataclasses import replace

from modem.duties import Duties, merge
from modem.events import (
    Effect,
    Event,
    Health,
    ModemState,
    Noted,
    NoteSending,
    OutgoingPart,
    Perform,
    PinSpent,
    PortLost,
    PortMissing,
    PortOpened,
    Received,
    Report,
    Reset,
    SendOutcome,
    SendRequested,
    Stored,
    Tick,
    Timing,
    WasReset,
)
from modem.exchange import Exchange, Prompted, Reply
from modem.procedures import sending
from modem.procedures.startup import start
from modem.procedures.steps import (
    Checked,
    Collected,
    Configuration,
    Dispatched,
    Done,
    Inspected,
    NotReadyError,
    Result,
    Started,
    UnconfiguredError,
    UnresponsiveError,
)
from modem.procedures.unlocking import Setup
from modem.profiles import GENERIC, Profile
from modem.recovery import Ladder
from modem.runner import Failure, Runner
from modem.silence import Silence
from modem.unsolicited import (
    Announced,
    Boot,
    Full,
    Meaning,
    OutOfStep,
    Registration,
    Ringing,
    Shown,
    Ussd,
    read,
)


class Machine:
    """Feed events to `step`; perform the effects in order, and feed their answers back at once."""

    def __init__(
        self,
        *,
        timing: Timing | None = None,
        pin: str = "",
        balance_code: str = "",
        resets: Mapping[Reset, int] | None = None,
        has_power_key: bool = False,
    ) -> None:
        self._timing = timing or Timing()
        self._setup = Setup(timing=self._timing, pin=pin)
        self._duties = Duties(self._setup, balance_code=balance_code)
        self._ladder = Ladder(self._timing, counts=resets or {}, has_power_key=has_power_key)
        self._effects: list[Effect] = []
        self._exchange = Exchange()
        self._silence = Silence(self._timing)
        self._runner = Runner(
            self._exchange,
            self._duties,
            self._timing,
            self._silence,
            effects=self._effects.append,
            ended=self._ended,
        )
        self._shown: int | None = None
        self._misfit = b""
        self._start_at_s: float | None = None
        self._missing_since_s: float | None = None
        self._configuration: Configuration | None = None
        self._profile: Profile = GENERIC
        self._health = Health(state=ModemState.ABSENT, resets=self._ladder.counts)
        self._sending: int | None = None
        self._requested: OutgoingPart | None = None
        self._is_restart_due = False

    @property
    def can_send(self) -> bool:
        """Whether `SendRequested` is welcome: configured, registered, and nothing else to do.

        An operator that has not answered yet about the credit is given up for a text.
        """
        is_free = self._runner.is_idle or self._runner.is_awaiting_ussd
        is_idle = is_free and self._duties.is_empty and self._sending is None
        return is_idle and self._configuration is not None and self._health.is_registered

    @property
    def is_sending(self) -> bool:
        """Whether a part is on its way and its outcome is not known."""
        return self._sending is not None

    @property
    def health(self) -> Health:
        """The last reported health."""
        return self._health

    @property
    def profile(self) -> Profile:
        """The family of the modem that was last seen."""
        return self._profile

    def step(self, event: Event, now_s: float) -> list[Effect]:
        """Take one event at monotonic time `now_s`; return the effects it causes, in order."""
        match event:
            case PortOpened() | PortLost() | PortMissing():
                self._attend_port(event, now_s)
            case Received(data):
                self._receive(data, now_s)
            case Stored(delivery_id, is_stored):
                if not self._runner.take_answer(event, now_s):
                    self._was_shown(delivery_id, is_stored=is_stored)
            case PinSpent():
                self._runner.take_answer(event, now_s)
            case Noted(part_id, is_noted):
                if part_id == self._sending:
                    self._go_on_sending(is_noted, now_s)
            case SendRequested(part):
                if not self.can_send:
                    raise RuntimeError("not the moment to send")
                self._sending, self._requested = part.part_id, part
                self._runner.stop_awaiting_ussd(now_s)
            case WasReset(reset):
                self._ladder.count(reset)
                self._report(self._health)
            case Tick():
                pass
        self._advance(now_s)
        effects = list(self._effects)
        self._effects.clear()
        return effects

    # The port

    def _attend_port(self, event: PortOpened | PortLost | PortMissing, now_s: float) -> None:
        match event:
            case PortOpened():
                self._open(now_s)
            case PortLost():
                self._close()
            case PortMissing():
                self._miss(now_s)

    def _open(self, now_s: float) -> None:
        self._missing_since_s = None
        self._exchange.reset()
        self._silence.reconsider()
        self._duties.forget()
        self._restart(now_s)

    def _close(self) -> None:
        self._drop_procedure()
        self._exchange.reset()
        self._configuration = None
        self._start_at_s = None
        account = self._health.account
        self._report(Health(state=ModemState.ABSENT, account=account))

    def _miss(self, now_s: float) -> None:
        """A device that stays away may come back by what is done to its bus or its power."""
        self._silence.forget()
        if self._missing_since_s is None:
            self._missing_since_s = now_s
        if now_s - self._missing_since_s < self._timing.absent_s:
            return
        if (reset := self._ladder.climb_without_port(now_s)) is not None:
            self._effects.append(Perform(reset))

    def _receive(self, data: bytes, now_s: float) -> None:
        for result in self._exchange.feed(data, now_s):
            if isinstance(result, Prompted):
                if self._sending is not None:
                    self._effects.append(NoteSending(self._sending))
            elif isinstance(result, Reply):
                self._runner.take_reply(result, now_s)
            else:
                self._notice(read(result), now_s)

    def _take_shown(self, shown: Shown) -> None:
        """What may have been cut is kept and comes again; cut alike twice it is as it was sent.

        +CNMA names no message: from now on it would be taken for this one's.
        """
        self._duties.take_acknowledgement()
        delivery_id = self._runner.deliver(shown.pdu, shown.name, None)
        is_sure = shown.is_whole or shown.pdu == self._misfit
        self._shown = delivery_id if is_sure else None
        self._misfit = b"" if shown.is_whole else shown.pdu

    def _was_shown(self, delivery_id: int, *, is_stored: bool) -> None:
        """A message that the modem does not keep; what is not committed is not acknowledged."""
        if delivery_id != self._shown:
            return
        self._shown = None
        configuration = self._configuration
        if is_stored and (configuration is None or configuration.is_acknowledging):
            self._duties.acknowledge()

    def _go_on_sending(self, is_noted: bool, now_s: float) -> None:
        """At the prompt: what is not noted to be sent must not be sent."""
        exchange = self._exchange
        write = exchange.confirm(now_s) if is_noted else exchange.decline(now_s)
        if write is not None:
            self._effects.append(write)

    # Procedures

    def _ended(self, end: Result | Failure, now_s: float) -> None:
        match end:
            case UnresponsiveError():
                self._fail(now_s)
            case UnconfiguredError() if self._configuration is None:
                # It was set up a moment ago: once more would change nothing.
                self._stand_by(ModemState.TEXT_MODE, now_s)
            case UnconfiguredError():
                self._restart(now_s)
            case NotReadyError():
                self._stand_by(end.state, now_s)
            case _:
                self._finish(end, now_s)

    def _drop_procedure(self) -> None:
        """Stop whatever runs; a part that was being sent still gets its outcome."""
        reply = self._runner.drop()
        if self._sending is not None:
            self._conclude(sending.judge(self._sending, reply).outcome)

    def _finish(self, result: Result, now_s: float) -> None:
        match result:
            case Started(collected=collected, configuration=configuration, health=health):
                self._ladder.succeed()
                self._configuration, self._profile = configuration, configuration.profile
                self._duties.begin(configuration, collected, now_s)
                self._was_collected(collected, health.total, now_s)
                self._observe(health, now_s)
            case Inspected(health=health):
                self._observe(health, now_s)
            case Collected():
                self._was_collected(result, self._health.total, now_s)
            case Dispatched(outcome, is_settled):
                self._duties.note_activity(now_s)
                self._conclude(outcome)
                if not is_settled:
                    self._fail(now_s)
            case Checked(account):
                merged = merge(self._health.account, account)
                self._report(replace(self._health, account=merged))
            case Done():
                pass

    def _was_collected(self, collected: Collected, total: int | None, now_s: float) -> None:
        if self._configuration is not None:
            self._duties.was_collected(self._configuration, collected, total, now_s)

    def _observe(self, health: Health, now_s: float) -> None:
        self._duties.network(is_registered=health.is_registered, now_s=now_s)
        if health.is_full:
            self._duties.was_full(now_s)
        self._report(replace(health, account=self._health.account))

    def _conclude(self, outcome: SendOutcome) -> None:
        self._sending = self._requested = None
        self._effects.append(outcome)

    # Recovery

    def _restart(self, now_s: float, state: ModemState | None = None) -> None:
        """Set the modem up from the beginning; a look whether it now serves keeps the `state`."""
        self._drop_procedure()
        self._configuration = None
        self._start_at_s = None
        is_restarting, self._is_restart_due = self._is_restart_due, False
        begun = ModemState.RECOVERING if self._ladder.is_climbing else ModemState.STARTING
        self._report(replace(self._health, state=state or begun, is_registered=False))
        reset = self._profile.restart if is_restarting else ""
        self._runner.run(start(self._setup, reset=reset), now_s)

    def _fail(self, now_s: float) -> None:
        self._silence.reconsider()
        self._drop_procedure()
        self._configuration = None
        reset, delay_s = self._ladder.climb(now_s)
        if reset in {None, Reset.RESTART}:
            self._start_at_s = now_s + delay_s
            self._is_restart_due = reset is Reset.RESTART
            if reset is not None:
                self._ladder.count(reset)
        elif reset is not None:
            self._effects.append(Perform(reset))
        self._report(replace(self._health, state=ModemState.RECOVERING, is_registered=False))

    def _stand_by(self, state: ModemState, now_s: float) -> None:
        """Nothing we do will help: look again later, without resets."""
        self._drop_procedure()
        self._configuration = None
        self._report(replace(self._health, state=state, is_registered=False))
        self._start_at_s = now_s + self._timing.not_ready_retry_s

    # Unsolicited lines

    def _notice(self, meaning: Meaning, now_s: float) -> None:
        match meaning:
            case Shown():
                self._take_shown(meaning)
            case Announced():
                self._duties.announce(meaning)
            case Full():
                self._duties.was_full(now_s)
            case Registration(is_registered):
                self._set_registered(is_registered, now_s)
            case Ringing():
                self._duties.ring()
            case Ussd():
                self._runner.take_ussd(meaning, now_s)
            case OutOfStep():
                self._fail(now_s)
            case Boot(is_fresh):
                self._silence.reconsider()
                if is_fresh or self._configuration is not None:
                    self._restart(now_s)

    def _set_registered(self, is_registered: bool, now_s: float) -> None:
        if self._configuration is None:
            return
        self._duties.network(is_registered=is_registered, now_s=now_s)
        state = ModemState.READY if is_registered else ModemState.NO_NETWORK
        self._report(replace(self._health, state=state, is_registered=is_registered))

    # What next

    def _advance(self, now_s: float) -> None:
        self._runner.pass_time(now_s)
        if not self._duties.is_empty:
            self._runner.stop_awaiting_ussd(now_s)
        if self._start_at_s is not None and now_s >= self._start_at_s:
            self._restart(now_s, self._health.state)
        if self._runner.is_idle and self._requested is not None:
            self._begin_sending(self._requested, now_s)
        if self._runner.is_idle and self._configuration is not None:
            self._begin_duty(self._configuration, now_s)

    def _begin_sending(self, part: OutgoingPart, now_s: float) -> None:
        self._requested = None
        self._duties.note_activity(now_s)
        self._runner.run(sending.send(part, self._timing), now_s)

    def _begin_duty(self, configuration: Configuration, now_s: float) -> None:
        is_due = self._duties.is_reattachment_due(now_s)
        if is_due and self._duties.is_empty and self._ladder.take(Reset.REATTACH, now_s):
            self._ladder.count(Reset.REATTACH)
            self._runner.run(self._duties.reattach(), now_s)
        elif (procedure := self._duties.next(configuration, now_s)) is not None:
            self._runner.run(procedure, now_s)

    def _report(self, health: Health) -> None:
        health = replace(health, resets=self._ladder.counts)
        if health != self._health:
            self._health = health
            self._effects.append(Report(health))
