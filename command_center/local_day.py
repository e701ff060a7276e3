"""Local days as the city's database numbers them, from the first of 1970 on. Pure."""

from datetime import date, datetime

from appliance.domain.moment import EARLIEST, city_offset_ms, local

DAY_MS = 86_400_000


def number_of(day: date) -> int:
    """The number of a day."""
    return day.toordinal() - EARLIEST.toordinal()


def date_of(number: int) -> date:
    """The day with a number."""
    return date.fromordinal(number + EARLIEST.toordinal())


def today(now: datetime) -> int:
    """The number of the day that a time is of."""
    return number_of(local(now).date())


def of_ms(ms: int) -> int:
    """The number of the day that a stored time is of."""
    return (ms + city_offset_ms()) // DAY_MS


def midnight_ms(ms: int) -> int:
    """The first moment of the day that a stored time is of."""
    return ms - (ms + city_offset_ms()) % DAY_MS


def start_ms(number: int) -> int:
    """The first moment of a day."""
    return number * DAY_MS - city_offset_ms()
