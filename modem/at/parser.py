"""A line to what it is: final, unsolicited code, information, hex (27.005, 27.007, V.250).

Decides by the grammar of the *whole* line. "OKE pak" is not OK. Which information belongs to which
command is for `modem.exchange` to say; the parser knows no history.
"""

import re
from dataclasses import dataclass

from modem.at import errors

# Values in quotes may hold commas; a stray quote ends nothing.
_ARGUMENT = re.compile(r'\s*("[^"]*"|\([^)]*\)|[^,]*)\s*(?:,|$)')
_CODED_ERROR = re.compile(r"\+(CM[ES]) ERROR: ?(.{0,80})")
_KEYED = re.compile(r"([+^*][A-Z0-9]{2,15}): ?(.*)", re.DOTALL)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){2,}")
# The last two are Huawei's.
_PLAIN_FINALS = {
    "OK": True,
    "ERROR": False,
    "COMMAND NOT SUPPORT": False,
    "TOO MANY PARAMETERS": False,
}
_MAX_ARGUMENTS = 32


@dataclass(frozen=True, slots=True)
class Final:
    """The end of a reply. `family` is "CMS" or "CME" where the modem gave a code, or words."""

    is_ok: bool
    family: str = ""
    code: int | None = None
    text: str = ""

    @property
    def named(self) -> tuple[str, int | None]:
        """Family and code."""
        return self.family, self.code


@dataclass(frozen=True, slots=True)
class Info:
    """A line "+NAME: arguments", solicited or not."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hex:
    """A line of hex octets: a PDU if it stands where one is due and has its length."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """Any other line: an echo, a name, a boot message, noise."""

    text: str


Parsed = Final | Info | Hex | Text


def parse(line: str) -> Parsed:
    """Classify one line; never fails."""
    line = line.strip(" \0")
    if line in _PLAIN_FINALS:
        return Final(_PLAIN_FINALS[line])
    if match := _CODED_ERROR.fullmatch(line):
        family, value = match.groups()
        if value.isascii() and value.isdigit() and len(value) < 6:
            return Final(is_ok=False, family=family, code=int(value))
        return Final(is_ok=False, family=family, code=errors.code_of(family, value), text=value)
    if match := _KEYED.fullmatch(line):
        return Info(match[1], split_arguments(match[2]))
    if _HEX.fullmatch(line):
        return Hex(bytes.fromhex(line))
    return Text(line)


def split_arguments(text: str) -> tuple[str, ...]:
    """Split at commas outside quotes and brackets; quotes are removed."""
    arguments: list[str] = []
    at = 0
    while at <= len(text) and len(arguments) < _MAX_ARGUMENTS:
        match = _ARGUMENT.match(text, at)
        if match is None:
            arguments.append(text[at:])
            break
        arguments.append(match[1].strip().strip('"'))
        if match.end() >= len(text) and not match[0].rstrip().endswith(","):
            break
        at = match.end()
    return tuple(arguments)
