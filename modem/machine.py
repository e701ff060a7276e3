"""The modem's life: bytes and time in, effects out; pure, one procedure at a time.

Knows what runs next, what unsolicited lines ask for, and how to climb when the modem stops
answering: resynchronise, restart its firmware, reopen the port, each round later than the last.
Does not know ports, clocks or the mailbox.
"""

from collections import deque
from dataclasses import replace

from modem.at import commands
from modem.at.parser import Info, Text
from modem.events import (
    Deliver,
    Effect,
    Event,
    Health,
    ModemState,
    Noted,
    NoteSending,
    PortLost,
    PortOpened,
    Received,
    Remark,
    Reopen,
    Report,
    SendOutcome,
    SendRequested,
    Stored,
    Tick,
    Timing,
)
from modem.exchange import Command, Exchange, Message, Prompted, Reply, Unsolicited
from modem.procedures import reception, sending
from modem.procedures.inspection import inspect
from modem.procedures.startup import Setup, start
from modem.procedures.steps import (
    Answer,
    Collected,
    Configuration,
    Dispatched,
    Handover,
    Inspected,
    NotReadyError,
    Pause,
    Procedure,
    Result,
    Say,
    Started,
    Step,
    UnconfiguredError,
    UnresponsiveError,
)
from modem.profiles import BOOT_LINES, FULL_LINES
from modem.recovery import Ladder, Rung

# Lines that say "I have just started", as opposed to "I am getting ready".
_FRESH_BOOT = frozenset({"RDY", "*ATREADY: 1", "NORMAL POWER DOWN"})
# Names that come as answers only.
_ANSWERS = frozenset({"+CMGR", "+CMGL", "+CMGS", "+CMGF", "+CNMI", "+CPMS"})
# More announcements than any SIM has slots.
_MAX_NOTICES = 512


class Machine:
    """Feed events to `step`; perform the effects in order, and feed their answers back at once."""

    def __init__(self, *, timing: Timing | None = None, pin: str = "") -> None:
        self._timing = timing or Timing()
        self._setup = Setup(timing=self._timing, pin=pin)
        self._exchange = Exchange()
        self._procedure: Procedure | None = None
        self._awaited_delivery: int | None = None
        self._deliveries = 0
        self._resume_at_s: float | None = None
        self._start_at_s: float | None = None
        self._notices: deque[tuple[str, int | None]] = deque()
        self._configuration: Configuration | None = None
        self._health = Health(state=ModemState.ABSENT)
        self._sending: int | None = None
        self._ladder = Ladder(self._timing)
        self._is_restart_due = False
        self._is_everything_due = False
        self._sweep_at_s = 0.0
        self._inspect_at_s = 0.0
        self._effects: list[Effect] = []

    @property
    def can_send(self) -> bool:
        """Whether `SendRequested` is welcome: configured, registered, and nothing else to do."""
        is_idle = self._procedure is None and not self._notices
        return is_idle and self._configuration is not None and self._health.is_registered

    @property
    def is_sending(self) -> bool:
        """Whether a part is on its way and its outcome is not known."""
        return self._sending is not None

    @property
    def health(self) -> Health:
        """The last reported health."""
        return self._health

    def step(self, event: Event, now_s: float) -> list[Effect]:
        """Take one event at monotonic time `now_s`; return the effects it causes, in order."""
        match event:
            case PortOpened():
                self._open(now_s)
            case PortLost():
                self._close()
            case Received(data):
                self._receive(data, now_s)
            case Stored(delivery_id, is_stored):
                if delivery_id == self._awaited_delivery:
                    self._awaited_delivery = None
                    self._resume(is_stored, now_s)
            case Noted(part_id, is_noted):
                if part_id == self._sending:
                    self._go_on_sending(is_noted, now_s)
            case SendRequested(part):
                if not self.can_send:
                    raise RuntimeError("not the moment to send")
                self._sending = part.part_id
                self._run(sending.send(part, self._timing), now_s)
            case Tick():
                pass
        self._advance(now_s)
        effects, self._effects = self._effects, []
        return effects

    # The port

    def _open(self, now_s: float) -> None:
        self._exchange.reset()
        self._notices.clear()
        self._restart(now_s)

    def _close(self) -> None:
        self._drop_procedure()
        self._exchange.reset()
        self._configuration = None
        self._start_at_s = None
        self._report(Health(state=ModemState.ABSENT, restarts=self._ladder.restarts))

    def _receive(self, data: bytes, now_s: float) -> None:
        for result in self._exchange.feed(data, now_s):
            if isinstance(result, Prompted):
                if self._sending is not None:
                    self._effects.append(NoteSending(self._sending))
            elif isinstance(result, Reply):
                self._resume(result, now_s)
            else:
                self._notice(result, now_s)

    def _go_on_sending(self, is_noted: bool, now_s: float) -> None:
        """At the prompt: what is not noted to be sent must not be sent."""
        exchange = self._exchange
        write = exchange.confirm(now_s) if is_noted else exchange.decline(now_s)
        if write is not None:
            self._effects.append(write)

    # Procedures

    def _run(self, procedure: Procedure, now_s: float) -> None:
        self._procedure = procedure
        self._resume(None, now_s)

    def _resume(self, answer: Answer, now_s: float) -> None:
        procedure = self._procedure
        if procedure is None:
            return
        try:
            self._perform(procedure.send(answer), now_s)
        except StopIteration as done:
            self._procedure = None
            self._finish(done.value, now_s)
        except UnresponsiveError:
            self._fail(now_s)
        except UnconfiguredError:
            self._restart(now_s)
        except NotReadyError as error:
            self._stand_by(error.state, now_s)

    def _perform(self, step: Step, now_s: float) -> None:
        match step:
            case Command():
                self._effects.append(self._exchange.start(step, now_s))
            case Pause(seconds):
                self._resume_at_s = now_s + seconds
            case Handover():
                self._awaited_delivery = self._deliver(step.pdu, step.memory, step.index)
            case Say(text):
                self._effects.append(Remark(text))
                self._resume(None, now_s)

    def _deliver(self, pdu: bytes, memory: str, index: int | None) -> int:
        self._deliveries += 1
        self._effects.append(
            Deliver(delivery_id=self._deliveries, pdu=pdu, memory=memory, index=index)
        )
        return self._deliveries

    def _drop_procedure(self) -> None:
        """Stop whatever runs; a part that was being sent still gets its outcome."""
        reply = self._exchange.abort()
        procedure, self._procedure = self._procedure, None
        self._awaited_delivery = self._resume_at_s = None
        if self._sending is not None and reply is not None:
            self._conclude(sending.judge(self._sending, reply).outcome)
        if procedure is not None:
            procedure.close()

    def _finish(self, result: Result, now_s: float) -> None:
        match result:
            case Started():
                self._configuration = result.configuration
                self._ladder.succeed()
                self._is_everything_due = not result.is_complete
                self._plan(now_s, is_complete=result.is_complete)
                self._inspect_at_s = now_s + self._timing.inspect_every_s
                self._report(replace(result.health, restarts=self._ladder.restarts))
            case Inspected():
                self._report(replace(result.health, restarts=self._ladder.restarts))
            case Collected():
                if not result.is_complete:
                    # Whatever stayed may lie in another memory than the one announced in.
                    self._is_everything_due = True
                    self._plan(now_s, is_complete=False)
            case Dispatched(outcome, is_settled):
                self._conclude(outcome)
                if not is_settled:
                    self._fail(now_s)

    def _conclude(self, outcome: SendOutcome) -> None:
        self._sending = None
        self._effects.append(outcome)

    # Recovery

    def _restart(self, now_s: float) -> None:
        self._drop_procedure()
        self._configuration = None
        self._start_at_s = None
        is_restarting, self._is_restart_due = self._is_restart_due, False
        state = ModemState.RECOVERING if self._ladder.is_climbing else ModemState.STARTING
        self._report(replace(self._health, state=state, is_registered=False))
        self._run(start(self._setup, is_restarting=is_restarting), now_s)

    def _fail(self, now_s: float) -> None:
        self._drop_procedure()
        self._configuration = None
        rung, delay_s = self._ladder.climb(now_s)
        state, restarts = ModemState.RECOVERING, self._ladder.restarts
        self._report(replace(self._health, state=state, is_registered=False, restarts=restarts))
        if rung is Rung.REOPEN:
            self._effects.append(Reopen())
        else:
            self._is_restart_due = rung is Rung.RESTART
            self._start_at_s = now_s + delay_s

    def _stand_by(self, state: ModemState, now_s: float) -> None:
        """Nothing we do will help: look again later, without resets."""
        self._drop_procedure()
        self._configuration = None
        self._report(replace(self._health, state=state, is_registered=False))
        self._start_at_s = now_s + self._timing.not_ready_retry_s

    # Unsolicited lines

    def _notice(self, unsolicited: Unsolicited, now_s: float) -> None:
        """An answer that nobody awaits means that we and the modem are out of step."""
        match unsolicited.content:
            case Message(header, pdu) if pdu is not None:
                self._deliver(pdu, header.name, None)
            case Info("+CMTI" | "+CDSI", arguments):
                self._announce(arguments)
            case Info("+CREG", (stat,)):
                is_registered = commands.number(stat) in commands.REGISTERED
                self._set_registered(is_registered)
            case Info(name, _) if name in _ANSWERS:
                self._fail(now_s)
            case Info("^SMMEMFULL", _):
                self._remember(("", None))
            case Text(text) if text in FULL_LINES:
                self._remember(("", None))
            case Text(text):
                self._boot(text, now_s)
            case _:
                pass

    def _announce(self, arguments: tuple[str, ...]) -> None:
        """`+CMTI: ,-1` is what a modem says that could not store: then only a sweep helps."""
        index = commands.number(arguments[-1]) if len(arguments) >= 2 else None
        self._remember((arguments[0], index))

    def _remember(self, notice: tuple[str, int | None]) -> None:
        if notice not in self._notices and len(self._notices) < _MAX_NOTICES:
            self._notices.append(notice)

    def _set_registered(self, is_registered: bool) -> None:
        if self._configuration is None:
            return
        state = ModemState.READY if is_registered else ModemState.NO_NETWORK
        self._report(replace(self._health, state=state, is_registered=is_registered))

    def _boot(self, line: str, now_s: float) -> None:
        is_boot_line = line in BOOT_LINES
        if line in _FRESH_BOOT or (is_boot_line and self._configuration is not None):
            self._restart(now_s)

    # What next

    def _advance(self, now_s: float) -> None:
        if (reply := self._exchange.expire(now_s)) is not None:
            self._resume(reply, now_s)
        if self._resume_at_s is not None and now_s >= self._resume_at_s:
            self._resume_at_s = None
            self._resume(None, now_s)
        if self._start_at_s is not None and now_s >= self._start_at_s:
            self._restart(now_s)
        if self._procedure is None and self._configuration is not None:
            self._begin_duty(self._configuration, now_s)

    def _begin_duty(self, configuration: Configuration, now_s: float) -> None:
        home, damage = configuration.memory, self._setup.damage
        if self._notices:
            memory, index = self._notices.popleft()
            memory = memory or home
            if index is None:
                other = {memory} - {home}
                self._run(reception.sweep_all(other, home, damage, self._timing), now_s)
            else:
                self._run(reception.fetch(memory, index, home, damage, self._timing), now_s)
        elif now_s >= self._sweep_at_s:
            self._plan(now_s, is_complete=True)
            others = configuration.other_memories if self._is_everything_due else ()
            self._is_everything_due = False
            self._run(reception.sweep_all(others, home, damage, self._timing), now_s)
        elif now_s >= self._inspect_at_s:
            self._inspect_at_s = now_s + self._timing.inspect_every_s
            self._run(inspect(configuration, self._timing), now_s)

    def _plan(self, now_s: float, *, is_complete: bool) -> None:
        """Set the time of the next sweep."""
        is_announced = self._configuration is not None and self._configuration.routing is not None
        every_s = self._timing.sweep_every_s if is_announced else self._timing.poll_every_s
        self._sweep_at_s = now_s + (every_s if is_complete else self._timing.store_retry_s)

    def _report(self, health: Health) -> None:
        if health != self._health:
            self._health = health
            self._effects.append(Report(health))
