"""Officials of the agencies, who get requests by SMS and may answer them by SMS."""

from dataclasses import dataclass

from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn

HEAD = 1
"""Rank of who is asked first; a deputy has a higher number."""
LOWEST_RANK = 9
NAME_MAX_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A person of an agency; one person for each rank."""

    agency: str
    rank: int
    phone: Msisdn
    name: str

    def __post_init__(self) -> None:
        if not HEAD <= self.rank <= LOWEST_RANK:
            raise BadInput(f"rank is {HEAD} (head) to {LOWEST_RANK}, not {self.rank}")
        if not 1 <= len(self.name) <= NAME_MAX_CHARS:
            raise BadInput(f"a name has 1 to {NAME_MAX_CHARS} characters")
