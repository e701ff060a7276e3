"""Identifiers: the site code of a box and the ticket a resident can read aloud.

A ticket is `KK SSS SSD`: two digits of the kecamatan, a five-digit serial and a Damm check digit
(H. M. Damm, 2004), so that every single wrong digit and every swap of two neighbours is noticed.
"""

import re
from dataclasses import dataclass

from appliance.domain.digits import LOOKALIKES, plain
from appliance.domain.errors import BadInput

SERIALS_PER_SITE = 100_000
SERIALS_PER_BLOCK = 1_000
"""Ticket serials are used up block by block; the city knows which blocks a site has used."""
_TICKET = re.compile(r"[0-9]{8}")
_CITY_ITSELF = ".00"
_SITE_CODE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}")

# Totally anti-symmetric quasigroup of order 10, from Damm's dissertation.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

_SEPARATORS = re.compile(r"[\s.\-–—_/#]+")
_SPOKEN_OF = re.compile(r"(?:tiket|ticket|nomor|number|no)\b", re.IGNORECASE)
"""How slips, texts and people name the number before they say it."""


@dataclass(frozen=True, slots=True, order=True)
class SiteCode:
    """A kecamatan by its Kemendagri code, e.g. `14.71.07` (province, city, kecamatan)."""

    value: str

    def __post_init__(self) -> None:
        if not _SITE_CODE.fullmatch(self.value):
            raise BadInput(
                f"{self.value!r} is not a kecamatan code; write it like 14.71.07 (Kemendagri)"
            )

    def __str__(self) -> str:
        return self.value

    @property
    def city(self) -> str:
        """Four digits of the city, as used in topics: `1471`."""
        return self.value[:5].replace(".", "")

    @property
    def site(self) -> str:
        """Six digits, as used in topics and as MQTT client id: `147107` (never with dots)."""
        return self.value.replace(".", "")

    @property
    def is_city(self) -> bool:
        """Whether this is no kecamatan but the city itself, which has no box (docs/adr/0011)."""
        return self.value.endswith(_CITY_ITSELF)

    @property
    def ticket_prefix(self) -> str:
        """The first two digits of every ticket of this box: `07`."""
        return self.value[-2:]

    @classmethod
    def of_city(cls, digits: str) -> "SiteCode":
        """The city itself as a site, by its four digits: Kemendagri's kecamatan begin at 01."""
        return cls(f"{digits[:2]}.{digits[2:]}{_CITY_ITSELF}")

    @classmethod
    def from_topic(cls, digits: str) -> "SiteCode":
        """Read the six digits of a topic level back."""
        return cls(f"{digits[:2]}.{digits[2:4]}.{digits[4:]}")


def damm_digit(digits: str) -> str:
    """Return the check digit of a string of decimal digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A ticket number; it exists only if its check digit is right."""

    digits: str

    def __post_init__(self) -> None:
        if not _TICKET.fullmatch(self.digits) or damm_digit(self.digits) != "0":
            raise BadInput(f"{self.digits!r} is not a ticket number")

    def __str__(self) -> str:
        """Grouped as it is printed, read aloud and texted: `07 123 450`."""
        return f"{self.digits[:2]} {self.digits[2:5]} {self.digits[5:]}"

    @property
    def number(self) -> int:
        """The digits as a number, as they are stored."""
        return int(self.digits)

    @property
    def serial(self) -> int:
        """The part between the prefix of the site and the check digit."""
        return int(self.digits[2:7])

    @classmethod
    def numbered(cls, number: int) -> "Ticket":
        """Read a stored number back; raises BadInput when its check digit is wrong."""
        return cls(f"{number:08d}")

    @classmethod
    def issue(cls, prefix: str, serial: int) -> "Ticket":
        """Build the ticket of a site prefix (two digits) and a serial (0 to 99,999)."""
        if not 0 <= serial < SERIALS_PER_SITE:
            raise ValueError(f"serial {serial} does not fit five digits")
        body = f"{prefix}{serial:05d}"
        return cls(body + damm_digit(body))

    @classmethod
    def parse(cls, text: str) -> "Ticket":
        """Read what a person typed: any spacing, digits of any script, O for 0, I or l for 1, S for
        5, and the word "Tiket" or "No." before them.

        Raises BadInput when it is not eight digits or the check digit is wrong.
        """
        if len(text) > 40:
            raise BadInput("a ticket has eight digits")
        number = _SEPARATORS.sub("", _SPOKEN_OF.sub("", text)).translate(LOOKALIKES)
        return cls("".join(map(plain, number)))
