"""Zones of a WiFi."""

from typing import Any

from appliance.runtime.wifi_settings import Wifi, WifiZone

OFFICE = WifiZone(name="kantor", interface="br-kantor", ipv4="10.77.0.1/24", ipv6="fd00:77::1/64")
PARK = WifiZone(name="taman", interface="br-taman", ipv4="10.78.0.1/22")
WIFI = Wifi(wan="eth0", zones=(OFFICE, PARK))


def a_zone(**given: Any) -> WifiZone:
    return WifiZone(**{"name": "hall", "interface": "lan", "ipv4": "10.77.0.1/24", **given})
