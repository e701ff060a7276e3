"""What a city stores a second, on SQLite and PostgreSQL, with one, two and four receivers.

Each receiver is a process that takes batches from memory as it takes them from a broker, those of
its own boxes in turn, in groups as it makes them of what waits; answers go nowhere. The baselines
are the same rows (event and request) by the same statements in as many commits, in the same run:
*keyed* into the same tables with their keys, indexes and checks, *bare* into tables without any.
Everything flushes at each commit, and has stored a first group before its time begins.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, Table, select

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.ids import SiteCode, Ticket
from appliance.runtime import ids
from bench.triage import messages
from command_center.receiving.inbound import Raw, cut
from command_center.receiving.receiver import GROUP_MAX_BYTES, GROUP_MAX_MESSAGES
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.store import database, migrate
from command_center.store.bulk import Row, insert_many
from command_center.store.schema.cases import requests
from command_center.store.schema.receiving import events, streams
from tests.support.postgres import Server
from tests.unit.command_center.city import a_batch, a_received, wire_event

SITES = [SiteCode(f"14.71.{number:02d}") for number in range(1, 9)]
EVENTS_OF_A_SITE = 2_000
IN_A_BATCH = 50
RECEIVERS = (1, 2, 4)
ROUNDS = 5

Batches = dict[SiteCode, list[Raw]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the databases of one kind are."""

    kind: str
    server: Server
    files: Path

    def new(self, name: str) -> Engine:
        """A city that has stored nothing yet."""
        if self.kind == "PostgreSQL":
            self.server.run(f"CREATE DATABASE {name}")
            url = self.server.url(name)
        else:
            url = f"sqlite:///{self.files}/{name}.db"
        engine = database.connect(url, files=self.files)
        migrate.ensure(engine, "1471", ids.new_epoch, _now())
        return engine


def main() -> None:
    """Interleave the rounds and print medians."""
    waiting = _said()
    server = Server(shared_buffers="128MB", max_connections="100")
    rates: dict[tuple[str, str], list[float]] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="posko-bench-", dir=".") as folder:
            places = [
                Place(kind, server, Path(folder).resolve()) for kind in ("SQLite", "PostgreSQL")
            ]
            for number in range(ROUNDS):
                for place in places:
                    for name, per_s in _round(place, waiting, number).items():
                        rates.setdefault((place.kind, name), []).append(per_s)
    finally:
        server.close()
    _print(rates)


def _round(place: Place, waiting: Batches, number: int) -> dict[str, float]:
    """Complaints a second by what stores them."""
    rates = {}
    for receivers in RECEIVERS:
        city = place.new(f"city_{number}_{receivers}")
        rates[f"{receivers} receiver{'s' * (receivers > 1)}"] = _received(city, waiting, receivers)
        if receivers == 1:
            groups = [len(group) * IN_A_BATCH for group in _groups(waiting, SITES)]
            rates["bare"] = _bare(city, groups)
            rates["keyed"] = _keyed(city, place.new(f"keyed_{number}"), groups)
        city.dispose()
    return rates


def _print(rates: dict[tuple[str, str], list[float]]) -> None:
    print("complaints/s, median (least..most) of rounds; ratios to the rows alone")
    print(f"  {'':<38}{'keyed':>6}{'bare':>6}")
    for (kind, name), found in rates.items():
        median = statistics.median(found)
        span = f"({min(found):,.0f}..{max(found):,.0f})"
        ratios = [median / statistics.median(rates[kind, base]) for base in ("keyed", "bare")]
        print(f"  {kind:<11}{name:<12}{median:8,.0f} {span:<17}", *(f"{r:5.2f}" for r in ratios))


def _said() -> Batches:
    """The batches of each box, as they come."""
    texts = [message["text"] for message in messages("everyday")]
    firsts = range(1, EVENTS_OF_A_SITE + 1, IN_A_BATCH)
    return {site: [_batch(site, first, texts) for first in firsts] for site in SITES}


def _batch(site: SiteCode, first: int, texts: Sequence[str]) -> Raw:
    told = [
        a_received(
            request_id=ids.new_id(),
            ticket=Ticket.issue(site.ticket_prefix, serial).digits,
            text=texts[serial % len(texts)],
        )
        for serial in range(first, first + IN_A_BATCH)
    ]
    topic = str(Topic(site, Leaf.UP_EVENTS, Lane.COMPLAINTS))
    return cut(topic, wire.encode(a_batch(*map(wire_event, told), first=first)))


def _groups(waiting: Batches, sites: Sequence[SiteCode]) -> list[list[Raw]]:
    """What waits of some boxes, each in turn, as a receiver takes it."""
    groups: list[list[Raw]] = [[]]
    for raw in chain.from_iterable(zip(*(waiting[site] for site in sites), strict=True)):
        size_bytes = sum(one.size_bytes for one in groups[-1])
        if len(groups[-1]) == GROUP_MAX_MESSAGES or size_bytes >= GROUP_MAX_BYTES:
            groups.append([])
        groups[-1].append(raw)
    return groups


def _received(engine: Engine, waiting: Batches, receivers: int) -> float:
    """Complaints a second until all are committed, by so many processes."""
    engine.dispose()
    context = multiprocessing.get_context("fork")
    begin, end = context.Barrier(receivers + 1), context.Barrier(receivers + 1)
    shares = [_groups(waiting, SITES[number::receivers]) for number in range(receivers)]
    processes = [
        context.Process(target=_receive, args=(engine, groups, begin, end)) for groups in shares
    ]
    for process in processes:
        process.start()
    begin.wait()
    started_s = time.perf_counter()
    end.wait()
    took_s = time.perf_counter() - started_s
    for process in processes:
        process.join()
    return sum(len(group) for groups in shares for group in groups[1:]) * IN_A_BATCH / took_s


def _receive(engine: Engine, groups: list[list[Raw]], begin: Barrier, end: Barrier) -> None:
    downlink = Downlink(engine, _discard, now=_now, jitter=lambda: 1.0)
    blobs = Blobs(engine, _discard, now=_now)
    reception = Reception(engine, _discard, downlink, blobs, now=_now)
    reception.work(groups[0])
    begin.wait()
    for group in groups[1:]:
        reception.work(group)
    end.wait()
    engine.dispose()


def _bare(city: Engine, groups: Sequence[int]) -> float:
    """Complaints a second for what a city has stored, in tables that only keep it."""
    bare, copies = MetaData(), {}
    for table, rows in _stored(city, events, requests).items():
        columns = [Column(column.name, column.type) for column in table.c]
        copies[Table(f"bare_{table.name}", bare, *columns)] = rows
    bare.create_all(city)
    return _alone(city, copies, groups)


def _keyed(city: Engine, empty: Engine, groups: Sequence[int]) -> float:
    """The same in the tables of another city."""
    with database.writing(empty) as connection:
        for table, rows in _stored(city, streams).items():
            insert_many(connection, table, tuple(table.c.keys()), rows)
    per_s = _alone(empty, _stored(city, events, requests), groups)
    empty.dispose()
    return per_s


def _stored(engine: Engine, *tables: Table) -> dict[Table, list[Row]]:
    with database.reading(engine) as connection:
        return {
            table: [tuple(row) for row in connection.execute(select(table))] for table in tables
        }


def _alone(engine: Engine, rows: dict[Table, list[Row]], groups: Sequence[int]) -> float:
    """Complaints a second for rows alone, in transactions of so many of each table."""
    at, started_s = 0, 0.0
    for number, size in enumerate(groups):
        if number == 1:
            started_s = time.perf_counter()
        with database.writing(engine) as connection:
            for table, all_rows in rows.items():
                insert_many(connection, table, tuple(table.c.keys()), all_rows[at : at + size])
        at += size
    return (at - groups[0]) / (time.perf_counter() - started_s)


def _now() -> datetime:
    return datetime.now(UTC)


def _discard(_topic: str, _payload: bytes, _qos: int) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    main()
