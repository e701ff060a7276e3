"""Which city this program serves: said once when it starts (`settings.load`), Pekanbaru until then.

A box stands in one city, and a center is one city's, for as long as they run. What is known of a
city beside its code is data (docs/second-city.md).
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import TypeVar

from appliance.domain.ids import SiteCode

PEKANBARU = "1471"
"""Whose tables stand for a city that has none of its own."""
_CENTRAL = frozenset(["51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"])
_EASTERN = frozenset(["81", "82", "91", "92", "93", "94", "95", "96", "97"])
"""Provinces by the first digits of their codes; all others have WIB (Keppres 41/1987)."""

T = TypeVar("T")


class _Home:
    """The one place that holds it."""

    city = PEKANBARU


def settle(site: SiteCode) -> None:
    """Say where this program is at home; only who starts it may."""
    _Home.city = site.city


def city() -> str:
    """The four digits of the city."""
    return _Home.city


def prefix() -> str:
    """How the codes of its kecamatan and kelurahan begin: `14.71.`."""
    return f"{_Home.city[:2]}.{_Home.city[2:]}."


def zone() -> tuple[str, int]:
    """What its time is called, and how many hours that is ahead of UTC."""
    province = _Home.city[:2]
    if province in _EASTERN:
        return "WIT", 9
    return ("WITA", 8) if province in _CENTRAL else ("WIB", 7)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Make something once for each city; `make` asks for the city itself."""

    @cache
    def of_city(_city: str) -> T:
        return make()

    @wraps(make)
    def of_home() -> T:
        return of_city(_Home.city)

    return of_home
