"""The card of an archived document: what it is, who may read it, how long it is kept. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput

TITLE_MAX_CHARS = 200
NUMBER_MAX_CHARS = 60
FIRST_YEAR = 1900
KEEP_YEARS_MAX = 100
_NUMBER = re.compile(r"[\w./\-() ]+")


class Access(StrEnum):
    """Who may read a document; values are stored."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"


class TextState(StrEnum):
    """How far the text of a document has come; values are stored."""

    WAITING = "waiting"
    FOUND = "found"
    NONE = "none"
    FAILED = "failed"
    WIPING = "wiping"


RESIDENTS = (Access.PUBLIC,)
"""What is read by anybody in the hall."""
STAFF = (Access.PUBLIC, Access.INTERNAL)
LEADERS = tuple(Access)
"""What the camat and the administrator read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an officer says of a document; raises BadInput for what cannot be one."""

    title: str
    number: str
    year: int
    kind: str
    access: Access
    retain_until: date | None
    """None: for ever."""

    def __post_init__(self) -> None:
        is_clean = bool(self.title) and clean_text(self.title) == self.title
        if not is_clean or len(self.title) > TITLE_MAX_CHARS:
            raise BadInput(f"a title has 1 to {TITLE_MAX_CHARS} characters")
        if len(self.number) > NUMBER_MAX_CHARS or not _NUMBER.fullmatch(self.number or "-"):
            raise BadInput(f"a number has up to {NUMBER_MAX_CHARS} letters, digits and ./-()")
        if not FIRST_YEAR <= self.year <= date.max.year - KEEP_YEARS_MAX:
            raise BadInput("a year has four digits")

    @property
    def version(self) -> str:
        """What a form carries to notice that the card has changed under it."""
        return sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of document, and for how many years it is kept (None: for ever)."""

    code: str
    name: str
    keep_years: int | None


def retained_until(kind: Kind, year: int) -> date | None:
    """The last day of a document of that year, where its kind has one: years end in December."""
    return None if kind.keep_years is None else date(year + kind.keep_years, 12, 31)
