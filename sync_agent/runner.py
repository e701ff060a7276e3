"""Executes the city's commands, one at a time, in the order they came.

A handler works in a thread, so that the link stays alive; its effect and result are committed by
the agent's own thread. A command that takes too long has failed, and what it still says is ignored.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.actions.city import commanding, trusting
from appliance.actions.city.commanding import Answer
from appliance.domain.city.remote_command import CityTime, Outcome
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.store.city import commands
from appliance.store.city.commands import Command
from sync_agent.commands import LIMIT_S, Handler, Task

log = logging.getLogger(__name__)

GRACE_S = 10.0
"""What a handler may need beyond its own limit to say that it has failed."""
LOOK_EVERY_S = 5.0
"""How often a command is looked for that could not be judged yet."""

Start = Callable[[Callable[[], None]], None]


@dataclass(slots=True)
class _Work:
    """A command in execution."""

    command: Command
    until_s: float
    answer: Answer | None = None
    is_over: threading.Event = field(default_factory=threading.Event)


def in_thread(work: Callable[[], None]) -> None:
    """Start work that must not hold up the caller, nor the end of the process."""
    threading.Thread(target=work, name="command", daemon=True).start()


class Runner:
    """Turned by the agent's loop."""

    def __init__(
        self, db: sqlite3.Connection, handlers: Mapping[str, Handler], *, start: Start = in_thread
    ) -> None:
        self._db, self._handlers, self._start = db, handlers, start
        self._work: _Work | None = None
        self._look_at_s = 0.0

    def look(self) -> None:
        """There may be new commands."""
        self._look_at_s = 0.0

    def is_due(self, now_s: float) -> bool:
        """Whether a turn would find anything to do; `now_s` is monotonic seconds."""
        return now_s >= self._look_at_s if self._work is None else self._is_over(now_s)

    def turn(
        self, city_time: CityTime, now: Moment, now_s: float, task: Callable[[Command], Task]
    ) -> list[Command]:
        """Finish what is done, or begin what waits; return the commands that were finished.

        Never both, so that the caller acts on a result before the next command begins. `now_s` is
        monotonic seconds, `task` says what a handler may need.
        """
        if self._work is not None:
            return self._finish(self._work, now) if self._is_over(now_s) else []
        if now_s < self._look_at_s:
            return []
        self._look_at_s = now_s + LOOK_EVERY_S
        return self._begin(city_time, now, now_s, task)

    def _is_over(self, now_s: float) -> bool:
        work = self._work
        return work is not None and (work.is_over.is_set() or now_s > work.until_s)

    def _finish(self, work: _Work, now: Moment) -> list[Command]:
        finished = self._conclude(work.command, work.answer or _too_long(), now)
        self._work = None  # not before: where the store refuses, only this commit is repeated
        self.look()
        return [finished]

    def _begin(
        self, city_time: CityTime, now: Moment, now_s: float, task: Callable[[Command], Task]
    ) -> list[Command]:
        finished = []
        for command in commands.waiting(self._db):
            if (city_ms := _city_now(command, city_time, now)) is None:
                continue
            described = task(command)
            if refusal := self._refusal(command, city_ms, described.configured_keys):
                finished.append(self._conclude(command, refusal, now))
                continue
            self._work = _Work(command, now_s + LIMIT_S + GRACE_S)
            self._start(_execution(self._work, self._handlers[command.name], described))
            break
        return finished

    def _refusal(self, command: Command, city_ms: int, keys: Sequence[str]) -> Answer | None:
        """Why a command is not executed; None if it is."""
        if city_ms >= command.expires_at_ms:
            late_s = (city_ms - command.expires_at_ms) // 1000
            return Answer(outcome=Outcome.EXPIRED, detail=f"{late_s} s too late")
        if not trusting.may_order(self._db, command.signed_by, keys):
            return commanding.failed("signed by no key that is trusted now; give it again")
        if command.name not in self._handlers:
            known = ", ".join(self._handlers)
            return Answer(outcome=Outcome.UNSUPPORTED, detail=f"this box knows: {known}")
        return None

    def _conclude(self, command: Command, answer: Answer, now: Moment) -> Command:
        outcome = commanding.finish(self._db, command, answer, now)
        log.info(
            "command id=%s name=%s outcome=%s", command.command_id, command.name, outcome.value
        )
        return command


def _city_now(command: Command, city_time: CityTime, now: Moment) -> int | None:
    """The city's time as far as it is known; None for a command from before a reboot while the
    city has said nothing since."""
    if command.boot_id == now.boot_id:
        waited_ms = now.mono_ms - command.mono_ms
        city_time = city_time.heard(command.city_ms + waited_ms, now)
    return city_time.at(now)


def _execution(work: _Work, handler: Handler, task: Task) -> Callable[[], None]:
    def execute() -> None:
        try:
            work.answer = handler(task)
        except BadInput as error:
            work.answer = commanding.failed(str(error))
        except Exception as error:
            log.exception("command broke id=%s", work.command.command_id)
            work.answer = commanding.failed(f"a fault of this release: {type(error).__name__}")
        finally:
            work.is_over.set()

    return execute


def _too_long() -> Answer:
    return commanding.failed(f"not done within {LIMIT_S:.0f} s")
