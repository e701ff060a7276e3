"""Asking a modem whose SIM may still be busy, as after power-on, without waiting for ever."""

from collections.abc import Generator, Sequence

from modem.at import errors
from modem.events import ModemState, Timing
from modem.exchange import Command, Reply
from modem.procedures.steps import Answer, NotReadyError, Pause, Step, ask_command

NO_SIM = {("CME", 10), ("CME", 13), ("CME", 15), ("CMS", 310), ("CMS", 313), ("CMS", 315)}


def error_of(reply: Reply) -> tuple[str, int | None]:
    """Family and code of the error that ended a reply, as ("CMS", 314)."""
    return reply.final.named if reply.final else ("", None)


def is_bare(reply: Reply) -> bool:
    """A bare ERROR has many meanings; soon after power-on it often means a busy SIM."""
    return reply.final is not None and not reply.final.is_ok and not reply.final.family


def tries(timing: Timing) -> int:
    """How often to ask before the patience with a busy SIM is over."""
    return max(1, int(timing.sms_ready_s / timing.retry_s))


def ask_ready(command: Command, timing: Timing) -> Generator[Step, Answer, Reply]:
    """Ask until the SIM is no longer busy; raise `NotReadyError` if it stays so, or is none."""
    for _ in range(tries(timing)):
        reply = yield from ask_command(command)
        if error_of(reply) in NO_SIM:
            raise NotReadyError(ModemState.NO_SIM, "no usable SIM")
        if error_of(reply) not in errors.BUSY:
            return reply
        yield Pause(timing.retry_s)
    raise NotReadyError(ModemState.NO_SIM, "the SIM stays busy")


def ask_patiently(ways: Sequence[Command], timing: Timing) -> Generator[Step, Answer, Reply]:
    """Ask for one thing in several ways until one is accepted, or a refusal gives its reason."""
    for _ in range(tries(timing)):
        is_reasoned = False
        for command in ways:
            reply = yield from ask_ready(command, timing)
            if reply.is_ok:
                return reply
            is_reasoned = is_reasoned or not is_bare(reply)
        if is_reasoned:
            break
        yield Pause(timing.retry_s)
    return reply
