"""What a line means that nobody asked for; pure.

Knows the families' words. Does not know what is done about it.
"""

import re
from dataclasses import dataclass

from modem.at import commands
from modem.at.parser import Info, Text
from modem.exchange import Message, Unsolicited
from modem.profiles import BOOT_LINES, FRESH_BOOT_LINES, FULL_LINES

# What else stands there is noise, and must not become a command.
_MEMORY = re.compile("[A-Z]{2}")
_REGISTRATIONS = frozenset({"+CREG", "+CEREG"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that the modem has not stored (+CMT, +CDS); `is_whole` if it may be acknowledged.

    One that fits no length may have been cut on its way to us.
    """

    pdu: bytes
    name: str
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Announced:
    """A message in a slot; without an index only a sweep finds it."""

    memory: str
    index: int | None


@dataclass(frozen=True, slots=True)
class Full:
    """No slot is free."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The network was found or lost."""

    is_registered: bool


@dataclass(frozen=True, slots=True)
class Ussd:
    """What the network says to a USSD request (+CUSD, 27.007 7.15): 1 asks for more."""

    status: int
    text: str = ""
    dcs: int | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """Somebody calls."""


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """An answer that nobody awaits."""


@dataclass(frozen=True, slots=True)
class Boot:
    """The modem starts; `is_fresh` if it has just been switched on."""

    is_fresh: bool


_NAMED: dict[str, Full | Ringing | OutOfStep] = {
    "^SMMEMFULL": Full(),
    "+CRING": Ringing(),
    # These come as answers only: one that nobody awaits means that we are out of step.
    **dict.fromkeys(("+CMGR", "+CMGL", "+CMGS", "+CMGF", "+CNMI", "+CPMS"), OutOfStep()),
}
Meaning = Shown | Announced | Full | Registration | Ussd | Ringing | OutOfStep | Boot | None


def read(unsolicited: Unsolicited) -> Meaning:
    """Return what a line means, None if nothing to us."""
    match unsolicited.content:
        case Message(header) as message:
            pdu = message.pdu or message.salvaged
            return Shown(pdu or message.raw, header.name, is_whole=pdu is not None)
        case Info() as info:
            return _read_info(info)
        case Text("RING"):
            return Ringing()
        case Text(text) if text in FULL_LINES:
            return Full()
        case Text(text) if text in BOOT_LINES:
            return Boot(is_fresh=text in FRESH_BOOT_LINES)
    return None


def _read_info(info: Info) -> Meaning:
    match info:
        case Info("+CMTI" | "+CDSI", arguments):
            return _announced(arguments)
        case Info(name, (stat,)) if name in _REGISTRATIONS:
            return Registration(commands.number(stat) in commands.REGISTERED)
        case Info("+CPIN", (state,)) if state.upper() != commands.SIM_READY:
            # The SIM was taken out, or locks itself: a new start finds out which.
            return Boot(is_fresh=False)
        case Info("+CUSD", arguments):
            return read_ussd(arguments)
    return _NAMED.get(info.name)


def _announced(arguments: tuple[str, ...]) -> Announced:
    """`+CMTI: ,-1` is what a modem says that could not store: then only a sweep helps."""
    if len(arguments) < 2 or not _MEMORY.fullmatch(arguments[0]):
        return Announced("", None)
    return Announced(arguments[0], commands.number(arguments[-1]))


def read_ussd(arguments: tuple[str, ...]) -> Ussd | None:
    """Read `+CUSD: <m>[,<str>,<dcs>]`."""
    status = commands.number(arguments[0])
    if status is None:
        return None
    dcs = commands.number(arguments[2]) if len(arguments) > 2 else None
    return Ussd(status, arguments[1] if len(arguments) > 1 else "", dcs)
