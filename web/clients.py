"""Who an act is counted for when nobody logs in: the address of the client.

Knows addresses only. What is counted, and how often is too often, is the face's and the domain's.
"""

from ipaddress import IPv6Address, IPv6Network, ip_address

NAME_MAX_CHARS = 64
"""Longer than any address (an IPv6 address with a zone fits); a proxy may pass on anything."""


def counted_as(address: str | None) -> str | None:
    """The name of a client in counts, or None for this machine, whose acts are not counted.

    A proxy that knows no address says something else (`unknown`, RFC 7239 section 6): all such
    clients are counted as one.
    """
    if address is None:
        return None
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:NAME_MAX_CHARS]
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return None if ip.is_loopback else str(ip)


def subscriber(client: str) -> str:
    """The name of who comes over the Internet: the /64 of an IPv6 client, whose 2^64 addresses are
    all at its hand. Not for a hall, where all share one."""
    try:
        ip = ip_address(client)
    except ValueError:
        return client
    is_wide = isinstance(ip, IPv6Address)
    return str(IPv6Network((int(ip), 64), strict=False)) if is_wide else client
