"""DHCP, names and redirects on the box as the lab sets them up, for tests of the gate alone."""

import sys

from tests.support.programs import needs
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, PARK, RESOLVER, Zone

_COMMON = ["--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--user=root"]
_COMMON += ["--no-resolv", "--no-hosts", "--bind-dynamic", "--except-interface=wan"]
_OFFLINE_PORT = 5354


def start_dnsmasq(lab: Lab, *options: str) -> None:
    """DHCP and IPv6 for both zones, names from the Internet's resolver."""
    own = ["--no-ping", "--dhcp-authoritative", f"--dhcp-leasefile={lab.folder}/leases"]
    own += ["--enable-ra", *_ranges(OFFICE), *_ranges(PARK), f"--server={RESOLVER}", *options]
    lab.box.start("dnsmasq", needs("dnsmasq"), *_COMMON, *own, ready="DHCP")


def start(lab: Lab, portal_host: str) -> None:
    """All that stands before the gate but the portal's pages."""
    portal = f"--address=/{portal_host}/{OFFICE.gateway}"
    garden = "--nftset=/garden.test/4#inet#posko#garden4,6#inet#posko#garden6"
    start_dnsmasq(lab, portal, garden)
    dummy = [f"--port={_OFFLINE_PORT}", "--address=/#/203.0.113.254", "--local-ttl=5", portal]
    lab.box.start("dnsmasq-offline", needs("dnsmasq"), *_COMMON, *dummy, ready="started")
    redirector = [sys.executable, "-m", "tests.wifi.redirector", portal_host]
    lab.box.start("redirector", *redirector, ready="ready")


def _ranges(zone: Zone) -> list[str]:
    first = zone.network.removesuffix("0/24")
    return [
        f"--dhcp-range={first}50,{first}250,255.255.255.0,1h",
        f"--dhcp-range=::,constructor:{zone.bridge},ra-stateless",
    ]
