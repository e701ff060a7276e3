"""Staff of the kecamatan, who log in at the desk: accounts, roles and sessions. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment

NAME_PATTERN = re.compile(r"[a-z][a-z0-9._-]{1,29}")
PASSWORD_MIN_CHARS = 10
PASSWORD_MAX_CHARS = 128
_LEAST_DIFFERENT = 5
"""Different characters in a password: no `aaaaaaaaaa`, no `1212121212`."""
_LEAST_LETTERS = 4
"""No birthdays, no phone numbers."""
_GUESSED_FIRST = frozenset(
    {"admin", "banjarmasin", "bismillah", "camat", "indonesia", "kecamatan", "merdeka", "pekanbaru"}
    | {"password", "posko", "qwerty", "qwertyuiop", "rahasia", "sayang"}
)
"""Words that make no password, whatever digits stand around them."""
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
SESSIONS_PER_ACCOUNT = 5
SETUP_TRIES = 5


class Role(StrEnum):
    """What an account is for; the values are stored."""

    OPERATOR = "operator"
    CAMAT = "camat"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who logs in; `must_change` while the password is one that somebody else has given."""

    name: str
    role: Role
    is_locked: bool = False
    must_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in, in the time of the boot it began in."""

    account: str
    boot_id: str
    opened_mono_ms: int
    seen_mono_ms: int

    def is_alive(self, now: Moment) -> bool:
        """Whether it still holds: no clock on the wall has a say in it."""
        return (
            self.boot_id == now.boot_id
            and now.mono_ms - self.seen_mono_ms < IDLE / timedelta(milliseconds=1)
            and now.mono_ms - self.opened_mono_ms < LONGEST / timedelta(milliseconds=1)
        )


def account_name(typed: str) -> str:
    """The name of an account as it is stored; raises BadInput."""
    name = typed.strip().lower()
    if not NAME_PATTERN.fullmatch(name):
        raise BadInput(
            "a name has 2 to 30 characters: letters a-z, digits, dot, dash, underscore; "
            "the first one is a letter"
        )
    return name


def as_typed(password: str) -> str:
    """One form of a password, whatever keyboard has composed its letters (NFC)."""
    return unicodedata.normalize("NFC", password)


def is_strong(password: str, name: str) -> bool:
    """Whether a password may be chosen: long, not monotonous, not what is guessed first."""
    letters = "".join(char for char in password.lower() if char.isalpha())
    return (
        PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS
        and len(set(password)) >= _LEAST_DIFFERENT
        and len(letters) >= _LEAST_LETTERS
        and letters not in _GUESSED_FIRST
        and name not in password.lower()
    )
