"""Service requests of the whole city, and what the pages ask about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import astuple
from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    update,
)

from appliance.domain import sealing
from appliance.domain.erasure import ERASED_TEXT
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.retention import FINISHED
from appliance.domain.service_request import OVER, Status
from command_center.store.bulk import insert_many
from command_center.store.schema import requests

_OWNERS = select(requests.c.request_id, requests.c.site).where(
    requests.c.request_id.in_(bindparam("wanted", expanding=True))
)
_COLUMNS = tuple(requests.c.keys())


class CityRequest(msgspec.Struct, frozen=True, gc=False):
    """A service request as the city knows it; words a newer box sent may be unknown to us.

    A row of the table as it is stored: an outage ends with thousands that nobody looks at yet.
    The fields stand in the order of its columns, times are Unix milliseconds.
    """

    request_id: str
    site_code: str
    epoch: str
    """The life of the box's database that issued the ticket."""
    ticket: str
    channel: str
    kind: str
    category: str
    sensitivity: str
    agency: str
    text: str
    phone: str | None
    name: str | None
    location: str | None
    kelurahan: str | None
    created_ms: int
    occurred_ms: int
    time_quality: str
    """How well the city knows when it occurred: `dating.Quality`."""
    received_ms: int
    status: str
    updated_ms: int
    routing_version: int | None = None
    destination: str | None = None
    judged: str | None = None
    """JSON of `events.Judged`."""

    @property
    def is_sealed(self) -> bool:
        """Whether only a unit can open what it says."""
        return self.category == sealing.TOPIC

    @property
    def site(self) -> SiteCode:
        """The kecamatan whose box sent it."""
        return SiteCode(self.site_code)

    @property
    def created_at(self) -> datetime:
        """What the box's clock said."""
        return from_ms(self.created_ms)

    @property
    def occurred_at(self) -> datetime:
        """When it really was, as far as the city can tell."""
        return from_ms(self.occurred_ms)

    @property
    def received_at(self) -> datetime:
        """When the city stored it."""
        return from_ms(self.received_ms)

    @property
    def updated_at(self) -> datetime:
        """When its status last changed."""
        return from_ms(self.updated_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to; empty means all."""

    status: str = ""
    agency: str = ""
    category: str = ""
    site: str = ""
    ticket: str = ""


def owners(connection: Connection, request_ids: list[str]) -> dict[str, SiteCode]:
    """Whose each of these requests is, as far as they are stored."""
    if not request_ids:
        return {}
    rows = connection.execute(_OWNERS, {"wanted": request_ids})
    return {row.request_id: SiteCode(row.site) for row in rows}


def add(connection: Connection, new: Sequence[CityRequest]) -> None:
    """Store requests whose ids are not taken."""
    if new:
        insert_many(connection, requests, _COLUMNS, [astuple(request) for request in new])


def used_blocks(connection: Connection, site: SiteCode, epoch: str) -> list[int]:
    """Thousands of ticket serials that other databases of this site have used."""
    prefix, block = site.ticket_prefix, func.substr(requests.c.ticket, 3, 2)
    rows = connection.scalars(
        select(block)
        .where(
            requests.c.ticket.between(f"{prefix}000000", f"{prefix}999999"),
            requests.c.site == str(site),
            requests.c.epoch != epoch,
        )
        .distinct()
        .order_by(block)
    )
    return [int(found) for found in rows]


def serials_of(connection: Connection, site: SiteCode, epoch: str) -> set[int]:
    """Ticket serials that one database of a site has given."""
    mine = (requests.c.site == str(site)) & (requests.c.epoch == epoch)
    tickets = connection.scalars(select(requests.c.ticket).where(mine))
    return {int(ticket[2:7]) for ticket in tickets}


def by_id(connection: Connection, request_id: str, *, lock: bool = False) -> CityRequest | None:
    """One request; `lock` keeps others from changing it during this transaction."""
    query = select(requests).where(requests.c.request_id == request_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else from_row(row)


def set_status(connection: Connection, request_id: str, status: str, now: datetime) -> None:
    """Move a request; the caller has checked the move."""
    connection.execute(
        update(requests)
        .where(requests.c.request_id == request_id)
        .values(status=status, updated_at=to_ms(now))
    )


def set_text(connection: Connection, request_id: str, text: str) -> None:
    """Replace what the resident wrote by what is known of it now."""
    connection.execute(
        update(requests).where(requests.c.request_id == request_id).values(text=text)
    )


def complete(
    connection: Connection,
    request: CityRequest,
    *,
    location: str | None,
    kelurahan: str | None,
    name: str | None,
) -> None:
    """Fill in what a request lacks; what it has stays."""
    wanted = {"location": location, "kelurahan": kelurahan, "name": name}
    lacking = {key: value for key, value in wanted.items() if value and not getattr(request, key)}
    if lacking:
        connection.execute(
            update(requests).where(requests.c.request_id == request.request_id).values(**lacking)
        )


def open_cases(connection: Connection, wanted: Filter) -> list[CityRequest]:
    """The requests that a filter lets through and that somebody has to do something about."""
    query = _narrowed(select(requests).where(requests.c.status.not_in(OVER)), wanted)
    return [from_row(row) for row in connection.execute(query)]


def count(connection: Connection, wanted: Filter) -> int:
    """How many requests a filter lets through."""
    query = _narrowed(select(func.count()).select_from(requests), wanted)
    number: int = connection.execute(query).scalar_one()
    return number


def page(
    connection: Connection, wanted: Filter, *, limit: int, offset: int = 0
) -> list[CityRequest]:
    """Requests that a filter lets through, newest at the city first."""
    query = _narrowed(select(requests), wanted)
    newest_first = query.order_by(requests.c.received_at.desc(), requests.c.request_id.desc())
    return [from_row(row) for row in connection.execute(newest_first.limit(limit).offset(offset))]


def behind(
    connection: Connection, received_ms: int, request_id: str, limit: int
) -> list[CityRequest]:
    """Requests that came after this one, in the order they came."""
    here = tuple_(requests.c.received_at, requests.c.request_id)
    query = select(requests).where(here > tuple_(literal(received_ms), literal(request_id)))
    rows = connection.execute(
        query.order_by(requests.c.received_at, requests.c.request_id).limit(limit)
    )
    return [from_row(row) for row in rows]


def lately(
    connection: Connection, category: str, since: datetime, until: CityRequest, limit: int
) -> list[CityRequest]:
    """Requests of a category that had come before one, the newest first."""
    here = tuple_(requests.c.received_at, requests.c.request_id)
    query = select(requests).where(
        requests.c.received_at >= to_ms(since),
        requests.c.category == category,
        here < tuple_(literal(until.received_ms), literal(until.request_id)),
    )
    rows = connection.execute(query.order_by(requests.c.received_at.desc()).limit(limit))
    return [from_row(row) for row in rows]


def of_phone(connection: Connection, phone: str) -> list[CityRequest]:
    """All requests of a phone (E.164), oldest at the city first; reads the whole table."""
    query = select(requests).where(requests.c.phone == phone).order_by(requests.c.received_at)
    return [from_row(row) for row in connection.execute(query)]


def ended_before(connection: Connection, moment: datetime, limit: int) -> list[CityRequest]:
    """Requests that ended before that time and still have words."""
    query = (
        select(requests)
        .where(
            requests.c.status.in_(FINISHED),
            requests.c.updated_at < to_ms(moment),
            requests.c.text != ERASED_TEXT,
        )
        .limit(limit)
    )
    return [from_row(row) for row in connection.execute(query)]


def every(connection: Connection) -> Iterator[CityRequest]:
    """All requests, oldest at the city first; read on while the connection is open."""
    query = select(requests).order_by(requests.c.received_at, requests.c.request_id)
    for row in connection.execute(query):
        yield from_row(row)


def count_by_status(connection: Connection) -> dict[str, int]:
    """How many requests stand in each status."""
    rows = connection.execute(select(requests.c.status, func.count()).group_by(requests.c.status))
    return dict(rows.all())


def count_proposed(connection: Connection) -> int:
    """How many requests a box says are others' business, and nobody has decided on yet."""
    undecided = requests.c.status.in_((Status.RECEIVED.value, Status.VERIFIED.value))
    query = select(func.count()).where(requests.c.destination.is_not(None), undecided)
    number: int = connection.execute(query).scalar_one()
    return number


def count_since(connection: Connection, since: datetime) -> dict[SiteCode, int]:
    """How many requests of each site have arrived since a time."""
    rows = connection.execute(
        select(requests.c.site, func.count())
        .where(requests.c.received_at >= to_ms(since))
        .group_by(requests.c.site)
    )
    return {SiteCode(site): number for site, number in rows}


def used(connection: Connection, column: str) -> list[str]:
    """The distinct values of a column that filters offer: agency, category or site."""
    chosen = requests.c[column]
    return list(connection.scalars(select(chosen).distinct().order_by(chosen)))


def _narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    for name in ("status", "agency", "category", "site", "ticket"):
        if value := getattr(wanted, name):
            query = query.where(requests.c[name] == value)
    return query


def from_row(row: Sequence[Any]) -> CityRequest:
    """A request by all columns of its table."""
    return CityRequest(*row)
