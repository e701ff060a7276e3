"""Where messages are kept and how they are announced (27.005 3.2.2, 3.4.1), by what the modem has.

A modem that tells its ranges is believed; at one that does not, the family's choices are tried.
"""

from collections.abc import Generator, Iterator, Sequence

from modem import operators, profiles
from modem.at import commands
from modem.events import ModemState, Timing
from modem.exchange import Command
from modem.procedures.patience import ask_patiently, error_of
from modem.procedures.steps import (
    Answer,
    Configuration,
    NotReadyError,
    Say,
    Step,
    ask,
    demand,
)
from modem.procedures.unlocking import LOCKED

_NO_PDU_MODE = (
    "The modem refuses PDU mode (AT+CMGF=0); if no message comes through, use another modem."
)
_POLLING = (
    "The modem announces no messages (AT+CNMI); it is asked every few seconds instead. "
    "Nothing needs to be done."
)
# A sum of the others, and broadcasts: no places to sweep.
_NO_PLACES = frozenset({"MT", "BM", "TA"})


def configure(profile: profiles.Profile, timing: Timing) -> Generator[Step, Answer, Configuration]:
    """Choose memory and announcements; raise `NotReadyError` if the modem keeps no messages."""
    reply = yield from ask(commands.SUBSCRIBER, timing.command_s)
    operator = operators.home_network(commands.read_subscriber(reply.lines))
    names, count = yield from _list_memories(timing)
    memory = yield from _choose_memory(profile, names, count, timing)
    yield from _choose_mode(timing)
    for text in ('AT+CSCS="GSM"', "AT+CREG=1", *profile.extra_commands):
        yield from ask(text, timing.command_s)
    reply = yield from ask(commands.ACKNOWLEDGED_SERVICE, timing.command_s)
    is_acknowledging = reply.is_ok
    routing, is_routing_shown = yield from _choose_routing(profile, timing)
    configuration = Configuration(
        profile=profile,
        operator=operator,
        memory=memory,
        other_memories=_others(memory, names or profile.memories),
        routing=routing,
        is_routing_shown=is_routing_shown,
        is_acknowledging=is_acknowledging,
    )
    if not configuration.is_announcing:
        yield Say(_POLLING)
    return configuration


def _choose_mode(timing: Timing) -> Generator[Step, Answer, None]:
    """PDU mode; a modem that refuses the order may be in it for ever, or in text mode."""
    if (yield from demand(commands.PDU_MODE, timing.command_s)).is_ok:
        return
    reply = yield from ask(commands.PDU_MODE_QUERY, timing.command_s, "+CMGF")
    if commands.read_numbers(reply.lines, "+CMGF") == (1,):
        raise NotReadyError(ModemState.TEXT_MODE, "PDU mode is refused")
    yield Say(_NO_PDU_MODE)


def _others(memory: str, names: Sequence[str]) -> tuple[str, ...]:
    """The memories to sweep besides; reports may lie in one of their own (SR)."""
    if memory == "MT":
        return tuple(name for name in names if name == "SR")
    return tuple(name for name in names if memory and name not in _NO_PLACES | {memory})


def _list_memories(timing: Timing) -> Generator[Step, Answer, tuple[tuple[str, ...], int | None]]:
    """The memories to read from, and how many a choice names; nothing if the modem is silent."""
    reply = yield from ask(commands.STORAGE_RANGES, timing.command_s, "+CPMS")
    groups = commands.read_memory_names(reply.lines)
    return (groups[0], min(len(groups), 3)) if groups else ((), None)


def _choose_memory(
    profile: profiles.Profile, names: Sequence[str], count: int | None, timing: Timing
) -> Generator[Step, Answer, str]:
    """The best memory that may hold all we receive; "" where the modem has but one, unnamed."""
    wanted = [name for name in profile.memories if name in names] or profile.memories
    if not names:
        # A listing may have to tell, and in text mode it is asked for in words (27.005 3.4.2).
        yield from demand(commands.PDU_MODE, timing.command_s)
    orders = {
        commands.set_storage(name, number): name
        for name in wanted
        for number in ([count] if count else [3, 2, 1])
    }
    ways = [
        Command(text=text, timeout_s=timing.storage_s, expects="+CPMS", chances=2)
        for text in orders
    ]
    # A modem that lets none be chosen has to list what it has.
    ways.append(Command(text=commands.LIST_ALL, timeout_s=timing.storage_s, expects="+CMGL"))
    reply = yield from ask_patiently(ways, timing)
    if reply.is_ok:
        return orders.get(reply.command.text, "")
    is_locked = error_of(reply) in LOCKED
    state = ModemState.PIN_REQUIRED if is_locked else ModemState.NO_SIM
    raise NotReadyError(state, "no memory for messages")


def _choose_routing(
    profile: profiles.Profile, timing: Timing
) -> Generator[Step, Answer, tuple[tuple[int, ...] | None, bool]]:
    """Try announcements, best first, then storing without one; None if the modem takes no order.

    Also tell whether the modem shows its choice, which then can be verified later.
    """
    reply = yield from ask(commands.ROUTING_RANGES, timing.command_s, "+CNMI")
    ranges = commands.read_ranges(reply.lines, "+CNMI")
    for routing in _routings(profile, ranges):
        reply = yield from ask(commands.set_routing(routing), timing.command_s)
        if not reply.is_ok:
            continue
        reply = yield from ask(commands.ROUTING_QUERY, timing.command_s, "+CNMI")
        shown = commands.read_numbers(reply.lines, "+CNMI")
        if shown is None or shown == routing:
            return routing, shown is not None
    return None, False


def _routings(
    profile: profiles.Profile, ranges: Sequence[frozenset[int]] | None
) -> Iterator[tuple[int, ...]]:
    wanted = [*profile.routings, *profiles.STORING]
    if ranges is None or len(ranges) < profiles.ROUTING_VALUES:
        yield from wanted
        return
    made = profiles.make_routing(ranges)
    if made is not None and made not in wanted:
        wanted.insert(len(profile.routings), made)
    for routing in wanted:
        if all(value in allowed for value, allowed in zip(routing, ranges, strict=False)):
            yield routing
