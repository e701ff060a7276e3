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
        self._zones = {zone.interface: zone for zone in zones}
        self._owners: dict[str, tuple[str, str]] = {}

    def adopt(self, let_through: Iterable[tuple[str, ...]]) -> None:
        """Take over (MAC, address) pairs that a gate before this one has let through."""
        for mac, address in let_through:
            for zone in self._zones.values():
                if _is_in(zone, address):
                    self._owners.setdefault(address, (zone.name, mac))

    def learn(self, seen: Iterable[Neighbour], keep: Collection[str]) -> bool:
        """Take in the neighbour table; of those not in it keep the MACs named. True if changed."""
        owners = {one.ip: (self._zones[one.interface].name, one.mac) for one in self._own(seen)}
        for address, (zone, mac) in self._owners.items():
            if mac in keep:
                owners.setdefault(address, (zone, mac))
        has_changed = owners != self._owners
        self._owners = owners
        return has_changed

    def by_device(self) -> dict[tuple[str, str], list[str]]:
        """(zone, MAC) -> its addresses, IPv4 first, those of the table before remembered ones."""
        found: dict[tuple[str, str], list[str]] = {}
        for address, owner in sorted(self._owners.items(), key=lambda item: ":" in item[0]):
            held = found.setdefault(owner, [])
            if len(held) < MAX_PER_DEVICE:
                held.append(address)
        return found

    def _own(self, seen: Iterable[Neighbour]) -> Iterable[Neighbour]:
        """Those with an address that their zone gives out."""
        for one in seen:
            zone = self._zones.get(one.interface)
            if zone is not None and _is_in(zone, one.ip):
                yield one


def _is_in(zone: WifiZone, address: str) -> bool:
    if address in (zone.ipv4.split("/")[0], zone.ipv6.split("/")[0]):
        return False
    ip = ip_address(address)
    return ip in zone.network4 or (zone.network6 is not None and ip in zone.network6)
