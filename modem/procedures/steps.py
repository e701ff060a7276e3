"""The steps a procedure may yield, and the ways it may fail.

A procedure is a generator: it yields a `Command` and is resumed with the `Reply`, or a `Handover`
and learns whether the mailbox stored the message, or a `Pause`, a `Say` and so on. It holds no
clock and does no I/O, so that the machine can stop it anywhere.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from modem.events import Account, Health, ModemState, PinAccepted, SendOutcome, SpendPin
from modem.exchange import Command, Reply
from modem.profiles import Profile
from modem.unsolicited import Ussd


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait; lines that come meanwhile are unsolicited or late and end nothing."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Give a PDU to the mailbox."""

    pdu: bytes
    memory: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a start achieved.

    `memory` is "" where the modem names none, `routing` None where it takes no orders about new
    messages; with `is_acknowledging` it waits for +CNMA after each message that it shows without
    storing it.
    """

    profile: Profile
    operator: str
    memory: str
    other_memories: tuple[str, ...]
    routing: tuple[int, ...] | None
    is_routing_shown: bool
    is_acknowledging: bool

    @property
    def is_announcing(self) -> bool:
        """Whether the modem tells of messages that it stores (mt of +CNMI); else it is polled."""
        return self.routing is not None and self.routing[1] != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """An inspection found the modem as configured."""

    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Reading went through; `is_complete` is false if something has to be read again, `is_freed` if
    that is because a delete was in vain.

    `most_listed` is the length of the longest listing: as many as there are slots were too many.
    """

    is_complete: bool
    is_blocked: bool = False
    is_freed: bool = True
    most_listed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A start went through."""

    collected: Collected
    configuration: Configuration
    health: Health


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A part has its outcome; `is_settled` is false if the modem still owes an answer."""

    outcome: SendOutcome
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Say:
    """Let an operator read this."""

    text: str


@dataclass(frozen=True, slots=True)
class AwaitUssd:
    """Wait for what the network says to a USSD request."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Checked:
    """The operator was asked about the SIM's credit."""

    account: Account


@dataclass(frozen=True, slots=True)
class Done:
    """There is nothing to tell."""


Step = Command | Pause | Handover | Say | SpendPin | PinAccepted | AwaitUssd
Answer = Reply | Ussd | bool | None
Result = Started | Inspected | Collected | Dispatched | Checked | Done
Procedure = Generator[Step, Answer, Result]
T = TypeVar("T")


def by_way_of(
    take: Callable[[Step], Generator[Step, Answer, Answer]], procedure: Generator[Step, Answer, T]
) -> Generator[Step, Answer, T]:
    """Run a procedure each of whose steps is taken by another, which may put its own around it."""
    answer: Answer = None
    while True:
        try:
            step = procedure.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        answer = yield from take(step)


class UnresponsiveError(Exception):
    """A command was not answered in time: nobody knows what the modem does."""


class UnconfiguredError(Exception):
    """The modem has other settings than we gave it: it restarted unnoticed."""


class NotReadyError(Exception):
    """The modem works but cannot serve, and only somebody's hands or time will change that."""

    def __init__(self, state: ModemState, reason: str) -> None:
        super().__init__(reason)
        self.state = state


def ask(text: str, timeout_s: float, expects: str = "") -> Generator[Step, Answer, Reply]:
    """Send a command that may be unknown to the modem, and repeated."""
    command = Command(text=text, timeout_s=timeout_s, expects=expects, chances=2)
    return (yield from ask_command(command))


def ask_once(text: str, timeout_s: float, expects: str = "") -> Generator[Step, Answer, Reply]:
    """Send a command that may be unknown to the modem, but never be repeated."""
    command = Command(text=text, timeout_s=timeout_s, expects=expects, chances=1)
    return (yield from ask_command(command))


def demand(text: str, timeout_s: float, expects: str = "") -> Generator[Step, Answer, Reply]:
    """Send a command that each modem answers, and that is never repeated."""
    return (yield from ask_command(Command(text=text, timeout_s=timeout_s, expects=expects)))


def ask_command(command: Command) -> Generator[Step, Answer, Reply]:
    """Send a prepared command; raise `UnresponsiveError` if its reply does not end."""
    reply = yield command
    if not isinstance(reply, Reply) or reply.final is None:
        raise UnresponsiveError(command.text.split("=")[0])
    return reply


def hand_over(pdu: bytes, memory: str, index: int) -> Generator[Step, Answer, bool]:
    """Give a PDU to the mailbox; return whether it is committed."""
    return bool((yield Handover(pdu=pdu, memory=memory, index=index)))
