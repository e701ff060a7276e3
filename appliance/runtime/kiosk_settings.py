"""The kiosk and what hangs on it: the slip printer and the panel of buttons and lamps."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from appliance.runtime.section import Listen, Section

Gpio = Annotated[int, msgspec.Meta(ge=0, le=27, description="a GPIO number, 0 to 27")]

_DEVICES = {
    "usb": (r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}", 'the ids that lsusb prints, e.g. "04b8:0e15"'),
    "serial": (r"/[^\x00]+", "the path of a serial device"),
    "network": (r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?", "HOST or HOST:PORT"),
    "file": (r"/[^\x00]+", "the path of a device or file"),
}


class Kiosk(Section, frozen=True):
    """The touch screen in the hall."""

    listen: Listen = "127.0.0.1:8081"
    screen_mm: (
        Annotated[
            int,
            msgspec.Meta(ge=265, le=2000, description="the width of the picture, 265 to 2000 mm"),
        ]
        | None
    ) = None
    """So that buttons are 20 mm; none: not known."""
    prompts: Path | None = None
    """The folder of recordings, one for each screen and language."""
    microphone: bool = False
    """Whether residents may tell by voice, for staff to write down."""


class Printer(Section, frozen=True):
    """The printer of slips, an ESC/POS one."""

    kind: Literal["none", "usb", "serial", "network", "file"] = "none"
    device: str = ""
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 9600
    columns: Annotated[
        int,
        msgspec.Meta(
            ge=24,
            le=64,
            description="characters per line, 24 to 64: 32 on paper of 58 mm, 48 on 80 mm",
        ),
    ] = 32

    @property
    def is_there(self) -> bool:
        """Whether slips are printed at all."""
        return self.kind != "none"

    def contradictions(self) -> Iterator[str]:
        """Keys that are fine alone and wrong together."""
        pattern, wanted = _DEVICES.get(self.kind, ("", ""))
        if self.is_there and not re.fullmatch(pattern, self.device):
            yield f"printer.device must be {wanted} for kind {self.kind!r}, not {self.device!r}"


class Panel(Section, frozen=True):
    """Buttons, lamps, buzzer and sensor on GPIO pins (BCM numbers); none need be there."""

    start_button: Gpio | None = None
    help_button: Gpio | None = None
    presence_sensor: Gpio | None = None
    power_led: Gpio | None = None
    uplink_led: Gpio | None = None
    modem_led: Gpio | None = None
    problem_led: Gpio | None = None
    buzzer: Gpio | None = None
    backlight: Path | None = None

    @property
    def pins(self) -> dict[str, int]:
        """What is wired, by name."""
        values = msgspec.structs.asdict(self)
        return {name: pin for name, pin in values.items() if isinstance(pin, int)}

    def contradictions(self, power_keys: list[int]) -> Iterator[str]:
        """Keys that are fine alone and wrong together; `power_keys` are pins the modems use."""
        used = Counter([*self.pins.values(), *power_keys])
        for pin, count in used.items():
            if count > 1:
                yield f"panel: GPIO {pin} is given to {count} things"
        if (self.backlight is None) != (self.presence_sensor is None):
            yield "panel.presence_sensor and panel.backlight belong together; set both or none"
