"""systemd-networkd's files: a bridge for each zone, what hangs on it, and the way out. Pure."""

from collections.abc import Iterator
from itertools import product

from appliance.runtime.network_settings import Port
from appliance.runtime.settings import Settings
from appliance.runtime.wifi_settings import WifiZone
from firmware_config.hostapd import bsses

FOLDER = "lib/systemd/network"
_QUIET = ("LLMNR=no", "MulticastDNS=no")
"""A host of a public network says nothing of itself."""
Sections = dict[str, list[str]]


def render(settings: Settings) -> dict[str, str]:
    """Every file by its name; without any zone that is the way out alone."""
    files = {"60-posko-wan.network": _wan(settings)}
    for zone in settings.wifi.zones:
        files[f"50-posko-{zone.name}.netdev"] = _bridge_device(zone)
        files[f"50-posko-{zone.name}.network"] = _bridge(zone)
        files |= dict(_on_air(settings, zone))
    files |= dict(_ports(settings))
    return {f"{FOLDER}/{name}": _text(sections) for name, sections in files.items()}


def _bridge_device(zone: WifiZone) -> Sections:
    return {
        "NetDev": [f"Name={zone.interface}", "Kind=bridge"],
        "Bridge": ["STP=no", "ForwardDelaySec=0", "MulticastSnooping=no"],
    }


def _bridge(zone: WifiZone) -> Sections:
    """The bridge has its address also while no access point hangs on it: dnsmasq needs it."""
    addresses = [f"Address={zone.ipv4}", *([f"Address={zone.ipv6}"] if zone.ipv6 else [])]
    return {
        "Match": [f"Name={zone.interface}"],
        "Link": ["RequiredForOnline=no"],
        "Network": [
            *addresses,
            "ConfigureWithoutCarrier=yes",
            "IPv6AcceptRA=no",
            f"LinkLocalAddressing={'ipv6' if zone.ipv6 else 'no'}",
            *_QUIET,
        ],
    }


def _on_air(settings: Settings, zone: WifiZone) -> Iterator[tuple[str, Sections]]:
    """Members of the bridge that hostapd makes.

    A radio's own interface joins in the mode of an access point only: as a station it fits in no
    bridge. Those that hostapd adds are never anything else, and networkd, which looks at them
    before it knows their mode, would pass them by.
    """
    for is_first, isolates in product((True, False), repeat=2):
        names = [
            bss.interface
            for device in settings.radio.devices
            for bss in bsses(settings.radio, device)
            if bss.network.zone == zone.name
            and bss.network.isolate == isolates
            and (bss.interface == device.interface) == is_first
        ]
        if names:
            ending = f"air{'' if is_first else '-added'}{'' if isolates else '-open'}"
            match = ["Name=" + " ".join(names), *(["WLANInterfaceType=ap"] if is_first else [])]
            sections = _member(zone, match, isolates=isolates)
            yield f"50-posko-{zone.name}-{ending}.network", sections


def _member(zone: WifiZone, match: list[str], *, isolates: bool) -> Sections:
    return {
        "Match": match,
        "Link": ["RequiredForOnline=no"],
        "Network": [
            f"Bridge={zone.interface}",
            "LinkLocalAddressing=no",
            "IPv6AcceptRA=no",
            *_QUIET,
        ],
        "Bridge": [f"Isolated={'yes' if isolates else 'no'}"],
    }


def _ports(settings: Settings) -> Iterator[tuple[str, Sections]]:
    zones = {zone.name: zone for zone in settings.wifi.zones}
    by_interface: dict[str, list[Port]] = {}
    for port in settings.network.ports:
        by_interface.setdefault(port.interface, []).append(port)
        sections = _member(zones[port.zone], [f"Name={port.link}"], isolates=True)
        if port.vlan:
            yield f"50-posko-{port.link}.netdev", _vlan_device(port)
            yield f"50-posko-{port.link}.network", sections
    for interface, ports in by_interface.items():
        if interface == settings.wifi.wan:
            continue
        untagged = [port for port in ports if not port.vlan]
        sections = (
            _member(zones[untagged[0].zone], [f"Name={interface}"], isolates=True)
            if untagged
            else _trunk(interface)
        )
        sections["Network"] += _vlans(ports)
        yield f"50-posko-{interface}.network", sections


def _trunk(interface: str) -> Sections:
    """A port that carries nothing but VLANs."""
    return {
        "Match": [f"Name={interface}"],
        "Link": ["RequiredForOnline=no"],
        "Network": ["LinkLocalAddressing=no", "IPv6AcceptRA=no", *_QUIET],
    }


def _vlan_device(port: Port) -> Sections:
    return {"NetDev": [f"Name={port.link}", "Kind=vlan"], "VLAN": [f"Id={port.vlan}"]}


def _vlans(ports: list[Port]) -> list[str]:
    return [f"VLAN={port.link}" for port in ports if port.vlan]


def _wan(settings: Settings) -> Sections:
    """Nothing waits for it at boot: the box works without the Internet."""
    network, wifi = settings.network, settings.wifi
    own = [f"Address={network.wan_ipv4}", f"Gateway={network.wan_gateway}"]
    vlans = _vlans([port for port in network.ports if port.interface == wifi.wan])
    sections = {
        "Match": [f"Name={wifi.wan}"],
        "Link": ["RequiredForOnline=no"],
        "Network": [
            *(own if network.wan_ipv4 else ["DHCP=ipv4"]),
            *(f"DNS={resolver}" for resolver in wifi.resolvers),
            "IPv6AcceptRA=yes",
            *_QUIET,
            *vlans,
        ],
    }
    if not network.wan_ipv4:
        # A random identifier would cost another address of the office after each new card.
        sections["DHCPv4"] = [
            "ClientIdentifier=mac",
            "UseDomains=no",
            "UseHostname=no",
            f"UseDNS={'no' if wifi.resolvers else 'yes'}",
        ]
    return sections


def _text(sections: Sections) -> str:
    parts = ["\n".join([f"[{name}]", *lines]) for name, lines in sections.items()]
    return "\n\n".join(["# Written from posko.toml; change that instead.", *parts]) + "\n"
