"""What a city stores a second, on SQLite and PostgreSQL, with one, two and four receivers.

Each receiver is a process that takes batches from memory as it takes them from a broker, those of
its own boxes; answers go nowhere. The baseline is the same rows in tables without key, index or
check, by the same statements and as many commits, in the same run. Both flush at each commit.
"""

import multiprocessing
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, Table, select

from appliance.domain import wire
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.topics import Lane, Leaf, Topic
from appliance.runtime import ids
from command_center.receiving.inbound import cut
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.store import database, migrate
from command_center.store.bulk import insert_many
from command_center.store.schema import events, requests
from tests.support.postgres import Server
from tests.unit.command_center.city import a_batch, a_received, wire_event

SITES = [SiteCode(f"14.71.{number:02d}") for number in range(1, 9)]
EVENTS_OF_A_SITE = 1_000
IN_A_BATCH = 50
GROUP = 2
"""Batches of this size that the receiver stores together while more of them wait."""
RECEIVERS = (1, 2, 4)
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a round's database is."""

    url: str
    files: Path

    def engine(self) -> Engine:
        return database.connect(self.url, files=self.files)


def main() -> None:
    """Interleave the rounds and print medians."""
    waiting = {site: _said(site) for site in SITES}
    total = len(SITES) * EVENTS_OF_A_SITE
    server = Server(shared_buffers="128MB", max_connections="100")
    rates: dict[tuple[str, str], list[float]] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="posko-bench-", dir=".") as folder:
            for number in range(ROUNDS):
                for kind in ("SQLite", "PostgreSQL"):
                    for receivers in RECEIVERS:
                        name = f"city_{kind}_{number}_{receivers}".lower()
                        place = _place(kind, name, server, Path(folder).resolve())
                        per_s = total / _received(place, waiting, receivers)
                        rates.setdefault((kind, str(receivers)), []).append(per_s)
                        if receivers == 1:
                            rates.setdefault((kind, "bare"), []).append(total / _bare(place))
    finally:
        server.close()
    _print(rates)


def _print(rates: dict[tuple[str, str], list[float]]) -> None:
    print("complaints/s, median (least..most) of rounds; ratio to the bare rows of that database")
    for (kind, name), found in rates.items():
        median = statistics.median(found)
        ratio = median / statistics.median(rates[kind, "bare"])
        span = f"{min(found):,.0f}..{max(found):,.0f}"
        print(f"  {kind:<11} {name:<5} {median:8,.0f} ({span}) {ratio:5.2f}")


def _place(kind: str, name: str, server: Server, folder: Path) -> Place:
    if kind == "PostgreSQL":
        server.run(f"CREATE DATABASE {name}")
        return Place(server.url(name), folder)
    return Place(f"sqlite:///{folder}/{name}.db", folder)


def _said(site: SiteCode) -> list[bytes]:
    """The batches of a box, as they come."""
    told = []
    for serial in range(1, EVENTS_OF_A_SITE + 1):
        event = a_received(
            request_id=ids.new_id(),
            ticket=Ticket.issue(site.ticket_prefix, serial).digits,
            text=f"lampu jalan mati di gang {serial} dekat pasar, sudah tiga malam gelap",
        )
        told.append(wire_event(event))
    firsts = range(0, EVENTS_OF_A_SITE, IN_A_BATCH)
    return [wire.encode(a_batch(*told[at : at + IN_A_BATCH], first=at + 1)) for at in firsts]


def _received(place: Place, waiting: dict[SiteCode, list[bytes]], receivers: int) -> float:
    """Seconds until all is committed, by so many processes."""
    engine = place.engine()
    migrate.ensure(engine, "1471", ids.new_epoch, _now())
    engine.dispose()
    context = multiprocessing.get_context("fork")
    begin = context.Barrier(receivers + 1)
    processes = [
        context.Process(target=_receive, args=(place, SITES[number::receivers], waiting, begin))
        for number in range(receivers)
    ]
    for process in processes:
        process.start()
    begin.wait()
    started_s = time.perf_counter()
    for process in processes:
        process.join()
    took_s = time.perf_counter() - started_s
    assert all(process.exitcode == 0 for process in processes)
    return took_s


def _receive(
    place: Place, sites: list[SiteCode], waiting: dict[SiteCode, list[bytes]], begin: Barrier
) -> None:
    engine = place.engine()
    downlink = Downlink(engine, _discard, now=_now, jitter=lambda: 1.0)
    blobs = Blobs(engine, _discard, now=_now)
    reception = Reception(engine, _discard, downlink, blobs, now=_now)
    begin.wait()
    for at in range(0, EVENTS_OF_A_SITE // IN_A_BATCH, GROUP):
        for site in sites:
            topic = str(Topic(site, Leaf.UP_EVENTS, Lane.COMPLAINTS))
            reception.work([cut(topic, payload) for payload in waiting[site][at : at + GROUP]])
    engine.dispose()


def _bare(place: Place) -> float:
    """Seconds for what one receiver has just stored, in tables that only keep it."""
    engine = place.engine()
    bare = MetaData()
    copies = {}
    for table in (events, requests):
        columns = [Column(column.name, column.type) for column in table.c]
        with database.reading(engine) as connection:
            rows = [tuple(row) for row in connection.execute(select(table))]
        copies[Table(f"bare_{table.name}", bare, *columns)] = rows
    bare.create_all(engine)
    started_s = time.perf_counter()
    for at in range(0, len(SITES) * EVENTS_OF_A_SITE, GROUP * IN_A_BATCH):
        with database.writing(engine) as connection:
            for copy, rows in copies.items():
                names = tuple(copy.c.keys())
                insert_many(connection, copy, names, rows[at : at + GROUP * IN_A_BATCH])
    took_s = time.perf_counter() - started_s
    engine.dispose()
    return took_s


def _now() -> datetime:
    return datetime.now(UTC)


def _discard(_topic: str, _payload: bytes, _qos: int) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    main()
