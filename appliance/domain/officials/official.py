"""Officials of the agencies, who get requests by SMS and may answer them by SMS. Pure.

A directory is a table with the columns agency, rank, name, phone and, where needed, post,
valid_from, valid_until (the last day) and quiet_hours.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.phone import Msisdn

TABLE = "officials"
COLUMNS = (
    ("agency", "rank", "name", "phone"),
    ("post", "valid_from", "valid_until", "quiet_hours"),
)
"""Those that must be there, and those that may."""
HEAD = 1
"""Rank of who is asked first; a deputy has a higher number."""
LOWEST_RANK = 9
NAME_MAX_CHARS = 80
COORDINATOR = "DISKOMINFOTIKSAN"
"""The agency that answers for the handling of all requests (Permen PAN-RB 62/2018)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A person of an agency; one person for each rank at a time."""

    agency: str
    rank: int
    phone: Msisdn
    name: str
    post: str = ""
    valid_from: date = date.min
    valid_until: date = date.max
    """The last day in office."""
    quiet_hours: DailyHours | None = None
    """His own; otherwise those of the box hold."""

    def __post_init__(self) -> None:
        if not HEAD <= self.rank <= LOWEST_RANK:
            raise BadInput(f"rank is {HEAD} (head) to {LOWEST_RANK}, not {self.rank}")
        if not 1 <= len(self.name) <= NAME_MAX_CHARS:
            raise BadInput(f"name has 1 to {NAME_MAX_CHARS} characters")
        if len(self.post) > NAME_MAX_CHARS:
            raise BadInput(f"post has at most {NAME_MAX_CHARS} characters")
        if self.valid_from > self.valid_until:
            raise BadInput("valid_until is before valid_from")

    def is_in_office(self, day: date) -> bool:
        """Whether this person may be asked, and may answer, on a day."""
        return self.valid_from <= day <= self.valid_until


def parse(row: Mapping[str, str], agencies: Collection[str]) -> Official:
    """Check one row of a table; raises BadInput that names the column."""
    required, optional = COLUMNS
    if absent := [name for name in required if not row.get(name)]:
        raise BadInput(f"{', '.join(absent)} missing; a row has {', '.join(required + optional)}")
    if unknown := sorted(set(row) - {*required, *optional}):
        raise BadInput(f"{unknown[0]} is no column; known are {', '.join(required + optional)}")
    if not (row["rank"].isascii() and row["rank"].isdigit() and len(row["rank"]) == 1):
        raise BadInput(f"rank is {HEAD} (head) to {LOWEST_RANK}, not {row['rank'][:20]!r}")
    hours = row.get("quiet_hours", "")
    return Official(
        agency=known_agency(row["agency"].upper(), agencies),
        rank=int(row["rank"]),
        phone=_phone(row["phone"]),
        name=_line(row["name"]),
        post=_line(row.get("post", "")),
        valid_from=_day(row, "valid_from", date.min),
        valid_until=_day(row, "valid_until", date.max),
        quiet_hours=DailyHours.parse(hours) if hours else None,
    )


def directory(
    rows: Iterable[tuple[int, Mapping[str, str]]], agencies: Collection[str]
) -> list[Official]:
    """Check a whole table of numbered lines; raises BadInput that names the line.

    `agencies` are the ids of those that there are today.
    """
    there: list[Official] = []
    for line, row in rows:
        try:
            official = parse(row, agencies)
            refuse_second(there, official)
        except BadInput as error:
            raise BadInput(f"line {line}: {error}") from None
        there.append(official)
    return there


def refuse_second(there: Sequence[Official], new: Official) -> None:
    """Raise BadInput if somebody of `there` has the rank of `new` on a day of its term."""
    for other in there:
        is_same = (other.agency, other.rank) == (new.agency, new.rank)
        if is_same and other.valid_from <= new.valid_until and new.valid_from <= other.valid_until:
            raise BadInput(
                f"{new.agency} rank {new.rank} has two persons on the same day; "
                "let valid_until of one be before valid_from of the other"
            )


def known_agency(agency: str, agencies: Collection[str]) -> str:
    """Return an agency's id as it is; raises BadInput that lists the known."""
    if agency not in agencies:
        raise BadInput(f"there is no agency {agency[:40]!r}; known are: {', '.join(agencies)}")
    return agency


def day(text: str) -> date:
    """Read a day as 2026-11-30; raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"a day is written like 2026-11-30, not {text[:20]!r}") from None


def _day(row: Mapping[str, str], column: str, otherwise: date) -> date:
    text = row.get(column, "")
    try:
        return day(text) if text else otherwise
    except BadInput as error:
        raise BadInput(f"{column}: {error}") from None


def _phone(text: str) -> Msisdn:
    try:
        return Msisdn.parse(text)
    except BadInput:
        raise BadInput("phone is no mobile number like 0812 3456 7890") from None


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())
