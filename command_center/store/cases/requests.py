"""Service requests of the whole city, and what the pages ask about them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
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

from appliance.domain.cases.service_request import ENDED, OVER, Status
from appliance.domain.ids import SiteCode
from appliance.domain.moment import stored, to_ms
from appliance.domain.privacy import sealing
from appliance.domain.privacy.erasure import ERASED_TEXT
from command_center.dashboard.cells import Counted, together
from command_center.dashboard.cells import change as counted_change
from command_center.handling.due_days import LOOK_NOW, SETTLED, Arrivals
from command_center.local_day import midnight_ms
from command_center.store.bulk import insert_many, rows_of
from command_center.store.dashboard import daily_counts
from command_center.store.schema.cases import requests
from command_center.store.sending import tables

_OWNERS = select(requests.c.request_id, requests.c.site).where(
    requests.c.request_id.in_(bindparam("wanted", expanding=True))
)
_COLUMNS = tuple(requests.c.keys())
"""Those of a `CityRequest`, then its deadlines as `DueDays` and `look_on`."""
_COUNTED_MAX = 1_000_000
OPEN = [status.value for status in Status if status not in OVER]
"""Said by name, so that an index finds what is open among what is not."""
WHOLE_AGENCY = "-"
"""In a filter: cases that no unit has."""

IMPORTED = "import"
"""The `epoch` of what was taken over from an older system (docs/routing.md): no box has it."""


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
    unit: str | None = None
    """Of its agency, where a disposition has handed it on."""

    @property
    def is_sealed(self) -> bool:
        """Whether only a unit can open what it says."""
        return self.category == sealing.TOPIC

    @property
    def site(self) -> SiteCode:
        """The kecamatan whose box sent it."""
        return SiteCode(self.site_code)

    @property
    def holder(self) -> SiteCode:
        """Whose machine has it and hears of its moves: its box, or the city where no box does."""
        return SiteCode.of_city(self.site.city) if self.epoch == IMPORTED else self.site

    @property
    def created_at(self) -> datetime:
        """What the box's clock said."""
        return stored(self.created_ms)

    @property
    def occurred_at(self) -> datetime:
        """When it really was, as far as the city can tell."""
        return stored(self.occurred_ms)

    @property
    def received_at(self) -> datetime:
        """When the city stored it."""
        return stored(self.received_ms)

    @property
    def updated_at(self) -> datetime:
        """When its status last changed."""
        return stored(self.updated_ms)


_OWN = len(CityRequest.__struct_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to; empty means all."""

    status: str = ""
    agency: str = ""
    category: str = ""
    site: str = ""
    kelurahan: str = ""
    ticket: str = ""
    unit: str = ""
    """Of an agency; `WHOLE_AGENCY` is what no unit has."""
    only_agency: str = ""
    """Whose cases alone may be seen; `only_unit` of which unit of it (`staff.scope`)."""
    only_unit: str = ""
    but_sensitivity: str = ""


def owners(connection: Connection, request_ids: list[str]) -> dict[str, SiteCode]:
    """Whose each of these requests is, as far as they are stored."""
    if not request_ids:
        return {}
    rows = connection.execute(_OWNERS, {"wanted": request_ids})
    return {row.request_id: SiteCode(row.site) for row in rows}


def add(connection: Connection, new: Sequence[CityRequest]) -> None:
    """Store requests whose ids are not taken."""
    if new:
        insert_many(connection, requests, _COLUMNS, list(_rows(connection, new)))
        daily_counts.add(connection, together(_counted(request) for request in new))


def _rows(connection: Connection, new: Sequence[CityRequest]) -> Iterator[tuple[object, ...]]:
    """All columns, with the deadlines that follow from the arrival."""
    sites = {request.site_code for request in new}
    judge = tables.by_arrival(connection, new[0].site if len(sites) == 1 else None)
    arrivals: dict[tuple[str, int], Arrivals] = {}
    for request in new:
        if request.status in OVER:
            yield (*astuple(request), *SETTLED, None)
            continue
        key = request.site_code, request.received_ms
        alike = arrivals.get(key)
        if alike is None:
            alike = arrivals[key] = Arrivals(judge(request.site, request.received_at))
        days = alike.of(request.kind, request.category, request.occurred_ms)
        yield (*astuple(request), *days, LOOK_NOW)


def by_id(connection: Connection, request_id: str, *, lock: bool = False) -> CityRequest | None:
    """One request; `lock` keeps others from changing it during this transaction."""
    query = select(requests).where(requests.c.request_id == request_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else from_row(row)


def by_ids(connection: Connection, request_ids: Collection[str]) -> list[CityRequest]:
    """Several, as far as they are stored."""
    rows = rows_of(connection, select(requests), requests.c.request_id, request_ids)
    return [from_row(row) for row in rows]


def tickets_of(connection: Connection, request_ids: Collection[str]) -> dict[str, str]:
    """The tickets of several requests, as far as they are stored."""
    query = select(requests.c.request_id, requests.c.ticket)
    rows = rows_of(connection, query, requests.c.request_id, request_ids)
    return {row.request_id: row.ticket for row in rows}


def is_in(connection: Connection, request_id: str, wanted: Filter) -> bool:
    """Whether there is such a request and a filter lets it through."""
    query = select(requests.c.request_id).where(requests.c.request_id == request_id)
    return connection.execute(narrowed(query, wanted)).first() is not None


def set_status(connection: Connection, request_id: str, status: str, now: datetime) -> None:
    """Move a request; the caller has checked the move."""
    change(connection, request_id, {"status": status, "updated_at": to_ms(now)})


def set_unit(connection: Connection, request_id: str, unit: str | None, now: datetime) -> None:
    """Hand a request to a unit of its agency, or back; older pages of it are out of date."""
    change(connection, request_id, {"unit": unit, "updated_at": to_ms(now)})


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
        change(connection, request.request_id, lacking)


def change(connection: Connection, request_id: str, values: Mapping[str, Any]) -> None:
    """Write columns of a request, and count it where it belongs then.

    Every change of what decides where it counts goes this way.
    """
    before = daily_counts.counted(connection, request_id)
    connection.execute(update(requests).where(requests.c.request_id == request_id).values(values))
    if before is not None:
        after = before._replace(**{k: v for k, v in values.items() if k in Counted._fields})
        daily_counts.add(connection, counted_change(before, after))


def count(connection: Connection, wanted: Filter, *, at_most: int | None = None) -> int:
    """How many requests a filter lets through; beyond `at_most` nobody counts."""
    some = narrowed(select(requests.c.request_id), wanted).limit(at_most).subquery()
    number: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return number


def page(
    connection: Connection, wanted: Filter, *, limit: int, offset: int = 0
) -> list[CityRequest]:
    """Requests that a filter lets through, newest at the city first."""
    query = narrowed(select(requests), wanted)
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
            requests.c.status.in_(ENDED),
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


def count_since(connection: Connection, since: datetime) -> dict[SiteCode, int]:
    """How many requests of each site have arrived since a time."""
    # Ordered and limited inside, or SQLite groups by an index of sites and walks through all of it.
    recent = (
        select(requests.c.site)
        .where(requests.c.received_at >= to_ms(since))
        .order_by(requests.c.received_at)
        .limit(_COUNTED_MAX)
        .subquery()
    )
    rows = connection.execute(select(recent.c.site, func.count()).group_by(recent.c.site))
    return {SiteCode(site): number for site, number in rows}


def narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    """A query of requests without those that a filter does not let through."""
    for name in ("status", "agency", "category", "site", "kelurahan", "ticket"):
        if value := getattr(wanted, name):
            query = query.where(requests.c[name] == value)
    if wanted.unit:
        unit = None if wanted.unit == WHOLE_AGENCY else wanted.unit
        query = query.where(requests.c.unit.is_(None) if unit is None else requests.c.unit == unit)
    if wanted.only_agency:
        query = query.where(requests.c.agency == wanted.only_agency)
    if wanted.only_unit:
        query = query.where(requests.c.unit == wanted.only_unit)
    if wanted.but_sensitivity:
        query = query.where(requests.c.sensitivity != wanted.but_sensitivity)
    return query


def from_row(row: Sequence[Any]) -> CityRequest:
    """A request by all columns of its table, the last of which are not its own."""
    return CityRequest(*row[:_OWN])


def _counted(request: CityRequest) -> Counted:
    """Where it counts, with the first moment of its day: many of a batch are alike but for it."""
    return Counted(
        request.site_code,
        midnight_ms(request.occurred_ms),
        request.channel,
        request.category,
        request.kelurahan,
        request.agency,
        request.sensitivity,
        request.status,
        request.destination,
    )
