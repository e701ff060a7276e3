"""What is wrong with addresses: the box's own in a zone and at the uplink, its resolvers. Pure."""

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, ip_address

from appliance.runtime.settings import Settings
from firmware_config.mistake import Mistake

_PREFIXES = range(16, 30)
"""Of a zone: room for three phones at least, and no more than a bridge can bear."""
_NO_DEVICE = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")))
"""This network, loopback, link-local, multicast and reserved (RFC 6890, RFC 5771)."""
_BETWEEN_TWO = 31
"""A line with two ends has no address of the network itself (RFC 3021)."""
_LIKE = "write it like 10.77.0.1/24"


def mistakes(settings: Settings) -> Iterator[Mistake]:
    """Those of `[wifi]` and `[network]`."""
    yield from _resolvers(settings)
    yield from _zones(settings)
    yield from _uplink(settings)


def _flaw(own: IPv4Interface) -> str:
    """Why no device may have that address; empty: it may."""
    for network in _NO_DEVICE:
        if own.ip in network:
            return f"no device may have an address in {network}"
    if own.network.prefixlen < _BETWEEN_TWO and own.ip in (own.network[0], own.network[-1]):
        return "is no address of a device, but of the network itself"
    return ""


def _resolvers(settings: Settings) -> Iterator[Mistake]:
    own = {str(IPv4Interface(zone.ipv4).ip) for zone in settings.wifi.zones}
    for place, text in enumerate(settings.wifi.resolvers):
        remedy = "set the office router's, or one like 1.1.1.1"
        try:
            address = ip_address(text)
        except ValueError as error:
            yield Mistake(f"wifi.resolvers[{place}]", text, str(error), remedy)
            continue
        if text in own:
            reason = "is the box itself, which would ask itself"
        elif address.is_unspecified or address.is_multicast or text == "255.255.255.255":
            reason = "answers nobody"
        else:
            continue
        yield Mistake(f"wifi.resolvers[{place}]", text, reason, remedy)


def _zones(settings: Settings) -> Iterator[Mistake]:
    for place, zone in enumerate(settings.wifi.zones):
        own = IPv4Interface(zone.ipv4)
        reason = _flaw(own)
        if not reason and own.network.prefixlen not in _PREFIXES:
            reason = f"is in no network of /{_PREFIXES[0]} to /{_PREFIXES[-1]}"
        if not reason and own.ip.is_global:
            reason = "is somebody's in the Internet, who could not be reached"
        if reason:
            yield Mistake(f"wifi.zones[{place}].ipv4", zone.ipv4, reason, _LIKE)


def _uplink(settings: Settings) -> Iterator[Mistake]:
    address, gateway = settings.network.wan_ipv4, settings.network.wan_gateway
    if not address:
        if gateway:
            yield Mistake(
                "network.wan_gateway", gateway, "comes by DHCP", "set network.wan_ipv4 too"
            )
        return
    try:
        own = IPv4Interface(address)
    except ValueError as error:
        yield Mistake("network.wan_ipv4", address, str(error), "write it like 192.168.1.10/24")
        return
    if reason := _flaw(own):
        yield Mistake("network.wan_ipv4", address, reason, "ask for a free address of the office's")
    if reason := _gateway_flaw(own, gateway):
        yield Mistake("network.wan_gateway", gateway, reason, "set the office router's")
    if any(own.network.overlaps(zone.network4) for zone in settings.wifi.zones):
        yield Mistake(
            "network.wan_ipv4", address, "lies in a zone's network", "give the zone another"
        )
    if not settings.wifi.resolvers:
        yield Mistake(
            "wifi.resolvers",
            [],
            "with an address of one's own nobody tells DNS servers",
            "set the office router's",
        )


def _gateway_flaw(own: IPv4Interface, gateway: str) -> str:
    try:
        address = IPv4Address(gateway)
    except AddressValueError:
        address = own.ip
    if address not in own.network or address == own.ip:
        return f"is no other address in {own.network}"
    return _flaw(IPv4Interface((address, own.network.prefixlen)))
