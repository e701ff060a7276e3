"""What the kernel tells of the machine, as files in a tree like /sys."""

from pathlib import Path

import pytest

from appliance.runtime import hardware


def tell(sys: Path, name: str, text: str) -> None:
    path = sys / "class" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_raspberry_pi_tells_temperature_and_voltage(tmp_path: Path) -> None:
    tell(tmp_path, "thermal/thermal_zone0/temp", "48312\n")
    tell(tmp_path, "hwmon/hwmon0/name", "cpu_thermal\n")
    tell(tmp_path, "hwmon/hwmon1/name", "rpi_volt\n")
    tell(tmp_path, "hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    seen = hardware.look(tmp_path, tmp_path)
    assert (seen.temperature_c, seen.is_undervolted) == (48.312, False)
    tell(tmp_path, "hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert hardware.look(tmp_path, tmp_path).is_undervolted is True


def test_the_hottest_zone_counts_and_none_without_a_sensor(tmp_path: Path) -> None:
    for zone, text in enumerate(["40000", "71500", "-274000", "", "nonsense", "2147483647"]):
        tell(tmp_path, f"thermal/thermal_zone{zone}/temp", text)
    assert hardware.look(tmp_path, tmp_path).temperature_c == 71.5


@pytest.mark.parametrize("alarm", ["", "2", "x"])
def test_what_another_machine_does_not_tell_is_unknown(tmp_path: Path, alarm: str) -> None:
    tell(tmp_path, "hwmon/hwmon0/name", "rpi_volt")
    if alarm:
        tell(tmp_path, "hwmon/hwmon0/in0_lcrit_alarm", alarm)
    seen = hardware.look(tmp_path, tmp_path)
    assert (seen.temperature_c, seen.is_undervolted) == (None, None)
    assert 0 < seen.disk_free_bytes <= seen.disk_bytes


def test_connectors_are_told_by_name_and_one_that_goes_meanwhile_is_not_known(
    tmp_path: Path,
) -> None:
    tell(tmp_path, "drm/card0-HDMI-A-1/status", "connected\n")
    (tmp_path / "class/drm/card1-DSI-1/status").mkdir(parents=True)  # listed, and not to be read
    assert hardware.connectors(tmp_path) == {"HDMI-A-1": "connected", "DSI-1": ""}


@pytest.mark.parametrize(
    ("states", "is_there"),
    [
        ([], True),
        (["disconnected", "connected"], True),
        (["disconnected", "unknown"], False),
        (["disconnected", "disconnected"], False),
    ],
)
def test_a_screen_is_there_where_one_is_connected_or_no_place_for_one_is_known(
    tmp_path: Path, states: list[str], is_there: bool
) -> None:
    for number, state in enumerate(states):
        tell(tmp_path, f"drm/card0-HDMI-A-{number}/status", f"{state}\n")
    assert hardware.has_screen(tmp_path) == is_there
