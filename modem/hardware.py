"""What can be done to a modem from outside: taken off the USB bus, its power key pressed.

Knows sysfs and gpiozero. Does not know when it is time for either.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

log = logging.getLogger(__name__)

_SYSFS = Path("/sys")
# For how long a device is off the bus, so that its driver lets go of it.
_OFF_BUS_S = 1.0


class Key(Protocol):
    """A line that presses the modem's power key; `gpiozero.OutputDevice` is one."""

    def on(self) -> None:
        """Press."""

    def off(self) -> None:
        """Let go."""


def usb_device(device: str, sysfs: Path = _SYSFS) -> Path | None:
    """Return the folder of the USB device that a tty belongs to; None if it is on no bus.

    The tty's own folder is that of an interface; the device, with its `authorized`, is above it.
    """
    tty = sysfs / "class" / "tty" / Path(device).resolve().name / "device"
    if not tty.exists():
        return None
    root = sysfs.resolve()
    folder = tty.resolve()
    while folder not in {root, folder.parent}:
        if (folder / "authorized").is_file() and (folder / "idVendor").is_file():
            return folder
        folder = folder.parent
    return None


class Hardware:
    """Acts on one modem; whatever is impossible is told in the log and skipped."""

    def __init__(
        self,
        device: str,
        *,
        power_key: Callable[[], Key] | None = None,
        sysfs: Path = _SYSFS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._device = device
        self._power_key = power_key
        self._sysfs = sysfs
        self._sleep = sleep
        self._usb: Path | None = None

    @property
    def has_power_key(self) -> bool:
        """Whether there is a line to the modem's power key."""
        return self._power_key is not None

    def opened(self) -> None:
        """The device is there: remember where it hangs, for when it no longer is."""
        self._usb = usb_device(self._device, self._sysfs) or self._usb

    def renew_usb(self) -> bool:
        """Take the device off its bus and bring it back, as by replugging; False if impossible."""
        if self._usb is None:
            return False
        switch = self._usb / "authorized"
        try:
            switch.write_text("0", encoding="ascii")
            self._sleep(_OFF_BUS_S)
            switch.write_text("1", encoding="ascii")
        except OSError as error:
            log.warning(
                "Cannot take the modem off the USB bus; let the group of posko-modem write the "
                "file (docs/modems.md). file=%s error=%s",
                switch,
                error,
            )
            return False
        return True

    def press_power_key(self, seconds: float) -> bool:
        """Turn the modem on, or off if it hangs: the next pulse turns it on."""
        if self._power_key is None:
            return False
        key = self._power_key()
        key.on()
        self._sleep(seconds)
        key.off()
        return True


def gpio_key(pin: int) -> Callable[[], Key]:
    """Return what opens the line to the power key once it is needed: GPIO costs memory."""
    opened: list[Key] = []

    def open_once() -> Key:
        if not opened:
            from gpiozero import OutputDevice  # noqa: PLC0415 - only where a pin is configured

            opened.append(OutputDevice(pin))
        return opened[0]

    return open_once
