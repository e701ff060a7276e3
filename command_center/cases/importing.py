"""Tickets of an older system, taken over once from a CSV.

A line is a request that has ended, at the kecamatan where its kelurahan lies today (`old_codes`).
Its id comes from its old number, so that a file may be read again. Its ticket comes from the
highest block of a thousand that no box of the site has used; the box hears of it and leaves it
out. What is confidential is refused: it belongs to its unit, sealed. It counts as received when
the old system had it, so that nobody is alarmed by what is long past; its words are kept from
today on as long as others'.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256

from sqlalchemy import Connection, Engine

from appliance.domain import old_codes, reference
from appliance.domain.cases import gravity
from appliance.domain.cases.service_request import (
    TEXT_MAX_CHARS,
    Kind,
    Sensitivity,
    Status,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import CITY_TIME, plausible, to_ms
from appliance.domain.privacy import masking
from appliance.domain.reference import Kelurahan
from appliance.domain.triage.judgement import classify
from command_center.cases.dating import Quality
from command_center.store.cases import case_history, requests, ticket_serials
from command_center.store.cases.case_history import HistoryEntry
from command_center.store.cases.requests import CityRequest
from command_center.store.database import writing
from command_center.store.privacy import erasures

COLUMNS = ("number", "date", "kecamatan", "kelurahan", "category", "status", "text")
EPOCH, CHANNEL, BY = requests.IMPORTED, "impor", "posko-center import"
_IMPORTED = (Status.CLOSED, Status.NOT_OURS, Status.ARCHIVED)
_NUMBER_MAX_CHARS = 40
_BLOCK = 1_000
_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class OldTicket:
    """A line that can be taken over."""

    number: str
    at: datetime
    kelurahan: Kelurahan
    category: str
    status: Status
    text: str
    sensitivity: Sensitivity

    @property
    def request_id(self) -> str:
        """The same for the same number."""
        return f"old-{sha256(self.number.encode()).hexdigest()[:32]}"

    @property
    def site(self) -> SiteCode:
        """The kecamatan of today."""
        return SiteCode(self.kelurahan.code.rpartition(".")[0])


@dataclass(slots=True)
class Outcome:
    """What became of a file."""

    new: int = 0
    known: int = 0
    """Taken over before, or erased since."""
    problems: tuple[str, ...] = ()
    """One for each line that was left out."""


def parse(row: Mapping[str, str]) -> OldTicket:
    """Read a line; raises BadInput that says what to put right."""
    if missing := [name for name in COLUMNS if name not in row]:
        raise BadInput(f"column {missing[0]} is missing")
    number, text = clean_text(row["number"]).strip(), clean_text(row["text"]).strip()
    if not 1 <= len(number) <= _NUMBER_MAX_CHARS:
        raise BadInput(f"number has 1 to {_NUMBER_MAX_CHARS} characters")
    if not 1 <= len(text) <= TEXT_MAX_CHARS:
        raise BadInput(f"text has 1 to {TEXT_MAX_CHARS} characters, not {len(text)}")
    judged = classify(text)
    category = row["category"].strip() or judged.category
    if category not in reference.categories():
        raise BadInput(f"category {category[:40]!r} is not known; leave it empty to have it found")
    own = reference.categories()[category].sensitivity
    sensitivity = gravity.stricter(own, judged.sensitivity)
    if sensitivity is Sensitivity.CONFIDENTIAL:
        raise BadInput("it is confidential and stays with its unit; it is not taken over")
    return OldTicket(
        number=number,
        at=_day(row["date"].strip()),
        kelurahan=_place(row["kecamatan"].strip(), row["kelurahan"].strip()),
        category=category,
        status=_status(row["status"].strip()),
        text=text,
        sensitivity=sensitivity,
    )


def take_over(
    engine: Engine, numbered: Iterable[tuple[int, Mapping[str, str]]], now: datetime
) -> Outcome:
    """Store the lines that can be, in one transaction; a number that is stored is left as it is."""
    outcome, problems = Outcome(), list[str]()
    with writing(engine) as connection:
        serials: dict[SiteCode, Iterator[int]] = {}
        for line, row in numbered:
            try:
                old = parse(row)
                if _is_known(connection, old):
                    outcome.known += 1
                    continue
                site = old.site
                free = serials.setdefault(site, _serials(connection, site))
                _store(connection, old, Ticket.issue(site.ticket_prefix, next(free)), now)
                outcome.new += 1
            except BadInput as error:
                problems.append(f"line {line}: {error}")
    outcome.problems = tuple(problems)
    return outcome


def _day(text: str) -> datetime:
    try:
        return plausible(datetime.combine(date.fromisoformat(text), time(12), CITY_TIME), "date")
    except ValueError:
        raise BadInput(f"date {text[:40]!r} is not written like 2019-11-30") from None


def _place(kecamatan: str, kelurahan: str) -> Kelurahan:
    found = old_codes.today(kecamatan, kelurahan)
    if found is None:
        raise BadInput(
            f"kecamatan {kecamatan[:20]!r} had no kelurahan {kelurahan[:40]!r} before December 2020"
            "; kecamatan is its code of then (14.71.12), kelurahan a name or code of then"
        )
    return found


def _status(word: str) -> Status:
    found = next((status for status in _IMPORTED if status == word), None)
    if found is None:
        known = ", ".join(_IMPORTED)
        raise BadInput(f"status {word[:40]!r} is none of {known}; what is open is filed anew")
    return found


def _is_known(connection: Connection, old: OldTicket) -> bool:
    return (
        requests.by_id(connection, old.request_id) is not None
        or erasures.of(connection, old.request_id) is not None
    )


def _serials(connection: Connection, site: SiteCode) -> Iterator[int]:
    """Serials that nobody has, from blocks that no box of the site has used."""
    used = ticket_serials.used_blocks(connection, site, EPOCH)
    taken = ticket_serials.of_epoch(connection, site, EPOCH)
    for block in reversed(range(_BLOCKS)):
        if block not in used:
            numbers = range(block * _BLOCK, (block + 1) * _BLOCK)
            yield from (number for number in numbers if number not in taken)
    raise BadInput(f"{site} has no ticket numbers left")


def _store(connection: Connection, old: OldTicket, ticket: Ticket, now: datetime) -> None:
    at_ms = to_ms(old.at)
    request = CityRequest(
        request_id=old.request_id,
        site_code=old.site.value,
        epoch=EPOCH,
        ticket=ticket.digits,
        channel=CHANNEL,
        kind=Kind.COMPLAINT.value,
        category=old.category,
        sensitivity=old.sensitivity.value,
        agency=reference.categories()[old.category].agency,
        text=masking.mask(old.text),
        phone=None,
        name=None,
        location=None,
        kelurahan=old.kelurahan.code,
        created_ms=at_ms,
        occurred_ms=at_ms,
        time_quality=Quality.STATED.value,
        received_ms=at_ms,
        status=old.status.value,
        updated_ms=to_ms(now),
    )
    requests.add(connection, [request])
    message = f"Nomor lama: {old.number}."
    entry = HistoryEntry(status=old.status, message=message, agency=None, by=BY, at=now)
    case_history.add(connection, old.request_id, entry)
