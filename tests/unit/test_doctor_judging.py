from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.doctor import case
from appliance.doctor.checks import PARTS, chosen
from appliance.doctor.finding import Level
from appliance.doctor.judging import (
    addresses,
    database,
    hall,
    machine,
    services,
    sms,
    sticks,
    storage,
    uplink,
    wifi,
)
from appliance.doctor.reading import machine as reading_machine
from appliance.doctor.reading import sticks as reading_sticks

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("only", "with_storage", "parts"),
    [
        (["database", "disk"], False, {"database", "disk"}),
        (["database"], True, {"database", "storage"}),
        (["storage"], False, {"storage"}),
        ([], False, set(PARTS) - {"storage"}),
        ([], True, set(PARTS)),
    ],
)
def test_every_part_that_was_asked_for_is_looked_at(
    only: list[str], with_storage: bool, parts: set[str]
) -> None:
    assert {check.part for check in chosen(only, with_storage=with_storage)} == parts


@pytest.mark.parametrize(
    ("bits", "level", "found"),
    [
        (0, Level.OK, "enough"),
        (0x1, Level.FAULT, "too low now"),
        (0x50000, Level.WARN, "since the boot"),
        (None, Level.ABSENT, "does not tell"),
    ],
)
def test_throttling_bits_of_a_pi_tell_of_its_supply(
    bits: int | None, level: Level, found: str
) -> None:
    seen = machine.Power(temperature_c=50, is_undervolted=None, throttled=bits)
    [voltage] = [f for f in machine.power(seen) if f.what == "voltage"]
    assert (voltage.level, found in voltage.found) == (level, True)


@given(st.floats(1e-6, 1), st.booleans())
def test_a_disk_that_flushes_faster_than_any_can_is_not_believed(
    took_s: float, is_same: bool
) -> None:
    seen = storage.Wear(
        filesystem="ext4",
        device="mmcblk0",
        syncs_s=(took_s,) * 5,
        write_mb_s=20,
        read_back=is_same,
        written_mb_per_day=None,
    )
    [finding] = storage.wear(seen)
    assert (finding.level is Level.OK) == (is_same and 0.000_08 <= took_s <= 0.25)
    assert (finding.level is Level.FAULT) == (not is_same)


CLOCK = machine.Clock(
    now=NOW,
    made=NOW - timedelta(days=1),
    source="ntp",
    has_rtc=True,
    is_kept_by_rtc=True,
    wanted_rtc="ds3231",
    timeservers=(),
)


def test_a_clock_before_the_software_was_made_is_a_fault_whoever_set_it() -> None:
    seen = replace(CLOCK, made=NOW + timedelta(days=1))
    assert [f.level for f in machine.clock(seen)] == [Level.FAULT, Level.OK]


@pytest.mark.parametrize(
    ("has", "hours"),
    [
        ("Asia/Jakarta", ""),
        ("Asia/Pontianak", ""),
        ("Asia/Makassar", "UTC+8"),
        ("Etc/UTC", "UTC+0"),
        (None, "UTC+0"),
    ],
)
def test_the_journals_hours_are_told_where_they_are_not_the_sites(
    has: str | None, hours: str, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    if has:
        (tmp_path / "etc/localtime").symlink_to(f"/usr/share/zoneinfo/{has}")
    box = case.Case(config=tmp_path, settings=None, root=tmp_path)
    told = machine.zone(reading_machine.zone(box))
    assert told.level is Level.OK
    assert f"the hours of {hours} " in told.found if hours else "journal" not in told.found


def test_an_address_that_another_device_has_too_is_a_fault() -> None:
    alone = addresses.Held(interface="eth0", address="10.0.0.9", setting="[network] wan_ipv4")
    shared = replace(alone, others=("02:00:00:00:00:07",))
    [well, ill] = addresses.addresses([alone, shared])
    assert (well.level, ill.level) == (Level.OK, Level.FAULT)
    assert "02:00:00:00:00:07" in ill.found


@pytest.mark.parametrize(
    ("seen", "level", "found"),
    [
        (replace(CLOCK, source="rtc"), Level.OK, "present"),
        (replace(CLOCK, is_kept_by_rtc=False), Level.OK, "present"),
        (replace(CLOCK, source="none", is_kept_by_rtc=False), Level.FAULT, "does not tell this"),
        (replace(CLOCK, has_rtc=False, is_kept_by_rtc=False), Level.FAULT, "there is none"),
    ],
)
def test_a_clock_chip_that_does_not_tell_the_time_is_a_fault_unless_ntp_has_just_set_it(
    seen: machine.Clock, level: Level, found: str
) -> None:
    *_, rtc = machine.clock(seen)
    assert (rtc.what, rtc.level) == ("RTC", level)
    assert found in rtc.found


def test_a_unit_that_was_started_anew_is_named_and_one_that_failed_is_a_fault() -> None:
    seen = [
        services.Unit(name="posko-portal", is_installed=True, active="active"),
        services.Unit(name="posko-modem", is_installed=True, active="active", restarts=3),
        services.Unit(name="posko-sync", is_installed=True, active="failed", result="watchdog"),
        services.Unit(
            name="posko-x", is_installed=True, active="inactive", result="exec-condition"
        ),
    ]
    told = [(f.what, f.level) for f in services.units(seen)]
    assert told == [("posko-modem", Level.WARN), ("posko-sync", Level.FAULT)]


def test_the_last_words_of_a_unit_that_does_not_run_are_told() -> None:
    [told] = services.units(
        [services.Unit(name="posko-desk", is_installed=True, active="failed", said="port taken")]
    )
    assert told.found == "failed: port taken"


@pytest.mark.parametrize(
    ("addresses", "is_up", "level", "told"),
    [
        (["10.77.0.1"], True, Level.OK, "has 10.77.0.1"),
        (["10.78.0.1"], True, Level.FAULT, "lacks 10.77.0.1 (it has: 10.78.0.1)"),
        ([], True, Level.FAULT, "lacks 10.77.0.1 (it has: none)"),
        (["10.77.0.1"], False, Level.FAULT, "switched off"),
        (None, False, Level.FAULT, "no interface br-taman"),
    ],
)
def test_a_zone_without_its_interface_or_address_is_a_fault(
    addresses: list[str] | None, *, is_up: bool, level: Level, told: str
) -> None:
    net = wifi.Net(
        zone="taman", interface="br-taman", wanted="10.77.0.1", addresses=addresses, is_up=is_up
    )
    [found] = wifi.nets([net])
    assert (found.level, told in found.found) == (level, True)


def test_little_credit_is_told_of_a_modem_that_works() -> None:
    stated = {"state": "ready", "signal_dbm": "-71", "balance_rp": "900"}
    seen = sms.Modem(name="modem", device="/dev/modem", is_held=True, refusal="x", stated=stated)
    assert [f.level for f in sms.modem(seen)] == [Level.OK, Level.WARN]


def test_events_that_wait_for_days_without_a_link_are_a_fault() -> None:
    seen = uplink.City(
        broker="mqtt.kota.go.id:8883",
        is_enrolled=True,
        stated={"link": "down", "link_reason": "clock: it is 2020; set the clock"},
        backlog=4,
        acked_at=NOW - timedelta(days=3),
    )
    [link] = [f for f in uplink.city(seen, NOW) if f.what == "link"]
    assert (link.level, link.to_do) == (Level.FAULT, "set the clock")


@pytest.mark.parametrize(
    ("ago", "level", "told"),
    [
        (timedelta(minutes=5), Level.WARN, "up, 4 events wait"),
        (timedelta(hours=2), Level.WARN, "the city does not answer"),
        (timedelta(days=2), Level.FAULT, "the city does not answer"),
        (None, Level.WARN, "the city does not answer"),
    ],
)
def test_a_link_over_which_nothing_is_acknowledged_is_not_well(
    ago: timedelta | None, level: Level, told: str
) -> None:
    seen = uplink.City(
        broker="mqtt.kota.go.id:8883",
        is_enrolled=True,
        stated={"link": "up"},
        backlog=4,
        acked_at=NOW - ago if ago else None,
    )
    [link] = [f for f in uplink.city(seen, NOW) if f.what == "link"]
    assert (link.level, told in link.found) == (level, True)


def test_a_screen_that_is_not_wanted_is_no_fault() -> None:
    [screen] = hall.screen(hall.Screen(is_wanted=False, connectors={}, touch=()))
    assert screen.level is Level.ABSENT


def test_a_backup_is_missed_once_it_is_older_than_two_nights() -> None:
    for hours, problem, level in ((20, "", Level.OK), (72, "", Level.WARN), (20, "x", Level.FAULT)):
        seen = database.Backup(has_key=True, last=NOW - timedelta(hours=hours), problem=problem)
        assert database.backup(seen, NOW).level is level


@pytest.mark.parametrize(
    ("file_system", "label", "words", "to_do"),
    [
        ("ntfs", "POSKO", "holds ntfs", "mkfs.vfat -n POSKO /dev/sda1"),
        ("", "", "holds no file system", "mkfs.vfat -n POSKO /dev/sda1"),
        ("exfat", "KINGSTON", "named KINGSTON", "exfatlabel /dev/sda1 POSKO"),
        ("vfat", "", "named nothing", "fatlabel /dev/sda1 POSKO"),
        ("vfat", "POSKO", "not mounted", "media-posko.mount"),
    ],
)
def test_a_stick_that_is_not_mounted_is_told_why(
    file_system: str, label: str, words: str, to_do: str
) -> None:
    stick = sticks.Stick(device="/dev/sda1", file_system=file_system, label=label)
    [finding] = sticks.sticks([stick])
    assert finding.level is Level.WARN
    assert words in finding.found
    assert to_do in finding.to_do


def test_sticks_are_partitions_of_usb_disks_or_disks_without_any() -> None:
    """As lsblk of util-linux 2.38 lists them."""
    listing = """{"blockdevices": [
        {"path": "/dev/mmcblk0", "tran": null, "fstype": null, "label": null,
         "children": [{"path": "/dev/mmcblk0p1", "tran": null, "fstype": "ext4", "label": null}]},
        {"path": "/dev/sda", "tran": "usb", "fstype": null, "label": null,
         "children": [{"path": "/dev/sda1", "tran": null, "fstype": "ntfs", "label": "POSKO"}]},
        {"path": "/dev/sdb", "tran": "usb", "fstype": null, "label": null}
    ]}"""
    assert list(reading_sticks.listed(listing)) == [
        sticks.Stick(device="/dev/sda1", file_system="ntfs", label="POSKO"),
        sticks.Stick(device="/dev/sdb", file_system="", label=""),
    ]
