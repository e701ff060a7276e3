"""Taking messages from the modem's memory: list or read, hand over, delete only what is committed.

A slot is deleted right after its own PDU was stored, by index, never with a flag: messages that
arrive meanwhile must survive. A slot that reads the same nonsense again and again is handed over
as it is and freed, for one bad slot must not stop the channel; one that shows nothing at all is
left alone, since there is nothing to store, and one that its deletes do not free for a while.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace

from modem.at import commands, errors
from modem.events import Timing
from modem.exchange import Command, Message
from modem.procedures.steps import (
    Answer,
    Collected,
    Done,
    Pause,
    Procedure,
    Say,
    Step,
    UnconfiguredError,
    ask,
    ask_command,
    ask_once,
    demand,
    hand_over,
)

# One listing after another while messages keep coming in, as on a full SIM that drains.
_MAX_LISTINGS = 50
# Equal bad readings until a slot, and not the line, is taken to be at fault.
_BAD_READINGS = 3
# Deletes of one message, a sweep apart, until it is left in its slot.
_DELETES = 3
# Slots to look into where the modem does not say how many it has.
_ASSUMED_SLOTS = 50
# More slots than any memory of a modem.
_MAX_SLOTS = 255
_SHOWS_NOTHING = (
    "The modem lists a message in {memory} {index} and does not show it. It is left there and "
    "looked at again; if this stays, put the SIM into a phone to read it."
)
_HIDES_ALL = (
    "The modem says that messages lie in {memory} and refuses to list (AT+CMGL) and to read them "
    "(AT+CMGR). Put the SIM into a phone to read them, and use another modem."
)
_STAYS = (
    "The modem does not delete the message in {memory} {index}, which is safely stored here. It is "
    "left there and tried again later; if this stays, delete it in a phone, or use another SIM."
)
_NO_LISTING = (
    "The modem refuses to list messages (AT+CMGL=4); its slots are read one by one instead. "
    "Nothing needs to be done."
)


def is_free(message: Message) -> bool:
    """Whether a slot shows that it is free: a length of 0, and nothing."""
    return commands.pdu_length(message.header) == 0 and not message.raw


@dataclass(slots=True)
class Damage:
    """Slots that could not be read or freed: what stood there and how often; can lists be had?"""

    is_listing_refused: bool = False
    empty: set[tuple[str, int]] = field(default_factory=set)
    """Slots that show nothing; they count as read until they show something."""
    readings: dict[tuple[str, int], tuple[bytes, int]] = field(default_factory=dict)
    deletes: dict[tuple[str, int], tuple[bytes, int]] = field(default_factory=dict)
    """The PDU last deleted in each slot, and how often."""

    def is_hopeless(self, memory: str, index: int, raw: bytes) -> bool:
        """Note a bad reading; return whether there were enough equal ones."""
        before, count = self.readings.get((memory, index), (raw, 0))
        count = count + 1 if before == raw else 1
        self.readings[memory, index] = (raw, count)
        return count >= _BAD_READINGS

    def forget(self, memory: str, index: int) -> None:
        """The slot is free."""
        self.readings.pop((memory, index), None)
        self.empty.discard((memory, index))

    def deletes_of(self, memory: str, index: int, pdu: bytes) -> int:
        """How often this very message was deleted there before."""
        before, count = self.deletes.get((memory, index), (pdu, 0))
        return count if before == pdu else 0

    def is_kept(self, message: Message, memory: str) -> bool:
        """Whether nothing is to be done about it: it shows nothing, or stays where it is."""
        index = commands.number(message.header.arguments[0]) or 0
        if message.pdu is None:
            return is_free(message) or (not message.raw and (memory, index) in self.empty)
        return self.deletes_of(memory, index, message.pdu) >= _DELETES


def sweep(memory: str, damage: Damage, timing: Timing) -> Generator[Step, Answer, Collected]:
    """Take everything in the selected memory, until a listing is empty."""
    most = 0
    for _ in range(_MAX_LISTINGS):
        reply = yield from ask_command(_listing(memory, timing))
        if reply.final is not None and reply.final.named in errors.BUSY:
            return Collected(is_complete=False)
        if not reply.messages and not reply.is_ok:
            return (yield from _read_slots(memory, damage, timing))
        if all(damage.is_kept(message, memory) for message in reply.messages):
            return Collected(is_complete=True, most_listed=most)
        most, is_complete, is_freed = max(most, len(reply.messages)), True, True
        for message in reply.messages:
            index = commands.number(message.header.arguments[0])
            if index is None:
                is_complete = False
                continue
            collected = yield from _take(message, memory, index, damage, timing)
            if collected.is_blocked:
                return collected
            is_complete = is_complete and collected.is_complete
            is_freed = is_freed and collected.is_freed
        if not is_freed:
            break
        if not is_complete:
            yield Pause(timing.quiet_s)
    return Collected(is_complete=False, most_listed=most)


def _read_slots(memory: str, damage: Damage, timing: Timing) -> Generator[Step, Answer, Collected]:
    """Read slot after slot until all that are used were seen; some modems begin at 0."""
    if not damage.is_listing_refused:
        damage.is_listing_refused = True
        yield Say(_NO_LISTING)
    reply = yield from ask(commands.STORAGE_QUERY, timing.storage_s, "+CPMS")
    storage = commands.read_storage(reply.lines)
    used, total = (storage.used, storage.total) if storage else (None, _ASSUMED_SLOTS)
    seen, is_complete = 0, True
    for index in range(min(total, _MAX_SLOTS) + 1):
        if seen == used:
            break
        reply = yield from ask_command(_reading(index, timing, chances=0))
        for message in reply.messages[:1]:
            seen += 1
            collected = yield from _take(message, memory, index, damage, timing)
            if collected.is_blocked:
                return collected
            is_complete = is_complete and collected.is_complete
    if used and not seen:
        yield Say(_HIDES_ALL.format(memory=memory))
    return Collected(is_complete=is_complete)


def _listing(memory: str, timing: Timing) -> Command:
    """A memory without a name was chosen because it can be listed."""
    return Command(
        text=commands.LIST_ALL,
        timeout_s=timing.storage_s,
        expects="+CMGL",
        has_pdus=True,
        chances=2 if memory else 0,
    )


def _reading(index: int, timing: Timing, *, chances: int = 2) -> Command:
    return Command(
        text=commands.read_message(index),
        timeout_s=timing.storage_s,
        expects="+CMGR",
        has_pdus=True,
        chances=chances,
    )


def fetch(memory: str, index: int, home: str, damage: Damage, timing: Timing) -> Procedure:
    """Take the one message that +CMTI announced; it may lie in another memory than `home`."""
    if memory != home:
        yield from _select(memory, timing)
    reply = yield from ask_command(_reading(index, timing))
    # An empty slot is answered by +CMS ERROR: 321, or by a bare OK.
    collected = Collected(is_complete=True)
    if not reply.messages and reply.is_ok:
        # That OK may be a stray one: if our answer still comes, the machine sees it in the pause.
        yield Pause(timing.quiet_s)
    elif reply.messages:
        collected = yield from _take(reply.messages[0], memory, index, damage, timing)
    if memory != home:
        yield from _select(home, timing)
    return collected


def _select(memory: str, timing: Timing) -> Generator[Step, Answer, bool]:
    """Choose where to read; a modem with one memory that has no name reads there anyway."""
    if not memory:
        return True
    reply = yield from ask(commands.select_storage(memory), timing.storage_s, "+CPMS")
    return reply.is_ok


def sweep_all(
    others: Iterable[str], home: str, damage: Damage, timing: Timing
) -> Generator[Step, Answer, Collected]:
    """Sweep some memories, and `home` last so that it stays selected."""
    is_complete = True
    for memory in others:
        if (yield from _select(memory, timing)):
            collected = yield from sweep(memory, damage, timing)
            is_complete = is_complete and collected.is_complete
    yield from _select(home, timing)
    collected = yield from sweep(home, damage, timing)
    return replace(collected, is_complete=is_complete and collected.is_complete)


def acknowledge(timing: Timing) -> Procedure:
    """Tell the network that what was shown is committed; nothing waits if the modem refuses."""
    yield from ask_once(commands.ACKNOWLEDGE, timing.command_s)
    return Done()


def _take(
    message: Message, memory: str, index: int, damage: Damage, timing: Timing
) -> Generator[Step, Answer, Collected]:
    pdu = message.pdu
    if pdu is None:
        if commands.is_text_mode(message.header):
            raise UnconfiguredError("the modem speaks text mode")
        if is_free(message):
            return Collected(is_complete=True)
        if not damage.is_hopeless(memory, index, message.raw):
            return Collected(is_complete=False)
        # A line that was read so again and again was not cut by chance.
        pdu = message.salvaged or message.raw
        if not pdu:
            if (memory, index) not in damage.empty:
                damage.empty.add((memory, index))
                yield Say(_SHOWS_NOTHING.format(memory=memory, index=index))
            return Collected(is_complete=True)
    deletes = damage.deletes_of(memory, index, pdu)
    if deletes >= _DELETES:
        return Collected(is_complete=True)
    if not (yield from hand_over(pdu, memory, index)):
        return Collected(is_complete=False, is_blocked=True)
    damage.forget(memory, index)
    reply = yield from demand(commands.delete_message(index), timing.storage_s)
    damage.deletes[memory, index] = pdu, deletes + 1
    if deletes + 1 == _DELETES:
        yield Say(_STAYS.format(memory=memory, index=index))
    is_freed = reply.is_ok and not deletes
    return Collected(is_complete=is_freed, is_freed=is_freed)
