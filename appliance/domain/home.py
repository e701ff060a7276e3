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


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Make something once for each city; `make` asks for the city itself."""

    @cache
    def of_city(_city: str) -> T:
        return make()

    @wraps(make)
    def of_home() -> T:
        return of_city(_Home.city)

    return of_home
