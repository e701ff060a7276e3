"""One procedure at a time: its steps become effects, and whatever answers them resumes it; pure.

Knows who waits for what: a reply, the mailbox, a pause, the network. Does not know why a procedure
runs, nor what follows its end.
"""

from collections.abc import Callable, Generator

from modem.duties import Duties
from modem.events import Deliver, Effect, PinAccepted, PinSpent, Remark, SpendPin, Stored, Timing
from modem.exchange import Command, Exchange, Reply
from modem.procedures.reception import acknowledge
from modem.procedures.steps import (
    Answer,
    AwaitUssd,
    Handover,
    NotReadyError,
    Pause,
    Procedure,
    Result,
    Say,
    Step,
    UnconfiguredError,
    UnresponsiveError,
    by_way_of,
)
from modem.silence import Silence
from modem.unsolicited import Ussd

Failure = UnresponsiveError | UnconfiguredError | NotReadyError


class Runner:
    """Appends to `effects`; calls `ended` once for each procedure that is not dropped."""

    def __init__(
        self,
        exchange: Exchange,
        duties: Duties,
        timing: Timing,
        silence: Silence,
        *,
        effects: Callable[[Effect], None],
        ended: Callable[[Result | Failure, float], None],
    ) -> None:
        self._exchange = exchange
        self._duties = duties
        self._timing = timing
        self._silence = silence
        self._emit = effects
        self._ended = ended
        self._procedure: Procedure | None = None
        self._awaited_delivery: int | None = None
        self._deliveries = 0
        self._is_awaiting_ussd = self._is_awaiting_pin = False
        self._resume_at_s: float | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return self._procedure is None

    @property
    def is_awaiting_ussd(self) -> bool:
        """Whether nothing runs but the wait for what the network may say."""
        return self._is_awaiting_ussd

    def run(self, procedure: Procedure, now_s: float) -> None:
        """Begin a procedure; none must run."""
        self._procedure = by_way_of(self._acknowledging, self._silence.heed(procedure))
        self._resume(None, now_s)

    def drop(self) -> Reply | None:
        """Stop whatever runs; return what there is of the reply it waited for."""
        reply = self._exchange.abort()
        procedure, self._procedure = self._procedure, None
        self._awaited_delivery = self._resume_at_s = None
        self._is_awaiting_ussd = self._is_awaiting_pin = False
        if procedure is not None:
            procedure.close()
        return reply

    def pass_time(self, now_s: float) -> None:
        """End what has waited long enough."""
        if (reply := self._exchange.expire(now_s)) is not None:
            self.take_reply(reply, now_s)
        if self._resume_at_s is not None and now_s >= self._resume_at_s:
            self._resume_at_s, self._is_awaiting_ussd = None, False
            self._resume(None, now_s)

    def take_reply(self, reply: Reply, now_s: float) -> None:
        """Give a reply to the procedure."""
        self._resume(reply, now_s)

    def take_answer(self, answer: Stored | PinSpent, now_s: float) -> bool:
        """The mailbox has answered; return whether the procedure waited for that."""
        match answer:
            case Stored(delivery_id, is_stored) if delivery_id == self._awaited_delivery:
                self._awaited_delivery = None
                self._resume(is_stored, now_s)
            case PinSpent(is_granted) if self._is_awaiting_pin:
                self._is_awaiting_pin = False
                self._resume(is_granted, now_s)
            case _:
                return False
        return True

    def take_ussd(self, ussd: Ussd, now_s: float) -> None:
        """The network has said something; it matters to who asked."""
        if self._is_awaiting_ussd:
            self._is_awaiting_ussd, self._resume_at_s = False, None
            self._resume(ussd, now_s)

    def stop_awaiting_ussd(self, now_s: float) -> None:
        """Something else is due: what the network would say is not worth a message's time."""
        if self._is_awaiting_ussd:
            self._is_awaiting_ussd, self._resume_at_s = False, None
            self._resume(None, now_s)

    def deliver(self, pdu: bytes, memory: str, index: int | None) -> int:
        """Ask the mailbox to store a PDU; return the number of this delivery."""
        self._deliveries += 1
        self._emit(Deliver(delivery_id=self._deliveries, pdu=pdu, memory=memory, index=index))
        return self._deliveries

    def _resume(self, answer: Answer, now_s: float) -> None:
        procedure = self._procedure
        if procedure is None:
            return
        try:
            self._perform(procedure.send(answer), now_s)
        except StopIteration as done:
            self._end(done.value, now_s)
        except (UnresponsiveError, UnconfiguredError, NotReadyError) as failure:
            self._end(failure, now_s)

    def _end(self, end: Result | Failure, now_s: float) -> None:
        self._procedure = None
        self._ended(end, now_s)

    def _perform(self, step: Step, now_s: float) -> None:
        match step:
            case Command():
                self._emit(self._exchange.start(step, now_s))
            case Pause(seconds):
                self._resume_at_s = now_s + seconds
            case AwaitUssd(seconds):
                self._is_awaiting_ussd, self._resume_at_s = True, now_s + seconds
            case Handover():
                self._awaited_delivery = self.deliver(step.pdu, step.memory, step.index)
            case SpendPin():
                self._is_awaiting_pin = True
                self._emit(step)
            case PinAccepted() | Say():
                self._emit(Remark(step.text) if isinstance(step, Say) else step)
                self._resume(None, now_s)

    def _acknowledging(self, step: Step) -> Generator[Step, Answer, Answer]:
        """The network waits for an acknowledgement a few seconds only (27.005 3.4.4)."""
        if isinstance(step, Command) and self._duties.take_acknowledgement():
            yield from self._silence.heed(acknowledge(self._timing))
        return (yield step)
