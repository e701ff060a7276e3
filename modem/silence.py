"""A modem that does not answer what it does not know, told from one that hangs; pure.

By the book an unknown command is an ERROR (V.250 5.7.1). Where no answer comes at all, `AT` is
asked: a modem that hangs does not answer that either. One that does is asked once more, and if it
is silent again, the command counts as refused, until something suggests another reason. What a
modem has answered once it knows: its silence at that is trouble.

Modems answer one command after another. So an answer that comes too late is what we take for that
of `AT`, or `AT` is answered right after it: both are waited for, lest they seem the next one's.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from modem.at import commands
from modem.at.parser import Final
from modem.events import Timing
from modem.exchange import Command, Reply
from modem.procedures.steps import Answer, Pause, Say, Step, by_way_of

_REFUSED = Final(is_ok=False)
_IS_SILENT = (
    "The modem gives no answer to commands that it does not know (such as {text}). It serves all "
    "the same, but takes a minute or two to start. Nothing needs to be done."
)

T = TypeVar("T")


class Silence:
    """What a modem has answered, and what it does not know."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._known: set[str] = set()
        self._unknown: set[str] = set()
        self._slowest_s = 0.0

    def reconsider(self) -> None:
        """Something was wrong, or is new: what was not answered may be answered now."""
        self._unknown.clear()

    def forget(self) -> None:
        """Another modem may come."""
        self.reconsider()
        self._known.clear()
        self._slowest_s = 0.0

    def heed(self, procedure: Generator[Step, Answer, T]) -> Generator[Step, Answer, T]:
        """Run a procedure for which the modem refuses what it does not know."""
        return by_way_of(self._take, procedure)

    def _take(self, step: Step) -> Generator[Step, Answer, Answer]:
        if isinstance(step, Command) and step.chances:
            return (yield from self._ask(step))
        return (yield step)

    def _ask(self, command: Command) -> Generator[Step, Answer, Reply]:
        if command.text in self._unknown:
            return Reply(command, _REFUSED)
        patience_s = self._patience(command)
        for _ in range(self._chances(command)):
            reply = yield from self._put(replace(command, timeout_s=patience_s), command)
            if command.text in self._known:
                return reply
            attention = yield from self._put(self._attention(command), command)
            if attention.final is None:
                return reply
            yield Pause(self._timing.quiet_s + self._slowest_s)
            if attention.is_begun:
                return replace(attention, command=command)
            # Should that have been a late OK, there is time for it now.
            patience_s = min(command.timeout_s, 2 * (patience_s + attention.took_s))
        if not self._unknown:
            yield Say(_IS_SILENT.format(text=command.text))
        self._unknown.add(command.text)
        return Reply(command, _REFUSED)

    def _put(self, put: Command, command: Command) -> Generator[Step, Answer, Reply]:
        """Ask it, or `AT` in its stead, and note what that tells."""
        reply = yield put
        if not isinstance(reply, Reply):
            raise TypeError("a command is answered by a reply")
        if reply.final is None:
            return reply
        if put.text == command.text:
            self._known.add(command.text)
        if command.chances > 1:
            self._slowest_s = max(self._slowest_s, reply.took_s)
        return reply

    def _attention(self, command: Command) -> Command:
        """`AT`; a late answer to the command is a part of its reply."""
        timeout_s = min(command.timeout_s, self._timing.storage_s)
        return replace(command, text=commands.ATTENTION, timeout_s=timeout_s)

    def _chances(self, command: Command) -> int:
        """One is enough where the modem was silent at another form of the command."""
        is_doubtful = any(_name(text) == _name(command.text) for text in self._unknown)
        return 1 if is_doubtful else command.chances

    def _patience(self, command: Command) -> float:
        """Who is known to be silent is not waited for longer than it needs for other answers."""
        if not self._unknown or command.text in self._known or command.chances == 1:
            return command.timeout_s
        return min(command.timeout_s, max(self._timing.attention_s, 2 * self._slowest_s))


def _name(text: str) -> str:
    """A command without its values (V.250 5.4)."""
    return text.partition("=")[0].rstrip("?")
