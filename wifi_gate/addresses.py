"""Which addresses a device has in its zone, by what the kernel's neighbour table has shown. Pure.

A device that sleeps falls out of the table and keeps its addresses here until another has them.
"""

from collections.abc import Collection, Iterable
from ipaddress import ip_address

from appliance.runtime.neighbours import Neighbour
from appliance.runtime.wifi_settings import WifiZone

MAX_PER_DEVICE = 16
"""More than any phone has: IPv6 privacy gives a new one a day, and they live a week."""


class AddressBook:
    """Of every address of the zones, the device that had it last: (zone, MAC)."""

    def __init__(self, zones: Iterable[WifiZone]) -> None:
        self._zones = {zone.interface: _Ranges(zone) for zone in zones}
        self._owners: dict[str, tuple[str, str]] = {}

    def adopt(self, let_through: Iterable[tuple[str, ...]]) -> None:
        """Take over (MAC, address) pairs that a gate before this one has let through."""
        for mac, address in let_through:
            for zone in self._zones.values():
                if address in zone:
                    self._owners.setdefault(address, (zone.name, mac))

    def learn(self, seen: Iterable[Neighbour], keep: Collection[str]) -> None:
        """Take in the neighbour table; of those that are not in it, keep what these MACs had."""
        owners = {}
        for one in seen:
            if zone := self._zones.get(one.interface):
                owner = zone.name, one.mac
                if self._owners.get(one.ip) == owner or one.ip in zone:
                    owners[one.ip] = owner
        for address, owner in self._owners.items():
            if owner[1] in keep:
                owners.setdefault(address, owner)
        self._owners = owners

    def knows(self, macs: Collection[str]) -> bool:
        """Whether each of these devices has an address."""
        return {mac for _, mac in self._owners.values()}.issuperset(macs)

    def by_device(self) -> dict[tuple[str, str], list[str]]:
        """(zone, MAC) -> its addresses, IPv4 first, those of the table before remembered ones."""
        found: dict[tuple[str, str], list[str]] = {}
        for address, owner in sorted(self._owners.items(), key=lambda item: ":" in item[0]):
            held = found.setdefault(owner, [])
            if len(held) < MAX_PER_DEVICE:
                held.append(address)
        return found


class _Ranges:
    """The addresses that a zone gives out; parsed once, for there are many to compare."""

    def __init__(self, zone: WifiZone) -> None:
        self.name = zone.name
        self._own = frozenset(zone.gateways)
        self._networks = [one for one in (zone.network4, zone.network6) if one is not None]

    def __contains__(self, address: str) -> bool:
        ip = ip_address(address)
        return address not in self._own and any(ip in network for network in self._networks)
