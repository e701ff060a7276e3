"""Ends connections in the kernel's connection tracking: those of a session, those of a device.

A connection that was redirected to the portal stays so for its life, and one that was let through
stays known; so the former are flushed when a session begins, the latter when it ends. The next
packet is then refused or begins a new connection, as the rules say.
"""

import errno
import socket
import struct
from collections.abc import Collection
from ipaddress import ip_address

from appliance.runtime.netlink import DUMP, NETFILTER, Netlink, attribute, attributes, nested

_GET, _DELETE = 0x101, 0x102
"""Subsystem 1, messages 1 and 2 (linux/netfilter/nfnetlink_conntrack.h)."""
_ORIGINAL, _STATUS, _MARK, _ID, _ZONE, _MARK_MASK, _STATUS_MASK = 1, 3, 8, 12, 18, 21, 26
_ADDRESSES, _SOURCE4, _SOURCE6 = 1, 1, 3
_REDIRECTED = (1 << 5).to_bytes(4)
"""IPS_DST_NAT: sent elsewhere than the client meant."""
_HEADER = struct.Struct("=BBH")
_WHOLE = 0xFFFFFFFF


class Conntrack:
    """A line to connection tracking; needs CAP_NET_ADMIN, use it from one thread."""

    def __init__(self) -> None:
        self._netlink = Netlink(NETFILTER)

    def close(self) -> None:
        """Give the socket back."""
        self._netlink.close()

    def flush_mark(self, mark: int) -> None:
        """End all connections with this mark, of both families, in one message."""
        body = attribute(_MARK, mark.to_bytes(4)) + attribute(_MARK_MASK, _WHOLE.to_bytes(4))
        self._netlink.ask(_DELETE, _HEADER.pack(socket.AF_UNSPEC, 0, 0) + body)

    def flush_sources(self, addresses: Collection[str]) -> None:
        """End the connections begun from these addresses that were redirected.

        The kernel lists only redirected ones (since 5.18), which are few. It could choose by
        source as well, but for IPv6 gives those of everybody else (seen on 6.18).
        """
        wanted = attribute(_STATUS, _REDIRECTED) + attribute(_STATUS_MASK, _REDIRECTED)
        sources = {ip_address(address).packed for address in addresses}
        for family, size in ((socket.AF_INET, 4), (socket.AF_INET6, 16)):
            if not any(len(source) == size for source in sources):
                continue
            head = _HEADER.pack(family, 0, 0)
            for found in self._netlink.ask(_GET, head + wanted, DUMP):
                connection = attributes(found[_HEADER.size :])
                if _source(connection) in sources:
                    self._delete(head, connection)

    def _delete(self, head: bytes, connection: dict[int, bytes]) -> None:
        """The identity is sent along, lest a successor with the same addresses is hit."""
        body = nested(_ORIGINAL, connection[_ORIGINAL])
        body += b"".join(
            attribute(kind, connection[kind]) for kind in (_ID, _ZONE) if kind in connection
        )
        try:
            self._netlink.ask(_DELETE, head + body)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise


def _source(connection: dict[int, bytes]) -> bytes | None:
    addresses = attributes(attributes(connection.get(_ORIGINAL, b"")).get(_ADDRESSES, b""))
    return addresses.get(_SOURCE4) or addresses.get(_SOURCE6)
