"""SMS check 20 (docs/sms-checks.md): what is done to a modem from outside."""

import errno

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from modem.hardware import Hardware, gpio_key, usb_device
from modem.port import advice_on, is_missing


@pytest.fixture
def sysfs(tmp_path):
    """A tty that is an interface of a device that hangs at a hub, as the kernel lays it out."""
    hub = tmp_path / "devices" / "usb1" / "1-1"
    stick = hub / "1-1.4"
    tty = stick / "1-1.4:1.2" / "ttyUSB7"
    tty.mkdir(parents=True)
    for device in (hub, stick):
        (device / "authorized").write_text("1", encoding="ascii")
        (device / "idVendor").write_text("1e0e", encoding="ascii")
    named = tmp_path / "class" / "tty" / "ttyUSB7"
    named.mkdir(parents=True)
    (named / "device").symlink_to(tty)
    return tmp_path


def test_usb_device_is_found_behind_the_link_of_the_tty(sysfs, tmp_path):
    link = tmp_path / "usb-SimTech"
    link.symlink_to("/dev/ttyUSB7")
    assert usb_device(str(link), sysfs).name == "1-1.4"


def test_line_without_usb_has_no_such_device(sysfs):
    assert usb_device("/dev/ttyAMA0", sysfs) is None
    hardware = Hardware("/dev/ttyAMA0", sysfs=sysfs)
    hardware.opened()
    assert not hardware.renew_usb()


def test_device_is_taken_off_the_bus_and_brought_back_even_after_its_tty_vanished(sysfs):
    switch = sysfs / "devices/usb1/1-1/1-1.4/authorized"
    seen = []
    hardware = Hardware(
        "/dev/ttyUSB7", sysfs=sysfs, sleep=lambda _: seen.append(switch.read_text())
    )
    hardware.opened()
    (sysfs / "class/tty/ttyUSB7/device").unlink()
    assert hardware.renew_usb()
    assert (seen, switch.read_text()) == (["0"], "1")


def test_bus_that_may_not_be_switched_is_told_with_its_file(sysfs, caplog):
    hardware = Hardware("/dev/ttyUSB7", sysfs=sysfs)
    hardware.opened()
    switch = sysfs / "devices/usb1/1-1/1-1.4/authorized"
    switch.unlink()
    switch.mkdir()
    assert not hardware.renew_usb()
    assert str(switch) in caplog.text


def test_power_key_is_held_for_its_time_and_let_go():
    Device.pin_factory = MockFactory()
    try:
        levels = []
        pin = Device.pin_factory.pin(4)
        hardware = Hardware(
            "/dev/ttyAMA0",
            power_key=gpio_key(4),
            sleep=lambda seconds: levels.append((seconds, pin.state)),
        )
        assert hardware.press_power_key(1.5)
        assert hardware.press_power_key(1.5)
        assert (levels, pin.state) == ([(1.5, True), (1.5, True)], False)
    finally:
        Device.pin_factory.reset()
        Device.pin_factory = None


def test_without_a_key_nothing_is_pressed():
    hardware = Hardware("/dev/ttyAMA0")
    assert not hardware.has_power_key
    assert not hardware.press_power_key(1.0)


def test_busy_port_is_explained_by_the_usual_culprit_and_is_not_missing():
    busy = OSError(errno.EAGAIN, "Could not exclusively lock port")
    assert "ModemManager" in advice_on(busy)
    assert "ID_MM_DEVICE_IGNORE" in advice_on(busy)
    assert not is_missing(busy)
    assert is_missing(OSError(errno.ENOENT, "no"))
    assert "dialout" in advice_on(OSError(errno.EACCES, "no"))
