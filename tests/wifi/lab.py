"""The lab: the Internet, the box and clients, each in a namespace; gone when the block ends.

Taken from real networks: bridge ports are isolated as hostapd's ap_isolate does it, the Internet
routes IPv6 prefixes of the zones but only the box's own IPv4 address.
"""

import itertools
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import leave_out, needs
from tests.wifi.authority import Authority
from tests.wifi.box import Box
from tests.wifi.client import Client
from tests.wifi.frames import Packet
from tests.wifi.internet import Internet, arrived
from tests.wifi.namespace import folder_for_all, sweep
from tests.wifi.places import BOX_WAN, OFFICE, RESOLVER, Zone

_PROGRAMS = ("ip", "nft", "dnsmasq", "udhcpc", "conntrack", "setpriv", "openssl")
_MARKER = Packet(source=BOX_WAN, target=RESOLVER, protocol="udp", port=9)
"""The box sends it last, so that all before it has arrived when it has."""
_LABS = itertools.count(1)


class Lab:
    """`box`, `internet` and `authority`; clients are made as they are needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public_folder = folder_for_all()
        self._number = next(_LABS)
        self._clients: list[Client] = []
        self.authority = Authority(folder)
        self.internet = Internet(f"{self._number}-internet", folder, self.authority)
        self.box = Box(f"{self._number}-box", folder)

    def start(self) -> None:
        """Lay the cables and start the Internet's servers."""
        self.box.connect(self.internet)
        self.internet.connect()
        self.internet.serve()

    def client(self, zone: Zone = OFFICE) -> Client:
        """A new device in a zone; it has an address of no kind yet."""
        number = len(self._clients) + 1
        mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        name = f"{self._number}-client{number}"
        made = Client(
            name,
            self.folder,
            zone=zone,
            mac=mac,
            port=f"c{number}",
            authority=self.authority.path,
        )
        self._clients.append(made)
        self.box.plug_in(made)
        return made

    @contextmanager
    def arrivals(self) -> Iterator[list[Packet]]:
        """What reaches the Internet while the block runs, filled in at its end.

        Not counted: neighbour discovery, and the box asking its own resolver.
        """
        packets: list[Packet] = []
        with self.internet.listening() as line:
            yield packets
            with self.box.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"the end", (_MARKER.target, _MARKER.port))
            packets += arrived(line, _MARKER)

    def restore(self) -> None:
        """Let the Internet live again; what the box has held back for it is forgotten."""
        self.box.ip("neigh flush dev wan")
        self.internet.restore()

    def remove(self) -> None:
        """Take everything away."""
        for namespace in (*self._clients, self.box, self.internet):
            namespace.remove()
        shutil.rmtree(self.public_folder)


@contextmanager
def a_lab(folder: Path) -> Iterator[Lab]:
    """A lab that exists while the block runs; the test is left out where it cannot be built."""
    if os.geteuid() != 0:
        leave_out("network namespaces need root")
    for program in _PROGRAMS:
        needs(program)
    sweep()
    made = Lab(folder)
    try:
        made.start()
        yield made
    finally:
        made.remove()
