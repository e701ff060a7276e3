"""From an open port in an unknown state to a configured modem whose SIM has been read.

The order matters (27.005, 27.007, and field experience): a stale prompt is left before anything is
said, errors become numeric before one is read (where the modem can), the SIM is unlocked before SMS
commands, and old messages are taken in before waiting for new ones, since announcements made while
the port was closed are lost.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from modem import profiles
from modem.at import commands, errors
from modem.events import Health, ModemState, Timing
from modem.exchange import Command, Reply
from modem.procedures.reception import Damage, sweep_all
from modem.procedures.steps import (
    Answer,
    Configuration,
    NotReadyError,
    Pause,
    Procedure,
    Started,
    Step,
    UnresponsiveError,
    ask,
    ask_command,
)

_ATTENTION_TRIES = 6
# +CMS ERROR: SIM not inserted .. SIM wrong, +CME ERROR: the same (27.005 3.2.5, 27.007 9.2).
_LOCKED = {("CME", 11), ("CMS", 311)}
_BLOCKED = {("CME", 12), ("CMS", 316)}
_NO_SIM = {("CME", 10), ("CME", 13), ("CME", 15), ("CMS", 310), ("CMS", 313), ("CMS", 315)}
_MIN_PIN_ATTEMPTS = 2


@dataclass(slots=True)
class Setup:
    """What a start needs to know; `is_pin_spent` lives as long as the process."""

    timing: Timing
    pin: str = ""
    is_pin_spent: bool = False
    damage: Damage = field(default_factory=Damage)


def start(setup: Setup, *, is_restarting: bool) -> Procedure:
    """Bring the modem up; `is_restarting` first orders a restart of its whole firmware."""
    timing = setup.timing
    if is_restarting:
        yield Command(text=commands.RESTART, timeout_s=timing.command_s)
        yield Pause(timing.restart_s)
    yield from _resynchronise(timing)
    yield from _set_dialect(timing)
    profile = yield from _identify(timing)
    yield from _unlock(setup, profile)
    yield from _ask_patiently([commands.PDU_MODE], timing)
    memory = yield from _choose_memory(profile, timing)
    for text in ('AT+CSCS="GSM"', "AT+CREG=1", *profile.extra_commands):
        yield from ask(text, timing.command_s)
    routing = yield from _choose_routing(profile, timing)
    others = tuple(other for other in profile.memories if other != memory)
    configuration = Configuration(
        profile=profile.name, memory=memory, other_memories=others, routing=routing
    )
    collected = yield from sweep_all(others, memory, setup.damage, timing)
    health = yield from observe(configuration, timing)
    return Started(is_complete=collected.is_complete, configuration=configuration, health=health)


def _resynchronise(timing: Timing) -> Generator[Step, Answer, None]:
    """Leave a stale prompt, then find the point from where answers belong to questions."""
    for _ in range(_ATTENTION_TRIES):
        reply = yield Command(text="\x1b" + commands.ATTENTION, timeout_s=timing.attention_s)
        if isinstance(reply, Reply) and reply.is_ok:
            # That OK may have been a late one; after a silence the next is ours.
            yield Pause(timing.quiet_s)
            reply = yield from ask(commands.ATTENTION, timing.attention_s)
            if reply.is_ok:
                return
    raise UnresponsiveError(commands.ATTENTION)


def _set_dialect(timing: Timing) -> Generator[Step, Answer, None]:
    """A modem that refuses numeric errors gives words or a bare ERROR: both are understood."""
    for text in ("ATE0", "ATV1", "ATQ0", "AT+CMEE=1"):
        yield from ask(text, timing.command_s)


def _identify(timing: Timing) -> Generator[Step, Answer, profiles.Profile]:
    identity = ""
    for text in (commands.IDENTITY, commands.MANUFACTURER):
        reply = yield from ask(text, timing.command_s, "+CGMI")
        identity += " " + commands.read_identity(reply.lines)
    return profiles.choose(identity)


def _error(reply: Reply) -> tuple[str, int | None]:
    return reply.final.named if reply.final else ("", None)


def _is_bare(reply: Reply) -> bool:
    """A bare ERROR has many meanings; soon after power-on it often means a busy SIM."""
    return reply.final is not None and not reply.final.is_ok and not reply.final.family


def _ask_ready(text: str, timing: Timing, expects: str = "") -> Generator[Step, Answer, Reply]:
    """Ask until the SIM is no longer busy, as after power-on."""
    for _ in range(_ready_tries(timing)):
        reply = yield from ask(text, timing.storage_s, expects)
        if _error(reply) in _NO_SIM:
            raise NotReadyError(ModemState.NO_SIM, "no usable SIM")
        if _error(reply) not in errors.BUSY:
            return reply
        yield Pause(timing.retry_s)
    raise NotReadyError(ModemState.STARTING, "the SIM stays busy")


def _ask_patiently(
    texts: Sequence[str], timing: Timing, expects: str = ""
) -> Generator[Step, Answer, Reply]:
    """Ask for one thing in several ways until one is accepted, or a refusal gives its reason."""
    for _ in range(_ready_tries(timing)):
        is_reasoned = False
        for text in texts:
            reply = yield from _ask_ready(text, timing, expects)
            if reply.is_ok:
                return reply
            is_reasoned = is_reasoned or not _is_bare(reply)
        if is_reasoned:
            break
        yield Pause(timing.retry_s)
    return reply


def _ready_tries(timing: Timing) -> int:
    return max(1, int(timing.sms_ready_s / timing.retry_s))


def _unlock(setup: Setup, profile: profiles.Profile) -> Generator[Step, Answer, None]:
    reply = yield from _ask_patiently([commands.SIM_STATE], setup.timing, "+CPIN")
    state, error = commands.read_sim_state(reply.lines), _error(reply)
    if state == "SIM PIN" or error in _LOCKED:
        yield from _enter_pin(setup, profile)
    elif (state is not None and "PUK" in state) or error in _BLOCKED:
        raise NotReadyError(ModemState.PUK_REQUIRED, "the SIM wants its PUK")
    elif state != "READY":
        raise NotReadyError(ModemState.NO_SIM, "no usable SIM")


def _enter_pin(setup: Setup, profile: profiles.Profile) -> Generator[Step, Answer, None]:
    """Try the configured PIN once in the life of this process, and never the last attempt."""
    if not setup.pin or setup.is_pin_spent:
        raise NotReadyError(ModemState.PIN_REQUIRED, "the SIM wants a PIN that we lack")
    text, name, position = profile.pin_counter
    reply = yield from ask(text, setup.timing.command_s, name)
    left = commands.read_numbers(reply.lines, name)
    attempts = left[position] if left and len(left) > position else None
    if attempts is not None and attempts < _MIN_PIN_ATTEMPTS:
        raise NotReadyError(ModemState.PIN_REQUIRED, "one PIN attempt is left: not ours to take")
    setup.is_pin_spent = True
    reply = yield from ask(commands.enter_pin(setup.pin), setup.timing.sms_ready_s)
    if not reply.is_ok:
        raise NotReadyError(ModemState.PIN_REQUIRED, "the SIM refused the configured PIN")


def _choose_memory(profile: profiles.Profile, timing: Timing) -> Generator[Step, Answer, str]:
    orders = {commands.set_storage(memory): memory for memory in profile.memories}
    reply = yield from _ask_patiently(list(orders), timing, "+CPMS")
    if not reply.is_ok:
        is_locked = _error(reply) in _LOCKED
        state = ModemState.PIN_REQUIRED if is_locked else ModemState.NO_SIM
        raise NotReadyError(state, "no memory for messages")
    return orders[reply.command.text]


def _choose_routing(
    profile: profiles.Profile, timing: Timing
) -> Generator[Step, Answer, tuple[int, ...] | None]:
    """Try the announcements the family knows; None means that only polling finds messages."""
    for routing in profile.routings:
        reply = yield from ask(commands.set_routing(routing), timing.command_s)
        if not reply.is_ok:
            continue
        reply = yield from ask(commands.ROUTING_QUERY, timing.command_s, "+CNMI")
        if commands.read_numbers(reply.lines, "+CNMI") == routing:
            return routing
    return None


def observe(configuration: Configuration, timing: Timing) -> Generator[Step, Answer, Health]:
    """Ask for network, signal and space."""
    reply = yield from ask(commands.REGISTRATION_QUERY, timing.command_s, "+CREG")
    stat = commands.read_registration(reply.lines, "+CREG")
    if stat not in commands.REGISTERED:
        # A modem on LTE alone may say so only here (27.007 10.1.22).
        reply = yield from ask(commands.LTE_REGISTRATION_QUERY, timing.command_s, "+CEREG")
        stat = commands.read_registration(reply.lines, "+CEREG")
    is_registered = stat in commands.REGISTERED
    reply = yield from ask(commands.SIGNAL_QUERY, timing.command_s, "+CSQ")
    signal_dbm = commands.read_signal_dbm(reply.lines)
    command = Command(text=commands.STORAGE_QUERY, timeout_s=timing.storage_s, expects="+CPMS")
    reply = yield from ask_command(command)
    storage = commands.read_storage(reply.lines)
    return Health(
        state=ModemState.READY if is_registered else ModemState.NO_NETWORK,
        profile=configuration.profile,
        is_registered=is_registered,
        signal_dbm=signal_dbm,
        used=storage.used if storage else None,
        total=storage.total if storage else None,
    )
