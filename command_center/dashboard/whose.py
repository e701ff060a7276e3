"""Whose figures are shown: the city's, an agency's, or those of one unit of it. Pure."""

from typing import NamedTuple


class Whose(NamedTuple):
    """An agency and a unit of it; None for all of them."""

    agency: str | None = None
    unit: str | None = None


CITY = Whose()
