"""Builders and short questions for the tests of the command center."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, select, text, update

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events import Event
from appliance.domain.events.requests import RequestReceived
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import to_ms
from command_center.handling import keeping
from command_center.receiving import ingest
from command_center.receiving.applying import Arrival
from command_center.store import this_city
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading, writing
from command_center.store.receiving import streams
from command_center.store.schema.cases import requests as table
from command_center.store.sending import downlinks
from command_center.store.sending.downlinks import DownEvent
from tests.conftest import SITE, START

NEIGHBOUR = SiteCode("14.71.01")


SESSION = "5e5510a1"
"""Of the box."""


BOX_EPOCH = "0a1b2c3d"


CLOCK = wire.Clock(boot="boot-of-tests", mono=1_000_000, src="ntp")


Run = Callable[..., tuple[int, str, str]]
"""Of a command of `posko-center`: its words to exit code, stdout and stderr."""


P = ParamSpec("P")


T = TypeVar("T")


_serials = itertools.count(1)


def a_received(**changes: object) -> RequestReceived:
    """A complaint as a box reports it."""
    serial = next(_serials)
    values: dict[str, object] = {
        "request_id": f"00000000-0000-7000-8000-{serial:012d}",
        "ticket": Ticket.issue(SITE.ticket_prefix, serial).digits,
        "channel": "sms",
        "kind": "pengaduan",
        "category": "pju",
        "sensitivity": "publik",
        "agency": "DISHUB",
        "text": "lampu jalan mati di jl Rajawali",
        "created_at": START,
        "reporter_phone": "+6281234567890",
    }
    return RequestReceived(**{**values, **changes})  # type: ignore[arg-type]


def wire_event(
    event: Event | None = None,
    *,
    kind: str = "",
    data: str | None = None,
    clock: wire.Clock = CLOCK,
) -> wire.WireEvent:
    """An event in a batch; `kind` and `data` override what it says."""
    told = event or a_received()
    content = data if data is not None else wire.encode_event(told).decode()
    return wire.WireEvent(y=kind or told.KIND, c=clock, d=wire.raw(content))


def a_batch(
    *events: wire.WireEvent, first: int = 1, epoch: str = BOX_EPOCH, lane: Lane = Lane.COMPLAINTS
) -> wire.Batch:
    """A batch of a lane, numbered from `first`."""
    return wire.Batch(
        epoch=epoch,
        lane=lane.value,
        first=first,
        sent=CLOCK,
        events=list(events) or [wire_event()],
    )


def commit(
    engine: Engine,
    change: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """One change in a transaction of its own."""
    with writing(engine) as connection:
        return change(connection, *args, **kwargs)


def store(
    engine: Engine, batch: wire.Batch, *, site: SiteCode = SITE, now: datetime = START
) -> wire.Ack:
    """Store a batch and return its ack."""
    return commit(engine, ingest.store, Arrival(site=site, batch=batch), now)


def tell(engine: Engine, *events: Event, site: SiteCode = SITE) -> wire.Ack:
    """The box says something more."""
    told = map(wire_event, events)
    return store(engine, a_batch(*told, first=stream_upto(engine) + 1), site=site)


def received(engine: Engine, **changes: object) -> CityRequest:
    """Put one request into the city's database the way a box does; return it."""
    event = a_received(**changes)
    tell(engine, event)
    return request(engine, event.request_id)


def stream_upto(engine: Engine, epoch: str = BOX_EPOCH) -> int:
    """How far lane p1 of the tests' box is stored."""
    with reading(engine) as connection:
        found = streams.states(connection)
    return next((s.upto for s in found if s.key[1:] == (epoch, Lane.COMPLAINTS)), 0)


def request(engine: Engine, request_id: str) -> CityRequest:
    """One stored request."""
    with reading(engine) as connection:
        found = requests.by_id(connection, request_id)
    assert found is not None
    return found


def all_requests(engine: Engine) -> Sequence[CityRequest]:
    """What the city has, newest first."""
    with reading(engine) as connection:
        return requests.page(connection, Filter(), limit=1_000)


def break_store(engine: Engine, table: str, column: str, *, on: str = "INSERT") -> None:
    """A bug that shows when this column of a row is `poison`."""
    name = f"bug_{table}_{on}"
    is_sqlite = engine.dialect.name == "sqlite"
    head = f"CREATE TRIGGER {name} BEFORE {on} ON {table}"
    when = f"WHEN (NEW.{column} = 'poison')"
    with writing(engine) as connection:
        if is_sqlite:
            connection.exec_driver_sql(f"{head} {when} BEGIN SELECT RAISE(ABORT, 'a bug'); END")
            return
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION bug() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RAISE EXCEPTION 'a bug'; END $$"
        )
        connection.exec_driver_sql(f"{head} FOR EACH ROW {when} EXECUTE FUNCTION bug()")


def mend_store(engine: Engine, table: str, *, on: str = "INSERT") -> None:
    """The bug of `break_store` is mended."""
    of_table = "" if engine.dialect.name == "sqlite" else f" ON {table}"
    with writing(engine) as connection:
        connection.exec_driver_sql(f"DROP TRIGGER bug_{table}_{on}{of_table}")


def change(engine: Engine, sql: str, **values: object) -> None:
    """A change that no function of the store makes."""
    with writing(engine) as connection:
        connection.execute(text(sql), values)


def happened(engine: Engine, when: datetime, *request_ids: str) -> None:
    """What the city has of these requests, or of all, occurred then."""
    with writing(engine) as connection:
        ids = request_ids or tuple(connection.scalars(select(table.c.request_id)))
        for id_ in ids:
            this = update(table).where(table.c.request_id == id_)
            connection.execute(this.values(occurred_at=to_ms(when)))
            keeping.refresh(connection, id_)


def rows(engine: Engine, sql: str) -> list[tuple[object, ...]]:
    """The answer to a question that no function of the store asks."""
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def hello(engine: Engine, site: SiteCode = SITE, *, down_seq: int = 0) -> None:
    """A box reports for the first time, or again."""
    with reading(engine) as connection:
        epoch = this_city.epoch(connection)
    message = wire.Hello(
        versions=[1],
        epoch=BOX_EPOCH,
        lanes={},
        clock=CLOCK,
        session=SESSION,
        down=wire.DownCursor(epoch=epoch, seq=down_seq),
    )
    commit(engine, ingest.hello, site, message, START)


def going_down(engine: Engine, site: SiteCode = SITE) -> list[DownEvent]:
    """What waits for a box, or has reached it."""
    with reading(engine) as connection:
        return downlinks.after(connection, site, 0, max_events=99, max_bytes=10**6)


def refuse(engine: Engine, seq: int, why: str) -> None:
    with reading(engine) as connection:
        epoch = this_city.epoch(connection)
    ack = wire.Ack(
        epoch=epoch, lane="p1", upto=seq, reject=[wire.Reject(seq=seq, code="event", msg=why)]
    )
    commit(engine, ingest.ack_down, SITE, ack, START)
