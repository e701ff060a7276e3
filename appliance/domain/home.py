"""Which city this program serves: said once when it starts (`settings.load`), Pekanbaru until then.

A box stands in one city, and a center is one city's, for as long as they run. What is known of a
city beside its code is data (docs/second-city.md).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache, wraps
from typing import TypeVar

from appliance.domain.ids import SiteCode

PEKANBARU = "1471"
"""Whose tables stand for a city that has none of its own."""
_CENTRAL = frozenset(["51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"])
_EASTERN = frozenset(["81", "82", "91", "92", "93", "94", "95", "96", "97"])
"""Provinces by the first digits of their codes; all others have WIB (Keppres 41/1987)."""

_NAMES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

T = TypeVar("T")


def _zone(city: str) -> tuple[str, timedelta]:
    if city[:2] in _EASTERN:
        return "WIT", timedelta(hours=9)
    return ("WITA", timedelta(hours=8)) if city[:2] in _CENTRAL else ("WIB", timedelta(hours=7))


class _Home:
    """The one place that holds it; the zone is asked for too often to be found anew."""

    city = PEKANBARU
    zone = _zone(PEKANBARU)


def settle(site: SiteCode) -> None:
    """Say where this program is at home; only who starts it may."""
    _Home.city, _Home.zone = site.city, _zone(site.city)


def city() -> str:
    """The four digits of the city."""
    return _Home.city


def prefix() -> str:
    """How the codes of its kecamatan and kelurahan begin: `14.71.`."""
    return f"{_Home.city[:2]}.{_Home.city[2:]}."


def zone() -> tuple[str, timedelta]:
    """What its time is called, and how far that is ahead of UTC."""
    return _Home.zone


def zone_name() -> str:
    """Its time as operating systems call it."""
    return _NAMES[_Home.zone[0]]


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Make something once for each city; `make` asks for the city itself."""

    @cache
    def of_city(_city: str) -> T:
        return make()

    @wraps(make)
    def of_home() -> T:
        return of_city(_Home.city)

    return of_home
