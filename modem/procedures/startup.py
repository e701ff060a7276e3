"""From an open port in an unknown state to a configured modem whose SIM has been read.

The order matters (27.005, 27.007, and field experience): a stale prompt is left before anything is
said, errors become numeric before one is read (where the modem can), the SIM is unlocked before SMS
commands, and old messages are taken in before waiting for new ones, since announcements made while
the port was closed are lost.
"""

from collections.abc import Generator
from itertools import cycle, islice

from modem import profiles
from modem.at import commands
from modem.events import Timing
from modem.exchange import Command, Reply
from modem.procedures.configuring import configure
from modem.procedures.inspection import observe
from modem.procedures.reception import sweep_all
from modem.procedures.steps import (
    Answer,
    Pause,
    Procedure,
    Started,
    Step,
    UnresponsiveError,
    ask,
    demand,
)
from modem.procedures.unlocking import Setup, unlock

_ATTENTION_TRIES = 6


def start(setup: Setup, *, reset: str = "") -> Procedure:
    """Bring the modem up; `reset` is a command to order before, as a restart of its firmware."""
    timing = setup.timing
    if reset:
        reply = yield Command(text=reset, timeout_s=timing.command_s)
        is_heard = isinstance(reply, Reply) and reply.final is not None
        yield Pause(timing.restart_s if is_heard else timing.unheard_restart_s)
    yield from resynchronise(timing)
    yield from set_dialect(timing)
    profile = yield from identify(timing)
    yield from unlock(setup, profile)
    configuration = yield from configure(profile, timing)
    collected = yield from sweep_all(
        configuration.other_memories, configuration.memory, setup.damage, timing
    )
    health = yield from observe(configuration, timing)
    return Started(collected=collected, configuration=configuration, health=health)


def resynchronise(timing: Timing) -> Generator[Step, Answer, None]:
    """Leave a stale prompt, then find the point from where answers belong to questions."""
    for number, text in enumerate(islice(cycle(commands.ATTENTIONS), _ATTENTION_TRIES)):
        # One of them is waited for like any command: a slow modem answers the first one then.
        is_slow = number == 1
        patience_s = timing.command_s if is_slow else timing.attention_s
        reply = yield Command(text=text, timeout_s=patience_s)
        if isinstance(reply, Reply) and reply.final is not None:
            # That may have been a late one; after a silence the next is ours.
            yield Pause(timing.command_s if is_slow else timing.quiet_s)
            reply = yield from demand(commands.ATTENTION, patience_s)
            if reply.is_ok:
                return
    raise UnresponsiveError(commands.ATTENTION)


def set_dialect(timing: Timing) -> Generator[Step, Answer, None]:
    """A modem that refuses numeric errors gives words or a bare ERROR: both are understood."""
    for text in ("ATE0", "ATV1", "ATQ0", "AT+CMEE=1"):
        yield from ask(text, timing.command_s)


def identify(timing: Timing) -> Generator[Step, Answer, profiles.Profile]:
    """Find the family of the modem by what it says of itself."""
    identity = ""
    for text in (commands.IDENTITY, commands.MANUFACTURER):
        reply = yield from ask(text, timing.command_s, "+CGMI")
        identity += " " + commands.read_identity(reply.lines)
    return profiles.choose(identity)
