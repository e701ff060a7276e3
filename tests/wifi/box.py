"""The box: a router between the zones' bridges and its wan, and the programs that run on it."""

import json

from tests.wifi.client import DEVICE, Client
from tests.wifi.namespace import Namespace
from tests.wifi.places import BOX_WAN, BOX_WAN6, OFFICE, PARK, RESOLVER, RESOLVER6, Zone

WAN = "wan"


class Box(Namespace):
    """It forwards nothing until somebody turns forwarding on, as a machine that has just booted."""

    def connect(self, internet: Namespace) -> None:
        """Lay the cable and make the bridges; frames between their ports are no routed packets."""
        self.sysctl("net/ipv6/conf/default/dad_transmits", "0")
        for family in ("iptables", "ip6tables"):
            self.sysctl(f"net/bridge/bridge-nf-call-{family}", "0")
        self.ip(
            f"link add {WAN} type veth peer name eth0 netns {internet.name}",
            f"address add {BOX_WAN}/24 dev {WAN}",
            f"address add {BOX_WAN6}/64 dev {WAN} nodad",
            f"link set {WAN} up",
            f"route add default via {RESOLVER}",
            f"route add default via {RESOLVER6}",
            *(line for zone in (OFFICE, PARK) for line in _bridge(zone)),
        )

    def plug_in(self, client: Client) -> None:
        """Connect a client to its zone's bridge, unable to reach its neighbours (ap_isolate)."""
        self.ip(
            f"link add {client.port} type veth peer name {DEVICE} netns {client.name}",
            f"link set {client.port} master {client.zone.bridge}",
            f"link set {client.port} up",
        )
        self.isolate(client)
        client.join()

    def isolate(self, *clients: Client, isolated: bool = True) -> None:
        """Let clients reach the box only, or each other too."""
        word = "on" if isolated else "off"
        self.ip(*(f"link set {one.port} type bridge_slave isolated {word}" for one in clients))

    def forward(self, *, on: bool = True) -> None:
        """Pass packets on, or as after a boot, none."""
        self.sysctl("net/ipv4/ip_forward", "1" if on else "0")
        self.sysctl("net/ipv6/conf/all/forwarding", "1" if on else "0")

    def nft(self, commands: str) -> str:
        """Run nft(8) with commands on its standard input."""
        return self.run("nft", "-f", "-", given=commands)

    def nft_json(self, *command: str) -> list[dict]:
        """What nft lists, without its header."""
        return json.loads(self.run("nft", "-j", *command))["nftables"][1:]


def _bridge(zone: Zone) -> list[str]:
    return [
        f"link add {zone.bridge} address {zone.mac} type bridge forward_delay 0 stp_state 0",
        f"address add {zone.gateway}/24 dev {zone.bridge}",
        f"address add {zone.gateway6}/64 dev {zone.bridge} nodad",
        f"link set {zone.bridge} up",
    ]
