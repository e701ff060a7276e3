"""One command at a time: writes it, gathers its reply, keeps unsolicited lines apart.

Knows which lines belong to the pending command, that a PDU line is the one with the length its
header announced, and when patience ends. Does not know why a command is sent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from modem.at import commands
from modem.at.framer import Framer, Line, Prompt
from modem.at.parser import Final, Hex, Info, Parsed, Text, parse
from modem.events import Write
from modem.pdu.salvage import salvage
from modem.profiles import BOOT_LINES, FULL_LINES

LINE_END = b"\r"
# A reply that trickles gets this many times its patience in all.
_MAX_EXTENSIONS = 4
# More lines than any listing of a SIM has.
_MAX_LINES = 1024
_COLON = re.compile(": *")
_ALWAYS_UNSOLICITED = BOOT_LINES | FULL_LINES
# Headers whose next line is a PDU when nobody asked.
_UNSOLICITED_PDUS = frozenset({"+CMT", "+CDS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line and how its reply is recognised.

    `expects` names the information lines of the reply; `payload` is written at the prompt, once
    that is confirmed, and from then on `payload_s` is the patience. `chances` is how often it may
    be asked, while other answers come, until it counts as unknown to the modem: never, for 0.
    """

    text: str
    timeout_s: float
    expects: str = ""
    has_pdus: bool = False
    payload: bytes = b""
    payload_s: float = 0.0
    chances: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A header and its PDU; `pdu` is None if no line fitted, then `raw` is what stood there."""

    header: Info
    pdu: bytes | None
    raw: bytes = b""

    @property
    def salvaged(self) -> bytes | None:
        """The PDU of a line that no length fits, if it reads well all the same."""
        octets = commands.read_hex(self.raw)
        return salvage(octets, commands.pdu_length(self.header) or 0) if octets else None


@dataclass(slots=True)
class Reply:
    """What came back; `final` is None if it never ended."""

    command: Command
    final: Final | None = None
    lines: list[Parsed] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    is_prompted: bool = False
    is_payload_written: bool = False
    is_declined: bool = False
    took_s: float = 0.0

    @property
    def is_begun(self) -> bool:
        """Whether some of what was asked for came."""
        return bool(self.messages) or any(isinstance(line, Info) for line in self.lines)

    @property
    def is_ok(self) -> bool:
        """Whether the reply ended with OK."""
        return self.final is not None and self.final.is_ok


@dataclass(frozen=True, slots=True)
class Prompted:
    """The modem waits for the payload: `confirm` or `decline` it."""


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """A line or message that is no part of a reply."""

    content: Info | Text | Message


class Exchange:
    """The port's conversation; after `abort` the next command starts afresh."""

    def __init__(self) -> None:
        self._framer = Framer()
        self._reply: Reply | None = None
        self._header: Info | None = None
        self._stray: bytes = b""
        self._announced: Info | None = None
        self._is_announced_next = False
        self._started_s = 0.0
        self._deadline_s = 0.0
        self._last_deadline_s = 0.0

    def start(self, command: Command, now_s: float) -> Write:
        """Begin a command; the previous one must have ended."""
        if self._reply is not None:
            raise RuntimeError("a command is pending already")
        self._reply = Reply(command)
        self._started_s = now_s
        self._framer.expect_prompt(bool(command.payload))
        self._set_patience(command.timeout_s, now_s)
        return Write(command.text.encode("ascii") + LINE_END)

    def confirm(self, now_s: float) -> Write | None:
        """Write the payload at the prompt; None if the modem no longer waits for it."""
        reply = self._prompted()
        if reply is None:
            return None
        reply.is_payload_written = True
        self._set_patience(reply.command.payload_s, now_s)
        return Write(reply.command.payload)

    def decline(self, now_s: float) -> Write | None:
        """Leave the prompt without a payload; the modem still ends the reply (27.005 3.5.1)."""
        reply = self._prompted()
        if reply is None:
            return None
        reply.is_declined = True
        self._set_patience(reply.command.timeout_s, now_s)
        return Write(commands.ESC)

    def _prompted(self) -> Reply | None:
        reply = self._reply
        if reply is None or not reply.is_prompted:
            return None
        return None if reply.is_payload_written or reply.is_declined else reply

    def abort(self) -> Reply | None:
        """Give the pending command up and return what there is of its reply."""
        self._framer.expect_prompt(False)
        self._announced = None
        return self._finish() if self._reply else None

    def reset(self) -> None:
        """Forget everything, for a port opened anew."""
        self.abort()
        self._framer.reset()

    def expire(self, now_s: float) -> Reply | None:
        """Return the unfinished reply if its time is over."""
        if self._reply is None or now_s < self._deadline_s:
            return None
        return self.abort()

    def feed(self, data: bytes, now_s: float) -> Iterator[Prompted | Reply | Unsolicited]:
        """Take bytes that were read, lazily: what a result causes applies to the bytes after it."""
        for token in self._framer.feed(data):
            result = self._prompt() if isinstance(token, Prompt) else self._line(token, now_s)
            if result is not None:
                yield result

    def _prompt(self) -> Prompted | None:
        reply = self._reply
        if reply is None or not reply.command.payload or reply.is_prompted:
            return None
        reply.is_prompted = True
        return Prompted()

    def _line(self, token: Line, now_s: float) -> Reply | Unsolicited | None:
        spoken = _COLON.sub(": ", token.text.strip(" \0").upper(), count=1)
        if spoken in _ALWAYS_UNSOLICITED and not self._is_asked(token.text):
            return Unsolicited(Text(spoken))
        parsed = parse(token.text)
        if isinstance(parsed, Info):
            return self._info(parsed, now_s)
        is_next, self._is_announced_next = self._is_announced_next, False
        if isinstance(parsed, Hex) and self._is_announced(parsed, is_next=is_next):
            return self._take_announced(parsed, token.text)
        if self._reply is None:
            return Unsolicited(parsed) if isinstance(parsed, Text) else None
        if isinstance(parsed, Final):
            self._reply.final, self._reply.took_s = parsed, now_s - self._started_s
            return self._finish()
        self._keep(self._reply, parsed, token.text, now_s)
        self._extend(now_s)
        return None

    def _is_asked(self, text: str) -> bool:
        expects = self._reply.command.expects if self._reply else ""
        return bool(expects) and text.startswith(expects + ":")

    def _info(self, info: Info, now_s: float) -> Unsolicited | None:
        if info.name in _UNSOLICITED_PDUS:
            self._announced, self._is_announced_next = info, True
            return None
        reply = self._reply
        if reply is None or info.name != reply.command.expects:
            return Unsolicited(info)
        self._flush_header()
        reply.lines.append(info)
        if reply.command.has_pdus:
            self._header, self._is_announced_next = info, False
        if reply.is_payload_written:
            # The network has answered: only the closing OK is missing now.
            self._set_patience(reply.command.timeout_s, now_s)
        else:
            self._extend(now_s)
        return None

    def _is_announced(self, line: Hex, *, is_next: bool) -> bool:
        """A PDU goes to the header that announced its length, the one asked for first.

        One that fits none belongs to the header before it.
        """
        is_asked = self._header is not None and _fits(self._header, line)
        if self._announced is None or is_asked:
            return False
        return is_next or _fits(self._announced, line)

    def _take_announced(self, line: Hex, text: str) -> Unsolicited | None:
        header, self._announced = self._announced, None
        if header is None:
            return None
        octets = line.octets if _fits(header, line) else None
        return Unsolicited(Message(header, octets, text.encode("latin-1")))

    def _keep(self, reply: Reply, parsed: Parsed, text: str, now_s: float) -> None:
        if self._header and isinstance(parsed, Hex) and _fits(self._header, parsed):
            reply.messages.append(Message(self._header, parsed.octets))
            self._header, self._stray = None, b""
            if len(reply.messages) < _MAX_LINES:
                # A listing is as long as the memory is large, and the line slow.
                self._set_patience(reply.command.timeout_s, now_s)
        elif self._header and not self._stray:
            self._stray = text.encode("latin-1")
        elif len(reply.lines) < _MAX_LINES:
            reply.lines.append(parsed)

    def _flush_header(self) -> None:
        if self._header is not None and self._reply is not None:
            self._reply.messages.append(Message(self._header, None, self._stray))
        self._header, self._stray = None, b""

    def _finish(self) -> Reply | None:
        self._flush_header()
        reply, self._reply = self._reply, None
        return reply

    def _set_patience(self, seconds: float, now_s: float) -> None:
        self._deadline_s = now_s + seconds
        self._last_deadline_s = now_s + seconds * _MAX_EXTENSIONS

    def _extend(self, now_s: float) -> None:
        """A reply that still comes is not lost; a stream of noise does not extend for ever."""
        if self._reply is None:
            return
        command = self._reply.command
        patience_s = command.payload_s if self._reply.is_payload_written else command.timeout_s
        self._deadline_s = min(now_s + patience_s, self._last_deadline_s)


def _fits(header: Info, line: Hex) -> bool:
    octets = commands.pdu_length(header)
    return octets is not None and commands.is_pdu(line.octets, octets)
