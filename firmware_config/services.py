"""The files of programs that other packages know best, by their own pure renderers.

`posko-portal --render` writes the same nginx and dnsmasq, `posko-gate` loads the same rules: there
is one text of each, where its user is.
"""

from ipaddress import ip_network

from appliance.runtime.settings import Settings
from appliance.screen import browser_profile
from captive_portal.edge.rendering import Place
from captive_portal.edge.rendering import render as render_edge
from wifi_gate.ruleset import Office, bridge_guard, ruleset

EDGE = "edge"
EDGE_RUN = "/run/posko-edge"

_BROWSER = "#!/bin/sh\n# Written from posko.toml.\n"
_CLOSED = """\
add table inet posko
delete table inet posko
table inet posko {
    chain input {
        type filter hook input priority filter; policy drop;
        iifname "lo" accept
        ct state established,related accept
        meta l4proto { icmp, ipv6-icmp } limit rate 50/second accept
        udp dport { 68, 546 } accept
{{office}}        tcp dport 22 accept
    }

    chain forward {
        type filter hook forward priority filter; policy drop;
    }
}
"""


def edge(settings: Settings, home: str, *, is_trusted: bool) -> dict[str, str]:
    """nginx and dnsmasq; nothing where there is no WiFi. `home` is where the files will be."""
    if not settings.wifi.zones:
        return {}
    place = Place(run=EDGE_RUN, files=f"{home}/{EDGE}", is_trusted=is_trusted)
    return {f"{EDGE}/{name}": text for name, text in render_edge(settings, place).items()}


def firewall(settings: Settings) -> dict[str, str]:
    """The rules that are loaded before the network comes up; the gate finds them as its own."""
    office = Office(settings.desk.port, settings.desk.open_to)
    if settings.wifi.zones:
        return {
            "nftables/posko.nft": ruleset(settings.wifi, office),
            "nftables/bridge.nft": bridge_guard(settings.wifi),
        }
    doors = "".join(
        f"        ip{'' if ip_network(network).version == 4 else '6'} saddr {network} "
        f"tcp dport {office.port} accept\n"
        for network in office.networks
    )
    return {"nftables/posko.nft": _CLOSED.replace("{{office}}", doors)}


def kiosk(settings: Settings) -> dict[str, str]:
    """How the browser is started, and its policy; nothing without a screen."""
    if not settings.board.screen:
        return {}
    listen = settings.kiosk.listen
    start = _BROWSER + browser_profile.watched(listen)
    return {"kiosk/browser": start, "kiosk/policy.json": browser_profile.policy(listen) + "\n"}
