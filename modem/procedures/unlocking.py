"""The SIM and its PIN (27.007 8.3): wait until it answers, unlock it, never risk it.

A wrong PIN in a setting must not lock a card: each PIN has one attempt at each SIM for ever, kept
on disk before it is made, and the last attempts that the SIM grants are left to people.
"""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field

from modem import profiles
from modem.at import commands
from modem.events import ModemState, PinAccepted, SpendPin, Timing
from modem.exchange import Command, Reply
from modem.procedures.patience import ask_ready, error_of, is_bare, tries
from modem.procedures.reception import Damage
from modem.procedures.steps import (
    Answer,
    NotReadyError,
    Pause,
    Step,
    ask,
    demand,
)

# +CMS ERROR: SIM PIN or PUK required, +CME ERROR: the same (27.005 3.2.5, 27.007 9.2).
LOCKED = {("CME", 11), ("CMS", 311)}
_BLOCKED = {("CME", 12), ("CMS", 316)}
_MIN_PIN_ATTEMPTS = 2


@dataclass(slots=True)
class Setup:
    """What a start needs to know beyond what the modem says."""

    timing: Timing
    pin: str = ""
    damage: Damage = field(default_factory=Damage)


def unlock(setup: Setup, profile: profiles.Profile) -> Generator[Step, Answer, None]:
    """Return when the SIM is usable; raise `NotReadyError` where only people can help."""
    reply = yield from _await_sim(setup.timing)
    if reply is None:
        return
    state, error = commands.read_sim_state(reply.lines), error_of(reply)
    if state == "SIM PIN" or error in LOCKED:
        yield from _enter_pin(setup, profile)
    elif (state is not None and "PUK" in state) or error in _BLOCKED:
        raise NotReadyError(ModemState.PUK_REQUIRED, "the SIM wants its PUK")
    elif state != commands.SIM_READY:
        raise NotReadyError(ModemState.NO_SIM, "no usable SIM")
    elif setup.pin:
        # We may have died between the attempt and its answer: it was right, then.
        yield PinAccepted((yield from _pin_key(setup)))


def _await_sim(timing: Timing) -> Generator[Step, Answer, Reply | None]:
    """Ask for the SIM's state; None if the modem does not tell, but reaches its messages."""
    question = Command(
        text=commands.SIM_STATE, timeout_s=timing.storage_s, expects="+CPIN", chances=2
    )
    for attempt in range(tries(timing)):
        reply = yield from ask_ready(question, timing)
        if commands.read_sim_state(reply.lines) or not (reply.is_ok or is_bare(reply)):
            return reply
        if reply.is_ok and attempt == 0:
            # It may have been a late one.
            continue
        reply = yield from ask(commands.STORAGE_QUERY, timing.storage_s, "+CPMS")
        if not reply.is_ok:
            # In text mode a listing is asked for in words (27.005 3.4.2).
            yield from demand(commands.PDU_MODE, timing.command_s)
            reply = yield from demand(commands.LIST_ALL, timing.storage_s, "+CMGL")
        if reply.is_ok:
            return None
        yield Pause(timing.retry_s)
    raise NotReadyError(ModemState.NO_SIM, "no usable SIM")


def _pin_key(setup: Setup) -> Generator[Step, Answer, str]:
    """A name for this PIN at this SIM that tells neither; the card's number where it is shown."""
    card = ""
    for text in commands.CARD_QUERIES:
        reply = yield from ask(text, setup.timing.command_s)
        card = commands.read_card(reply.lines)
        if card:
            break
    return hashlib.sha256(f"{card}/{setup.pin}".encode()).hexdigest()


def _attempts_left(
    profile: profiles.Profile, timing: Timing
) -> Generator[Step, Answer, int | None]:
    """How many tries the SIM still grants; None where the modem does not tell."""
    for text, name, position in profile.pin_counters:
        reply = yield from ask(text, timing.command_s, name)
        left = commands.read_numbers(reply.lines, name)
        if left and len(left) > position and left[position] is not None:
            return left[position]
    return None


def _enter_pin(setup: Setup, profile: profiles.Profile) -> Generator[Step, Answer, None]:
    if not setup.pin:
        raise NotReadyError(ModemState.PIN_REQUIRED, "the SIM wants a PIN that we lack")
    attempts = yield from _attempts_left(profile, setup.timing)
    if attempts is not None and attempts < _MIN_PIN_ATTEMPTS:
        raise NotReadyError(ModemState.PIN_REQUIRED, "one PIN attempt is left: not ours to take")
    key = yield from _pin_key(setup)
    if not (yield SpendPin(key)):
        raise NotReadyError(ModemState.PIN_REQUIRED, "this PIN was tried at this SIM before")
    reply = yield from demand(commands.enter_pin(setup.pin), setup.timing.sms_ready_s)
    if not reply.is_ok:
        raise NotReadyError(ModemState.PIN_REQUIRED, "the SIM refused the configured PIN")
    yield PinAccepted(key)
