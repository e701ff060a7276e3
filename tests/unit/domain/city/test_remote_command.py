from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.city.remote_command import CityTime
from appliance.domain.moment import to_ms
from tests.conftest import START, at

CITY_MS = to_ms(START)
DAY_MS = 86_400_000


def test_nobody_knows_the_time_before_the_city_has_spoken() -> None:
    assert CityTime().at(at()) is None


def test_the_citys_time_goes_on_without_a_clock() -> None:
    heard = CityTime().heard(CITY_MS, at(minutes=1))
    assert heard.at(at(minutes=3)) == CITY_MS + 120_000


@given(st.lists(st.integers(0, DAY_MS), min_size=1))
def test_old_messages_never_turn_time_back(delays_ms: list[int]) -> None:
    """Each message is late by some delay; the one that was least late tells the time."""
    known, now = CityTime(), at(days=2)
    for delay_ms in delays_ms:
        known = known.heard(CITY_MS - delay_ms, now)
    assert known.at(now) == CITY_MS - min(delays_ms)


def test_a_clock_set_by_ntp_counts_and_no_other() -> None:
    wrong = replace(at(), wall=at(days=1).wall)
    assert CityTime().at(replace(wrong, source="rtc")) is None
    assert CityTime().at(replace(wrong, source="ntp")) == CITY_MS + DAY_MS
    heard = CityTime().heard(CITY_MS + 2 * DAY_MS, wrong)
    assert heard.at(replace(wrong, source="ntp")) == CITY_MS + 2 * DAY_MS
