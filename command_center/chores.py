"""What the passing of time alone asks for, in one turn of the receiver every few seconds."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from command_center.cases import lapses
from command_center.fleet import renewing
from command_center.fleet.authority import Authority
from command_center.handling.escalating import Rounds
from command_center.notices.sender import Sender

log = logging.getLogger(__name__)

EVERY_S = 5.0


class Chores:
    """A look at deadlines and orders in each turn, at all else every few minutes."""

    def __init__(
        self,
        engine: Engine,
        *,
        rounds: Rounds,
        sender: Sender,
        authority: Authority | None,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._rounds, self._sender = engine, rounds, sender
        self._authority, self._now, self._new_id = authority, now, new_id
        self._monotonic_s, self._next_s = monotonic_s, monotonic_s()

    def __call__(self) -> None:
        """One turn."""
        now = self._now()
        if self._monotonic_s() >= self._next_s:
            self._next_s = self._monotonic_s() + lapses.EVERY_S
            attempt(lambda: lapses.run(self._engine, now))
            attempt(lambda: renewing.answer(self._engine, self._authority, now, self._new_id))
        attempt(lambda: self._rounds.look(now))
        attempt(lambda: self._sender.look(now))


def attempt(
    chore: Callable[[], object], failed: str = f"a chore failed; it is tried again in {EVERY_S} s"
) -> None:
    """A fault of one holds up neither the others nor what boxes wait for; the database's all."""
    try:
        chore()
    except OperationalError:
        raise
    except Exception:
        log.exception(failed)
