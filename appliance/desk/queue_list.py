"""The queue as its page shows it: which requests, in which order, and of each what may be read."""

import sqlite3
from dataclasses import dataclass, replace

from appliance.actions.staff import staff_actions
from appliance.desk.queue_forms import PAGE_SIZE, ListQuery
from appliance.domain.cases import queue
from appliance.domain.cases.deadline import Deadline
from appliance.domain.cases.queue import Place
from appliance.domain.cases.routing import BRIBERY
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import Moment
from appliance.domain.staff.accounts import Account, Role
from appliance.store.cases import queue as store
from appliance.store.cases import requests
from appliance.store.city import city_tables
from appliance.store.staff import staff_actions as acts


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request of the list; of one that may not be read there is its ticket alone."""

    request: ServiceRequest
    missed: Deadline | None
    may_read: bool
    waiting: int
    """Acts that the city has not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the queue."""

    lines: list[Line]
    first: int
    total: int
    late: int

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.first + len(self.lines) - 1


def listing(db: sqlite3.Connection, query: ListQuery, account: Account, now: Moment) -> Listing:
    """The page that a query asks for."""
    wanted = query.filter
    is_narrow, is_of_head = wanted.tells_of_content, account.role is Role.CAMAT
    if is_of_head and is_narrow:
        wanted = replace(wanted, without_category=BRIBERY)
    places = queue.ordered(
        store.cases(db, wanted), store.paused(db), now.wall, city_tables.in_force(db)
    )
    late = sum(place.missed is not None for place in places)
    if query.is_late:
        places = places[:late]
    if is_of_head and (wanted.words or wanted.phone_ending):
        places = [place for place in places if _may_be_found(db, place, account)]
    begin = (query.page - 1) * PAGE_SIZE
    waiting = acts.waiting(db)
    lines = [_line(db, place, account, waiting) for place in places[begin : begin + PAGE_SIZE]]
    shown = [line for line in lines if line.may_read or not is_narrow]
    return Listing(lines=shown, first=begin + 1, total=len(places), late=late)


def _may_be_found(db: sqlite3.Connection, place: Place, account: Account) -> bool:
    """That a search finds a request tells what is in it."""
    request = requests.by_id(db, place.case.id)
    return request is not None and staff_actions.may_read(db, request, account)


def _line(db: sqlite3.Connection, place: Place, account: Account, waiting: dict[str, int]) -> Line:
    request = requests.by_id(db, place.case.id)
    assert request is not None, "requests are never deleted"
    return Line(
        request=request,
        missed=place.missed,
        may_read=staff_actions.may_read(db, request, account),
        waiting=waiting.get(request.id, 0),
    )
