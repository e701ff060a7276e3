"""The settings of the staff's pages."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, ip_network
from typing import Annotated

import msgspec

from appliance.runtime.section import Listen, Section

Networks = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f:.]{2,39}/[0-9]{1,3}\Z")], ...],
    msgspec.Meta(
        max_length=8, description='a list of up to 8 networks, each like "192.168.1.0/24"'
    ),
]


class Desk(Section, frozen=True):
    """The pages of the kecamatan's staff."""

    listen: Listen = "127.0.0.1:8082"
    open_to: Networks = ()

    @property
    def port(self) -> int:
        """The port of `listen`."""
        return int(self.listen.rpartition(":")[2])

    def contradictions(self, residents: Sequence[IPv4Network]) -> Iterator[str]:
        """Keys that are wrong together, or with the networks of the residents."""
        for text in self.open_to:
            try:
                network = ip_network(text)
            except ValueError:
                yield f"desk.open_to: {text!r} is no network like 192.168.1.0/24"
                continue
            if any(isinstance(network, IPv4Network) and network.overlaps(r) for r in residents):
                yield f"desk.open_to: {text} is a network of the residents' WiFi"
