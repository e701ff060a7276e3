"""Settings that the city sets: which, and that nothing it can say makes a box's settings wrong."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.city import pushed_settings
from appliance.domain.city.pushed_settings import OF_ZONES, PUSHABLE, TABLE
from appliance.domain.errors import BadInput
from appliance.runtime.settings import Settings, parse

BOX = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"
[[wifi.zones]]
name = "kantor"
interface = "br-kantor"
ipv4 = "10.77.0.1/24"
[[wifi.zones]]
name = "taman"
interface = "br-taman"
ipv4 = "10.78.0.1/24"
session_minutes = 45
"""
ZONES = ("*", "kantor", "taman")
KEYS = (*PUSHABLE, *(f"wifi.zones.{zone}.{name}" for zone in ZONES for name in OF_ZONES))
FORBIDDEN = (
    *("sync.broker", "sync.port", "sync.city_keys", "sync.tls_ca", "sync.keep", "store.path"),
    *("site.code", "center.listen", "portal.listen", "portal.url", "modem.device", "modem.pin"),
    *("update.release_keys", "backup.key", "desk.open_to", "wifi.wan", "wifi.garden", "log.level"),
    *("wifi.zones.kantor.ipv4", "wifi.zones.kantor.interface", "wifi.zones.kantor.name"),
    *("wifi.zones", "wifi.zones.kantor", "fleet.reload", "sealing.keys", "network.wan_ipv4", "x"),
)


def box() -> dict[str, Any]:
    return tomllib.loads(BOX)


def merged(layer: dict[str, Any], keep: tuple[str, ...] = ()) -> Settings:
    return parse(pushed_settings.merge(box(), layer, keep), source="a test")


def of_text(text: str) -> dict[str, Any]:
    return pushed_settings.of_file(tomllib.loads(text))


def test_a_file_becomes_a_table_and_that_a_boxs_settings() -> None:
    layer = of_text(
        '[portal]\nreports_per_hour = 12\n[wifi.zones."*"]\nsession_minutes = 30\n'
        '[wifi.zones.taman]\nsession_minutes = 20\nhours = "06:00-18:00"\n'
    )
    assert pushed_settings.parse(pushed_settings.rows(layer)) == layer
    found = merged(layer)
    assert found.portal.reports_per_hour == 12
    assert [zone.session_minutes for zone in found.wifi.zones] == [30, 20]
    assert [zone.hours for zone in found.wifi.zones] == ["00:00-00:00", "06:00-18:00"]


def test_what_a_box_keeps_the_city_does_not_change() -> None:
    layer = of_text(
        '[modem]\nquiet_hours = "20:00-07:00"\n[wifi.zones."*"]\nsession_minutes = 30\n'
    )
    found = merged(layer, keep=("modem.quiet_hours", "wifi.zones.taman.session_minutes"))
    assert found.modem.quiet_hours == "21:00-06:00"
    assert [zone.session_minutes for zone in found.wifi.zones] == [30, 45]
    all_kept = merged(layer, keep=("wifi.zones.*.session_minutes",))
    assert [zone.session_minutes for zone in all_kept.wifi.zones] == [60, 45]


@pytest.mark.parametrize("key", FORBIDDEN)
def test_nothing_that_could_cut_a_box_off_is_set(key: str) -> None:
    with pytest.raises(BadInput, match="can't be set by the city"):
        pushed_settings.parse([{"key": key, "value": '"x"'}])


def test_a_zone_that_the_box_does_not_have_is_named() -> None:
    with pytest.raises(BadInput, match="no zone 'lapangan'"):
        merged({"wifi.zones.lapangan.session_minutes": 30})


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"key": "portal.reports_per_hour", "value": "0"}, "a whole number, 1 to 10000"),
        ({"key": "portal.reports_per_hour", "value": "true"}, "a whole number"),
        ({"key": "portal.reports_per_hour", "value": "3.0"}, "a whole number"),
        ({"key": "portal.reports_per_hour", "value": "[1]"}, "a whole number"),
        ({"key": "portal.reports_per_hour", "value": "["}, "no JSON"),
        ({"key": "modem.quiet_hours", "value": '"22-6"'}, "hours like"),
        ({"key": "modem.quiet_hours", "value": '"21:00-06:00\\n"'}, "hours like"),
        ({"key": "kiosk.microphone", "value": "1"}, "true or false"),
        ({"value": "1"}, "no key"),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_its_row(row: dict[str, str], problem: str) -> None:
    with pytest.raises(BadInput, match=f"row 2: .*{problem}"):
        pushed_settings.parse([{"key": "archive.disk_percent", "value": "40"}, row])


def test_a_key_stands_there_once() -> None:
    row = {"key": "archive.disk_percent", "value": "40"}
    with pytest.raises(BadInput, match=r"row 2: .*twice"):
        pushed_settings.parse([row, row])


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_one_of_the_settings_and_its_bounds_are_theirs(key: str) -> None:
    wanted = pushed_settings.kind(key)
    for value in (0, 1, 64, 80, 81, 1440, 1441, 10_000, 10_001, 100_000, 100_001, 10**6, 10**7):
        if wanted.takes(value):
            merged({key: value})


ODD = st.one_of(
    st.integers(-5, 10**7),
    st.booleans(),
    st.text(max_size=12),
    st.sampled_from(["06:00-22:00", "24:00-01:00", "00:00-00:00", None, 1.5, [1]]),
)


@given(rows=st.lists(st.tuples(st.sampled_from(KEYS + FORBIDDEN), ODD), max_size=8))
@settings(max_examples=100, deadline=None)
def test_whatever_is_pushed_the_settings_of_a_box_are_right_or_as_they_were(
    rows: list[tuple[str, Any]],
) -> None:
    table = [{"key": key, "value": msgspec.json.encode(value).decode()} for key, value in rows]
    try:
        layer = pushed_settings.parse(table)
    except BadInput:
        return
    found = merged(layer)
    untouched = parse(box(), source="a test")
    for section in ("sync", "store", "site", "center", "fleet", "sealing", "network", "board"):
        assert getattr(found, section) == getattr(untouched, section)


def test_the_table_has_its_name() -> None:
    assert TABLE == "settings"


def test_the_code_of_the_settings_page_names_every_key() -> None:
    page = (Path(__file__).parents[4] / "docs/settings.md").read_text()
    told = page[page.index("## What the city may set") :]
    for key in (*PUSHABLE, *OF_ZONES):
        assert f"`{key}`" in told, key
