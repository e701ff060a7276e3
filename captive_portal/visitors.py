"""Which device asks: from the kernel's neighbour table, never from what the client says."""

from collections.abc import Callable

from flask import request

from appliance.actions.wifi.wifi_sessions import Device
from appliance.runtime.neighbours import Neighbour
from appliance.runtime.wifi_settings import WifiZone

Lookup = Callable[[str], Neighbour | None]


class Visitors:
    """The devices of the zones."""

    def __init__(self, zones: tuple[WifiZone, ...], look_up: Lookup) -> None:
        self._policies = {zone.interface: zone.policy for zone in zones}
        self._look_up = look_up

    def present(self) -> Device | None:
        """The device of this request; None for whoever is in no zone."""
        address = request.remote_addr
        if not self._policies or address is None:
            return None
        try:
            neighbour = self._look_up(address)
        except ValueError:
            return None
        if neighbour is None or neighbour.interface not in self._policies:
            return None
        return Device(mac=neighbour.mac, zone=self._policies[neighbour.interface])
