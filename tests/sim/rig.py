"""A machine and a simulated modem joined by a perfect or a byte-wise wire, in virtual time."""

from collections.abc import Callable

from modem.driver import NotStoredError
from modem.events import (
    Deliver,
    Effect,
    Event,
    Noted,
    NoteSending,
    Perform,
    PinAccepted,
    PinSpent,
    PortLost,
    PortOpened,
    Received,
    Refused,
    Remark,
    Report,
    Reset,
    SendRequested,
    Sent,
    SpendPin,
    Stored,
    Tick,
    Timing,
    Uncertain,
    WasReset,
    Write,
)
from modem.machine import Machine
from tests.sim.modem import ModemSim
from tests.sim.postbox import Postbox

STEP_S = 0.05
ANSWER_S = 0.01


class Rig:
    """Turns the crank until a condition holds; time costs nothing here."""

    def __init__(
        self,
        sim: ModemSim | None = None,
        *,
        timing: Timing | None = None,
        pin: str = "",
        is_bytewise: bool = False,
        postbox: Postbox | None = None,
        now: float = 1000.0,
        **options: object,
    ) -> None:
        self.sim = sim or ModemSim()
        self.postbox = postbox or Postbox()
        self.machine = Machine(timing=timing, pin=pin, **options)
        self.now = now
        self.resets: list[Reset] = []
        self.log: list[str] = []
        self.remarks: list[str] = []
        self._is_bytewise = is_bytewise
        self._to_modem = bytearray()
        self._due: Reset | None = None
        self.feed(PortOpened())

    @property
    def reopened(self) -> int:
        """How often the port was opened anew."""
        return len(self.resets)

    def feed(self, event: Event) -> None:
        """Give the machine an event and perform what it asks for."""
        events = [event]
        while events:
            for effect in self.machine.step(events.pop(0), self.now):
                events += self._perform(effect)

    def _perform(self, effect: Effect) -> list[Event]:
        match effect:
            case Write(data):
                self._to_modem += data
                self.log.append(data.decode("latin-1").strip("\r\x1b"))
            case Deliver():
                return [Stored(effect.delivery_id, self._store(effect))]
            case NoteSending(part_id):
                return [Noted(part_id, self._note(part_id))]
            case Sent(part_id, reference):
                self.postbox.sent(part_id, reference)
            case Refused(part_id, error, verdict):
                self.postbox.refused(part_id, error, verdict)
            case Uncertain(part_id, error):
                self.postbox.uncertain(part_id, error)
            case SpendPin(key):
                return [PinSpent(self.postbox.spend_pin(key))]
            case PinAccepted(key):
                self.postbox.pin_accepted(key)
            case Perform(reset):
                self._due = reset
            case Remark(text):
                self.remarks.append(text)
            case Report(health):
                self.postbox.modem_state(health)
        return []

    def _note(self, part_id: int) -> bool:
        try:
            self.postbox.sending(part_id)
        except NotStoredError:
            return False
        self.log.append(f"noted {part_id}")
        return True

    def _store(self, effect: Deliver) -> bool:
        self.log.append(f"deliver {effect.index}")
        try:
            self.postbox.receive(effect.pdu, memory=effect.memory, index=effect.index)
        except NotStoredError:
            return False
        return True

    def crash(self, machine: Machine) -> None:
        """The process dies and another one, with its own `machine`, opens the port."""
        self.postbox.crash()
        self.machine = machine
        self.reopen()

    def reopen(self) -> None:
        """Lose the port and find it again."""
        self._due = None
        self._to_modem.clear()
        self.feed(PortLost())
        self.sim.reopened()
        self.feed(PortOpened())

    def turn(self) -> None:
        """One turn of the wire; idle turns take longer, as a blocking read would."""
        written, self._to_modem = bytes(self._to_modem), bytearray()
        said = self.sim.update(self.now, written)
        self.now += ANSWER_S if said or written else STEP_S
        pieces = [bytes([byte]) for byte in said] if said and self._is_bytewise else [said]
        for piece in pieces:
            self.feed(Received(piece) if piece else Tick())
        if self._due is not None:
            self._reset(self._due)
        if self.machine.can_send and (part := self.postbox.next_part()):
            self.feed(SendRequested(part))

    def _reset(self, reset: Reset) -> None:
        self.resets.append(reset)
        self.feed(PortLost())
        self.feed(WasReset(reset))
        if reset is Reset.POWER_KEY:
            self.sim.power_cycle()
        self.reopen()

    def run_until(self, condition: Callable[[], object], *, limit_s: float = 30.0) -> float:
        """Turn until the condition holds; return how long that took, fail after `limit_s`."""
        begin = self.now
        while not condition():
            self.turn()
            assert self.now - begin <= limit_s, self.log[-30:]
        return self.now - begin

    def run_for(self, seconds: float) -> None:
        """Turn for that long."""
        end = self.now + seconds
        while self.now < end:
            self.turn()

    def run_until_ready(self, *, limit_s: float = 60.0) -> float:
        """Turn until the machine can send."""
        return self.run_until(lambda: self.machine.can_send, limit_s=limit_s)
