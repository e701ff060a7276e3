"""DHCP and names on the box as the lab itself sets them up, to prove the lab before the product."""

from tests.support.programs import needs
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, PARK, RESOLVER, Zone

_OPTIONS = ["--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--user=root"]
_OPTIONS += ["--no-resolv", "--no-hosts", "--bind-dynamic", "--except-interface=wan"]
_OPTIONS += ["--no-ping", "--dhcp-authoritative", "--enable-ra", f"--server={RESOLVER}"]


def start(lab: Lab, *options: str) -> None:
    """DHCP and IPv6 for both zones, names from the Internet's resolver."""
    own = [*_ranges(OFFICE), *_ranges(PARK), f"--dhcp-leasefile={lab.folder}/leases", *options]
    lab.box.start("dnsmasq", needs("dnsmasq"), *_OPTIONS, *own, ready="DHCP")


def _ranges(zone: Zone) -> list[str]:
    first = zone.network.removesuffix("0/24")
    return [
        f"--dhcp-range={first}50,{first}250,255.255.255.0,1h",
        f"--dhcp-range=::,constructor:{zone.bridge},ra-stateless",
    ]
