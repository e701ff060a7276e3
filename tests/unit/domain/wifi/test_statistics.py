from dataclasses import replace
from datetime import UTC, datetime, timedelta

from appliance.cli.wifi import chart
from appliance.domain.wifi import statistics as wifi_statistics
from tests.builders import a_wifi_session

EVENING = datetime(2026, 11, 28, 16, 30, tzinfo=UTC)
"""23:30 in WIB."""
A_SESSION = a_wifi_session(
    device="a", mac=None, opened_at=EVENING, used_s=600, up_bytes=1, down_bytes=2
)


def test_days_and_hours_are_those_of_the_clock_on_the_wall() -> None:
    later = replace(A_SESSION, opened_at=EVENING + timedelta(hours=1))
    tomorrow, today = wifi_statistics.by_day([A_SESSION, later])
    assert (today.day, tomorrow.day) == ("2026-11-28", "2026-11-29")
    assert today.opened[23] == tomorrow.opened[0] == 1


def test_a_device_counts_once_a_day_and_its_use_adds_up() -> None:
    [day] = wifi_statistics.by_day([A_SESSION, A_SESSION, replace(A_SESSION, device="b")])
    assert (day.sessions, day.devices, day.minutes, day.down_bytes) == (3, 2, 30, 6)


def test_the_chart_has_a_bar_for_each_busy_hour() -> None:
    [day] = wifi_statistics.by_day([A_SESSION])
    assert chart(day) == "23  " + "#" * 40 + " 1"
