"""The networks of the box in the virtual machine, as `overlay/etc/posko/posko.toml` has them."""

from dataclasses import dataclass
from pathlib import Path

from tests.wifi.places import Zone

AUTHORITY = Path("/etc/test-authority")
"""Made with the disk: the box trusts it, and the certificates are signed by it."""
PORTAL_HOST = "posko.test"
CITY = "198.51.100.90"
"""Where the box finds the city's broker; that is a port of the host's own."""
PASSPHRASE = "pelayanan prima"
PARK, OFFICE = (
    Zone(
        bridge=bridge,
        mac="",
        gateway=f"{network}.1",
        network=f"{network}.0/24",
        gateway6="",
        network6="",
    )
    for bridge, network in (("br-taman", "10.78.0"), ("br-kantor", "10.77.0"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How a phone joins; `security` is a word of `phone.SECURITY`."""

    zone: Zone
    ssid: str
    security: str
    passphrase: str = ""


OPEN = Network(zone=PARK, ssid="Taman Kota", security="open")
OWE = Network(zone=PARK, ssid="Taman Kota", security="owe")
WPA2, WPA3 = (
    Network(zone=OFFICE, ssid="Kantor Bukit Raya", security=security, passphrase=PASSPHRASE)
    for security in ("wpa2", "wpa3")
)
