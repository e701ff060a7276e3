"""Is the Internet there? Asks the resolvers of the uplink a question of DNS (RFC 1035) every 5 s.

The box's own router answers from its cache long after its line is dead, so each question is for a
name that nobody has asked before: the answer NXDOMAIN proves the line. `step` is called often.
"""

import logging
import secrets
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import ip_address
from pathlib import Path

log = logging.getLogger(__name__)

EVERY_S, PATIENCE_S = 5.0, 2.0
"""Two questions in vain take 12 s at most from the last answer, and three waits between steps."""
_IN_VAIN = 2
_ZONE = "connectivitycheck.gstatic.com"
"""Not signed, so that no resolver may conclude from one name that another is absent (RFC 8198);
phones ask for it anyway."""
_RESOLV_CONF = Path("/etc/resolv.conf")
_MOST_RESOLVERS = 4
_BEYOND = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""For documentation only (RFC 5737, 3849): reachable by the default route or not at all."""
_HEADER = struct.Struct("!6H")
_RECURSION_DESIRED, _IS_ANSWER = 0x0100, 0x8000
_A, _INTERNET = 1, 1
_NO_ERROR, _NO_SUCH_NAME = 0, 3


class Event(Enum):
    """How a question ended."""

    ANSWER = auto()
    SILENCE = auto()
    """Or a refusal, or no way to ask."""


@dataclass(frozen=True, slots=True)
class Uplink:
    """What is known; as made, one silence more decides that the Internet is not there."""

    is_online: bool = True
    silences: int = _IN_VAIN - 1

    def after(self, event: Event) -> "Uplink":
        """One answer proves the Internet, two silences in a row disprove it."""
        if event is Event.ANSWER:
            return Uplink(True, 0)
        silences = min(self.silences + 1, _IN_VAIN)
        return Uplink(self.is_online and silences < _IN_VAIN, silences)


class UplinkWatch:
    """Holds sockets only while a question is open."""

    def __init__(
        self,
        resolvers: Callable[[], Sequence[str]],
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._resolvers, self._random = resolvers, random
        self._uplink = Uplink()
        self._asked_at_s: float | None = None
        self._question = b""
        self._next_s = 0.0
        self._sockets: list[socket.socket] = []

    def step(self, now_s: float) -> bool:
        """Go on, without waiting; return whether the Internet is there, as far as known.

        `now_s` counts from anywhere and never goes back.
        """
        was_online = self._uplink.is_online
        if self._asked_at_s is not None:
            self._listen(now_s)
        if self._asked_at_s is None and now_s >= self._next_s:
            self._ask(now_s)
        if self._uplink.is_online != was_online:
            log.info("uplink state=%s", "offline" if was_online else "online")
        return self._uplink.is_online

    @property
    def is_proven(self) -> bool:
        """Whether the last question was answered; before the first nothing is proven."""
        return self._uplink.silences == 0

    def close(self) -> None:
        """Give the sockets back."""
        while self._sockets:
            self._sockets.pop().close()

    def _ask(self, now_s: float) -> None:
        self._asked_at_s, self._next_s = now_s, now_s + EVERY_S
        self._question = question(f"{self._random(8).hex()}.{_ZONE}", self._random(2))
        if has_default_route():
            for resolver in list(self._resolvers())[:_MOST_RESOLVERS]:
                self._send(resolver)
        if not self._sockets:
            self._end(Event.SILENCE)

    def _send(self, resolver: str) -> None:
        try:
            version = ip_address(resolver).version
        except ValueError:
            return
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        line = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            line.connect((resolver, 53))
            line.send(self._question)
        except OSError:
            line.close()
        else:
            self._sockets.append(line)

    def _listen(self, now_s: float) -> None:
        assert self._asked_at_s is not None
        if any(self._has_answer(line) for line in self._sockets):
            self._end(Event.ANSWER)
        elif now_s >= self._asked_at_s + PATIENCE_S:
            self._end(Event.SILENCE)

    def _has_answer(self, line: socket.socket) -> bool:
        try:
            return answers(line.recv(512), self._question)
        except OSError:
            return False

    def _end(self, event: Event) -> None:
        self.close()
        self._asked_at_s = None
        self._uplink = self._uplink.after(event)


def has_default_route() -> bool:
    """Whether a packet to the Internet would leave at all; sends none."""
    for family, address in _BEYOND:
        with socket.socket(family, socket.SOCK_DGRAM) as line:
            try:
                line.connect((address, 53))
            except OSError:
                continue
            return True
    return False


def resolvers_of(path: Path = _RESOLV_CONF) -> list[str]:
    """The servers in a resolv.conf(5), as written; none if it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]


def question(name: str, number: bytes) -> bytes:
    """A datagram that asks for the IPv4 address of a name; `number` is two bytes of chance."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    head = _HEADER.pack(int.from_bytes(number, "big"), _RECURSION_DESIRED, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack("!2H", _A, _INTERNET)


def answers(data: bytes, question: bytes) -> bool:
    """Whether it answers the question: with the name's address, or that there is no such name."""
    if len(data) < len(question):
        return False
    number, flags, *_ = _HEADER.unpack_from(data)
    is_ours = number == _HEADER.unpack_from(question)[0] and bool(flags & _IS_ANSWER)
    asked = slice(_HEADER.size, len(question))
    return is_ours and data[asked] == question[asked] and flags & 15 in (_NO_ERROR, _NO_SUCH_NAME)
