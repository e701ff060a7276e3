"""A box that is given commands, and what it has said of each."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from appliance.actions.cases import casework
from appliance.domain.city import signature, wire
from appliance.domain.city.remote_command import CityTime
from appliance.domain.city.topics import Lane
from appliance.domain.events.orders import (
    CommandIssued,
    CommandResult,
    TablePublished,
)
from appliance.domain.moment import Moment, to_ms
from appliance.store.city import outbox
from appliance.store.city.commands import Command
from appliance.store.connection import BoxConnection
from sync_agent.commands import HANDLERS, Handler, Task
from sync_agent.runner import Runner
from tests.builders import CITY_EPOCH, a_batch
from tests.conftest import START, at

KEY, NEXT = (signature.public_key(bytes([number]) * 32) for number in (1, 2))
CITY_MS = to_ms(START)


class Box:
    """A runner on a real database, turned by hand; what it is to work on waits in `started`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        assert isinstance(db, BoxConnection)
        self.db, self.now, self.city_time = db, at(), CityTime()
        self.keys: tuple[str, ...] = (KEY,)
        self.handlers: dict[str, Handler] = dict(HANDLERS)
        self.started: list[Callable[[], None]] = []
        self.runner = self._runner()
        self._seq = 0

    def _runner(self) -> Runner:
        return Runner(self.db, self.handlers, start=self.started.append)

    def restart(self) -> None:
        """The process ends and starts again."""
        self.started.clear()
        self.runner = self._runner()

    def give(
        self,
        *events: CommandIssued | TablePublished,
        sent_ms: int | None = CITY_MS,
        signed_by: str = KEY,
    ) -> None:
        """A batch comes down."""
        batch = a_batch(*events, first=self._seq + 1)
        batch = replace_sent(batch, sent_ms)
        applied = casework.apply_batch(self.db, batch, self.now, signed_by=signed_by)
        self._seq = applied.upto
        self.runner.look()

    def turn(self) -> list[Command]:
        return self.runner.turn(self.city_time, self.now, self.now.mono_ms / 1000, self._task)

    def obey(self) -> None:
        """Turn until nothing more happens, doing the work of each thread at once."""
        for _ in range(20):
            self.turn()
            while self.started:
                self.started.pop(0)()

    def _task(self, command: Command) -> Task:
        return Task(
            args=command.args,
            signed_by=command.signed_by,
            now=self.now,
            path=self.db.path,
            configured_keys=self.keys,
            disk_free_bytes=lambda: 5_000_000,
        )

    def results(self) -> list[tuple[str, str]]:
        """Outcome and detail of every result on its way to the city."""
        rows = [row for row in outbox.every(self.db) if row.kind == CommandResult.KIND]
        assert {row.lane for row in rows} <= {Lane.URGENT}
        events = (wire.decode_event(row.kind, row.payload.encode()) for row in rows)
        return [(e.outcome, e.detail) for e in events if isinstance(e, CommandResult)]

    def outcomes(self) -> list[str]:
        return [outcome for outcome, _ in self.results()]


def replace_sent(batch: wire.Batch, sent_ms: int | None) -> wire.Batch:
    clock = wire.Clock(boot=CITY_EPOCH, mono=1, wall=sent_ms)
    return wire.Batch(
        epoch=batch.epoch,
        lane=batch.lane,
        first=batch.first,
        sent=clock,
        events=batch.events,
    )


def later(now: Moment, **passed: float) -> Moment:
    delta = timedelta(**passed)
    moved = now.mono_ms + int(delta.total_seconds() * 1000)
    return replace(now, wall=now.wall + delta, mono_ms=moved)
