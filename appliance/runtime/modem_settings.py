"""The settings of the SMS modems."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from appliance.domain.hours import HOURS_PATTERN, DailyHours
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.runtime.kiosk_settings import Gpio
from appliance.runtime.section import Section

ModemDevice = Annotated[
    str, msgspec.Meta(pattern=r"^/[^\x00]+\Z", description="the path of a serial device")
]
DailySpan = Annotated[
    str,
    msgspec.Meta(
        pattern=HOURS_PATTERN,
        description="two local times of day, like 21:00-06:00; twice the same means never",
    ),
]
TextLimit = Annotated[
    int, msgspec.Meta(ge=0, le=100_000, description="a whole number, 0 (no limit) to 100000")
]
OwnNumbers = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{7,14}\Z")], ...],
    msgspec.Meta(max_length=8, description='a list of up to 8 numbers, each like "+628123456789"'),
]


class _ModemPort(Section, frozen=True):
    """One modem and its SIM."""

    device: ModemDevice = "/dev/serial/by-id/modem"
    baud: Literal[9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600] = 115200
    pin: Annotated[
        str,
        msgspec.Meta(pattern=r"^([0-9]{4,8})?\Z", description='4 to 8 digits in quotes, or ""'),
    ] = ""
    balance_code: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^([*#][0-9*#]{1,20}#)?\Z", description='a USSD code, e.g. "*888#", or ""'
        ),
    ] = ""
    power_key_pin: Gpio | None = None


class AnotherModem(_ModemPort, frozen=True, kw_only=True):
    """One more modem, with the SIM of another operator."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,19}\Z")]
    device: ModemDevice


class Modem(_ModemPort, frozen=True):
    """The SMS modem, and those that stand beside it."""

    also: Annotated[
        tuple[AnotherModem, ...],
        msgspec.Meta(
            max_length=7,
            description="up to 7 tables [[modem.also]], each with name (a-z, 0-9, -) and device, "
            "and where needed baud, pin, balance_code, power_key_pin",
        ),
    ] = ()
    own_numbers: OwnNumbers = ()
    texts_per_minute: TextLimit = 200
    texts_per_hour: TextLimit = 600
    texts_per_day: TextLimit = 2000
    quiet_hours: DailySpan = "21:00-06:00"

    @property
    def all(self) -> dict[str, "_ModemPort"]:
        """Every modem by the name under which it claims texts and states gauges."""
        return {"modem": self, **{f"modem-{other.name}": other for other in self.also}}

    @property
    def power_keys(self) -> list[int]:
        """The pins with which modems are switched on."""
        pins = (modem.power_key_pin for modem in (self, *self.also))
        return [pin for pin in pins if pin is not None]

    def contradictions(self) -> Iterator[str]:
        """Keys that are fine alone and wrong together."""
        for what, values in (
            ("device", [self.device, *(other.device for other in self.also)]),
            ("name", [other.name for other in self.also]),
        ):
            if len(set(values)) < len(values):
                yield f"modem.also: two modems have the same {what}"

    @property
    def sending_policy(self) -> SendingPolicy:
        """Limits and quiet hours as a domain value."""
        return SendingPolicy(
            per_minute=self.texts_per_minute,
            per_hour=self.texts_per_hour,
            per_day=self.texts_per_day,
            quiet_hours=DailyHours.parse(self.quiet_hours),
        )
