"""A box and a city in network namespaces of their own, and the street between them.

The street is a third namespace that routes. Dug up, it throws packets away without a word: no
reset, no ICMP, no carrier lost at either end, which is what a half-open link is. Needs root and
ip(8), nothing else of the machine's network is touched.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.programs import leave_out, needs

CITY = "10.71.0.2"
"""The city's address, as the box sees it."""
_BOX = "10.14.0.2"
_LINKS = {"box": (_BOX, "10.14.0.1"), "city": (CITY, "10.71.0.1")}


class Street:
    """Three namespaces."""

    def __init__(self) -> None:
        self._ip = needs("ip")
        self._name = f"posko-{os.getpid()}"

    def inside(self, end: str) -> list[str]:
        """What to put before a command so that it runs there: `box`, `city` or `street`."""
        return [self._ip, "netns", "exec", self._namespace(end)]

    def dig_up(self) -> None:
        """From now on every packet is lost, in both directions."""
        for address, _ in _LINKS.values():
            self._at("street", "route", "replace", "blackhole", f"{address}/32")

    def mend(self) -> None:
        """Packets pass again."""
        for address, _ in _LINKS.values():
            self._at("street", "route", "del", "blackhole", f"{address}/32")

    def build(self) -> None:
        """Make the namespaces and their links."""
        self._run("netns", "add", self._namespace("street"))
        for end, (address, gateway) in _LINKS.items():
            self._run("netns", "add", self._namespace(end))
            peer = ("peer", "name", end, "netns", self._namespace("street"))
            self._at(end, "link", "add", "name", "uplink", "type", "veth", *peer)
            self._at(end, "address", "add", f"{address}/24", "dev", "uplink")
            self._at("street", "address", "add", f"{gateway}/24", "dev", end)
            for place, link in ((end, "lo"), (end, "uplink"), ("street", end)):
                self._at(place, "link", "set", link, "up")
            self._at(end, "route", "add", "default", "via", gateway)
        forward = ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]
        subprocess.run([*self.inside("street"), *forward], check=True)

    def remove(self) -> None:
        """Take everything away, whatever had been built."""
        for place in (*_LINKS, "street"):
            subprocess.run(
                [self._ip, "netns", "del", self._namespace(place)], check=False, capture_output=True
            )

    def _namespace(self, place: str) -> str:
        return f"{self._name}-{place}"

    def _at(self, place: str, *command: str) -> None:
        self._run("-n", self._namespace(place), *command)

    def _run(self, *command: str) -> None:
        subprocess.run([self._ip, *command], check=True)


@contextmanager
def a_street() -> Iterator[Street]:
    """A street that exists while the block runs; the test is left out where we may not build."""
    if os.geteuid() != 0:
        leave_out("network namespaces need root")
    made = Street()
    try:
        made.build()
        yield made
    finally:
        made.remove()
