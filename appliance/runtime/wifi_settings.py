"""The `[wifi]` table of the configuration file: the residents' WiFi and its zones."""

from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from pathlib import Path
from typing import Annotated

import msgspec

from appliance.domain.hours import HOURS_PATTERN, DailyHours
from appliance.domain.wifi.sessions import ZonePolicy
from appliance.runtime.section import Section


def _whole(low: int, high: int, more: str = "") -> msgspec.Meta:
    return msgspec.Meta(ge=low, le=high, description=f"a whole number, {low} to {high}{more}")


Minutes = Annotated[int, _whole(1, 24 * 60)]
Limit = Annotated[int, _whole(0, 1_000_000, "; 0 is no limit")]
Address4 = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}\Z",
        description="the box's IPv4 address and prefix length, e.g. 10.77.0.1/24",
    ),
]
Address6 = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([0-9a-f:]+/64)?\Z",
        description='the box\'s IPv6 address with /64, e.g. fd00:77::1/64, or ""',
    ),
]
Interface = Annotated[
    str,
    msgspec.Meta(pattern=r"^[a-zA-Z0-9_.-]{1,15}\Z", description="a network interface, e.g. eth0"),
]
HostNames = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.-]{3,253}\Z")], ...],
    msgspec.Meta(max_length=64, description='a list of up to 64 names, e.g. "pekanbaru.go.id"'),
]
Resolvers = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f.:]{3,45}\Z")], ...],
    msgspec.Meta(max_length=4, description="a list of up to 4 addresses"),
]


class WifiZone(Section, frozen=True, kw_only=True):
    """One network of residents with its own rules."""

    name: Annotated[
        str,
        msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,19}\Z", description="a-z, 0-9 and -, up to 20"),
    ]
    interface: Interface
    ipv4: Address4
    ipv6: Address6 = ""
    session_minutes: Minutes = 60
    session_mb: Limit = 300
    daily_minutes: Limit = 180
    max_sessions: Limit = 100
    down_kbps: Limit = 4000
    up_kbps: Limit = 1000
    zone_kbps: Limit = 0
    hours: Annotated[
        str,
        msgspec.Meta(
            pattern=HOURS_PATTERN,
            description="two local times of day, like 06:00-22:00; twice the same means always",
        ),
    ] = "00:00-00:00"

    @property
    def network4(self) -> IPv4Network:
        """The addresses of its devices."""
        return IPv4Interface(self.ipv4).network

    @property
    def network6(self) -> IPv6Network | None:
        """The same of IPv6; None where the zone has none."""
        return IPv6Interface(self.ipv6).network if self.ipv6 else None

    @property
    def gateway4(self) -> str:
        """The box's own address."""
        return self.ipv4.partition("/")[0]

    @property
    def gateway6(self) -> str:
        """The same of IPv6; empty where the zone has none."""
        return self.ipv6.partition("/")[0]

    @property
    def gateways(self) -> list[str]:
        """Those it has, IPv4 first."""
        return [address for address in (self.gateway4, self.gateway6) if address]

    def mistakes(self) -> list[str]:
        """Addresses that look right and are none."""
        found = []
        for key in ("ipv4", "ipv6"):
            try:
                getattr(self, f"network{key[-1]}")
            except ValueError as error:
                found.append(f"wifi.zones {self.name}: {key}: {error}")
        return found

    @property
    def policy(self) -> ZonePolicy:
        """What the zone grants, as a domain value."""
        return ZonePolicy(
            zone=self.name,
            session_s=self.session_minutes * 60,
            session_bytes=self.session_mb * 1_000_000 or None,
            daily_s=self.daily_minutes * 60,
            max_sessions=self.max_sessions,
            opening_hours=DailyHours.parse(self.hours),
        )


class Wifi(Section, frozen=True):
    """The residents' WiFi; without a zone the box has none."""

    wan: Interface = "eth0"
    resolvers: Resolvers = ()
    garden: HostNames = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    zones: Annotated[
        tuple[WifiZone, ...],
        msgspec.Meta(
            max_length=8,
            description="up to 8 tables [[wifi.zones]], each with name, interface, ipv4",
        ),
    ] = ()

    @property
    def networks(self) -> list[IPv4Network]:
        """Those of the zones that are written rightly."""
        return [zone.network4 for zone in self.zones if not zone.mistakes()]

    def contradictions(self) -> list[str]:
        """Keys that are fine alone and wrong together."""
        found = []
        if (self.tls_cert is None) != (self.tls_key is None):
            found.append("wifi.tls_cert and wifi.tls_key belong together; set both or none")
        for what in ("name", "interface", "ipv4"):
            if len({getattr(zone, what) for zone in self.zones}) < len(self.zones):
                found.append(f"wifi.zones: two zones have the same {what}")
        if any(zone.interface == self.wan for zone in self.zones):
            found.append(f"wifi.zones: {self.wan!r} is wifi.wan, the way to the Internet")
        for zone in self.zones:
            found.extend(zone.mistakes())
        networks = self.networks
        if any(a.overlaps(b) for i, a in enumerate(networks) for b in networks[:i]):
            found.append("wifi.zones: the IPv4 networks of two zones overlap")
        return found
