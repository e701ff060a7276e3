"""Who hears of a change, and who need not."""

from firmware_config.activation import commands, needs_reboot
from firmware_config.rendering import render
from tests.support.layouts import layout

FILES = set(render(layout("pi4-two-zones")))


def test_another_channel_restarts_the_radio_and_nothing_else() -> None:
    changed = ["hostapd/wlan1.conf"]
    assert commands(changed, FILES) == [("systemctl", "restart", "posko-hostapd@wlan1")]
    assert not needs_reboot(changed)


def test_a_radio_that_is_gone_stops() -> None:
    told = commands(["hostapd/wlan0.conf"], FILES)
    assert told == [("systemctl", "stop", "posko-hostapd@wlan0")]


def test_bridges_are_there_before_the_radio_that_joins_them() -> None:
    told = commands(FILES, FILES)
    assert told[0] == ("networkctl", "reload")
    assert told[1] == ("systemctl", "restart", "posko-hostapd@wlan1")
    assert len(told) == len(set(told))


def test_a_clock_chip_is_known_without_a_restart() -> None:
    changed = ["lib/udev/rules.d/75-posko-clock.rules"]
    assert [command[:2] for command in commands(changed, FILES)] == [
        ("udevadm", "control"),
        ("udevadm", "trigger"),
    ]
    assert not needs_reboot(changed)


def test_what_only_the_firmware_reads_needs_a_restart_of_the_box() -> None:
    assert commands(["boot/posko.txt"], FILES) == []
    assert needs_reboot(["boot/posko.txt"])
