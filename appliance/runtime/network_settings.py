"""The tables `[board]`, `[network]` and `[radio]`: what `posko-firmware` makes system files of.

What is checked here is the shape alone; `firmware_config.checking` judges what it means, so that a
wrong channel never keeps the daemons from starting.
"""

from typing import Annotated, Literal

import msgspec

from appliance.runtime.section import Section
from appliance.runtime.wifi_settings import Interface

ZoneName = Annotated[
    str,
    msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,19}\Z", description="the name of a zone of [wifi]"),
]
TimeServers = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:-]{1,253}\Z")], ...],
    msgspec.Meta(max_length=4, description="a list of up to 4 hosts or addresses"),
]


class Board(Section, frozen=True):
    """The machine under the box."""

    model: Literal["generic", "pi3b+", "pi4", "pi5", "zero2w"] = "generic"
    rtc: Literal["none", "ds1307", "ds3231", "pcf8523", "pcf85063a", "rv3028"] = "none"
    header_uart: bool = False
    """A modem on the pins of the header, GPIO 14 and 15."""
    usb_full_current: bool = False
    watchdog: bool = True
    screen: bool = True


class Port(Section, frozen=True):
    """Where access points that are not the box's own hang on it."""

    zone: ZoneName
    interface: Interface
    vlan: Annotated[
        int, msgspec.Meta(ge=0, le=4094, description="a whole number, 1 to 4094; 0: untagged")
    ] = 0

    @property
    def link(self) -> str:
        """The interface that carries the zone."""
        return f"{self.interface}.{self.vlan}" if self.vlan else self.interface


class Network(Section, frozen=True):
    """The way to the Internet, the clock, and ports for access points."""

    wan_ipv4: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2})?\Z",
            description='an IPv4 address and prefix length, e.g. 192.168.1.10/24, or "" for DHCP',
        ),
    ] = ""
    wan_gateway: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(([0-9]{1,3}\.){3}[0-9]{1,3})?\Z", description='an IPv4 address, or ""'
        ),
    ] = ""
    timeservers: TimeServers = ("id.pool.ntp.org", "time.cloudflare.com")
    ports: Annotated[
        tuple[Port, ...],
        msgspec.Meta(
            max_length=16,
            description="up to 16 tables [[network.ports]], each with zone and interface",
        ),
    ] = ()


class RadioDevice(Section, frozen=True):
    """One WiFi chip and the channel it sends on."""

    interface: Interface
    chip: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[a-z0-9_-]{1,20}\Z", description="a chip of docs/firmware.md, e.g. mt7612u"
        ),
    ]
    channel: Annotated[
        int,
        msgspec.Meta(ge=1, le=177, description="a channel: 1 to 14 at 2.4 GHz, 36 to 177 at 5 GHz"),
    ] = 6
    width: Literal[20, 40, 80] = 20


class AirNetwork(Section, frozen=True):
    """One network on the air: a zone under a name."""

    zone: ZoneName
    ssid: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,32}\Z",
            description="1 to 32 characters in one line (32 bytes of UTF-8)",
        ),
    ]
    device: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[a-zA-Z0-9_.-]{0,15}\Z",
            description='an interface of [[radio.devices]], or "" for the first',
        ),
    ] = ""
    security: Literal["open", "owe", "owe-transition", "wpa2", "wpa2-wpa3", "wpa3"] = "open"
    passphrase: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^([\x20-\x7e]{8,63})?\Z",
            description='8 to 63 letters, digits or signs of ASCII, or ""',
        ),
    ] = ""
    max_stations: Annotated[
        int,
        msgspec.Meta(ge=0, le=256, description="a whole number, 1 to 256; 0: what the chip has"),
    ] = 0
    isolate: bool = True


class Radio(Section, frozen=True):
    """The box's own access points."""

    country: Annotated[
        str, msgspec.Meta(pattern=r"^[A-Z]{2}\Z", description='two capital letters, e.g. "ID"')
    ] = "ID"
    devices: Annotated[
        tuple[RadioDevice, ...],
        msgspec.Meta(
            max_length=4,
            description="up to 4 tables [[radio.devices]], each with interface and chip",
        ),
    ] = ()
    networks: Annotated[
        tuple[AirNetwork, ...],
        msgspec.Meta(
            max_length=16, description="up to 16 tables [[radio.networks]], each with zone and ssid"
        ),
    ] = ()

    def on(self, device: RadioDevice) -> list[AirNetwork]:
        """What a device sends."""
        names = {device.interface, *([""] if device == self.devices[0] else [])}
        return [network for network in self.networks if network.device in names]
