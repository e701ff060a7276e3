"""The rules of the WiFi as nftables text: who may go where, for one configuration. Pure.

Knows no session: all that changes while the box runs is in maps, sets and named objects, which
`plan` fills. Nothing passes because its connection did: a session may end in its middle.
"""

import hashlib
from dataclasses import dataclass
from ipaddress import ip_network

from appliance.runtime.wifi_settings import Wifi, WifiZone

TABLE = "inet posko"
BRIDGE_TABLE = "bridge posko"
OFFLINE_DNS_PORT = 5354
"""Where dnsmasq answers every name with a dummy address, while the Internet is away."""
_VERSION = "ruleset_"


@dataclass(frozen=True, slots=True)
class Office:
    """From which networks, none of them residents', the port of the staff's pages is reached."""

    port: int
    networks: tuple[str, ...]


NO_OFFICE = Office(0, ())

_MAPS = """\
map up4 { type ether_addr . ipv4_addr : mark; flags timeout; }
map up6 { type ether_addr . ipv6_addr : mark; flags timeout; }
map down4 { type ipv4_addr : mark; flags timeout; }
map down6 { type ipv6_addr : mark; flags timeout; }
map counter_up { type mark : counter; }
map counter_down { type mark : counter; }
map quota_of { type mark : quota; }
map class_of { type mark : classid; }
set garden4 { type ipv4_addr; flags timeout; timeout 1d; size 4096; }
set garden6 { type ipv6_addr; flags timeout; timeout 1d; size 4096; }
set dns_rate { type ether_addr; flags dynamic,timeout; timeout 1m; size 8192; }
set portal_rate { type ether_addr; flags dynamic,timeout; timeout 1m; size 8192; }
set portal_open { type ether_addr; flags dynamic; size 8192; }"""

_CHAINS = """\
chain dns_view { }

chain raw_prerouting {
type filter hook prerouting priority raw; policy accept;
{{no_spoofing}}
}

chain mangle_prerouting {
type filter hook prerouting priority mangle; policy accept;
iifname { {{zones}}, "{{wan}}" } meta mark set 0
iifname { {{zones}} } meta mark set ether saddr . ip saddr map @up4
iifname { {{zones}} } meta mark set ether saddr . ip6 saddr map @up6
}

chain nat_prerouting {
type nat hook prerouting priority dstnat; policy accept;
iifname != { {{zones}} } return
{{portal}}
jump dns_view
meta l4proto { tcp, udp } th dport 53 redirect to :53
meta mark != 0 return
tcp dport 80 redirect to :80
}

chain nat_postrouting {
type nat hook postrouting priority srcnat; policy accept;
iifname { {{zones}} } oifname "{{wan}}" meta nfproto ipv4 masquerade
iifname { {{zones}} } oifname "{{wan}}" ip6 saddr fc00::/7 masquerade
}

chain input {
type filter hook input priority filter; policy drop;
iifname "lo" accept
iifname { {{zones}} } goto from_zone
ct state established,related accept
meta l4proto { icmp, ipv6-icmp } limit rate 50/second accept
udp dport { 68, 546 } accept
{{office}}tcp dport 22 accept
}

chain from_zone {
udp dport { 67, 547 } accept
icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } accept
meta l4proto { tcp, udp } th dport { 53, {{offline_dns}} } goto dns
tcp dport { 80, 443 } goto portal
meta l4proto tcp reject with tcp reset
reject with icmpx type port-unreachable
}

chain dns {
meta mark != 0 accept
update @dns_rate { ether saddr limit rate over 20/second burst 40 packets } drop
accept
}

chain portal {
ct state new update @portal_rate { ether saddr limit rate over 5000/second burst 9000 packets } drop
ct state new add @portal_open { ether saddr ct count over 64 } reject with tcp reset
accept
}

chain forward {
type filter hook forward priority filter; policy drop;
iifname { {{zones}} } oifname { {{zones}} } drop
iifname "{{wan}}" meta mark set ip daddr map @down4
iifname "{{wan}}" meta mark set ip6 daddr map @down6
iifname { {{zones}} } oifname "{{wan}}" goto up
iifname "{{wan}}" oifname { {{zones}} } ct state established,related goto down
}

chain up {
ip daddr @garden4 tcp dport 443 accept
ip6 daddr @garden6 tcp dport 443 accept
ip daddr { 10.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16 } goto refuse
ip6 daddr fc00::/7 goto refuse
meta mark 0 goto refuse
meta l4proto tcp quota name meta mark map @quota_of reject with tcp reset
meta l4proto != tcp quota name meta mark map @quota_of reject with icmpx type admin-prohibited
counter name meta mark map @counter_up
meta priority set meta mark map @class_of
ct mark set meta mark
accept
}

chain down {
ip saddr @garden4 tcp sport 443 accept
ip6 saddr @garden6 tcp sport 443 accept
meta mark 0 drop
meta l4proto != tcp quota name meta mark map @quota_of drop
meta l4proto tcp quota name meta mark map @quota_of limit rate over 20/second burst 2 packets drop
counter name meta mark map @counter_down
meta priority set meta mark map @class_of
accept
}

chain refuse {
meta l4proto tcp reject with tcp reset
reject with icmpx type port-unreachable
}"""

_BRIDGE = """\
chain prerouting {
type filter hook prerouting priority -300; policy accept;
arp saddr ip { {{gateways}} } drop
}

chain forward {
type filter hook forward priority 0; policy accept;
arp saddr ip { {{networks}} } drop
ip saddr { {{networks}} } drop
udp sport { 67, 547 } drop
ip6 saddr fe80::/10 drop
}"""


def ruleset(wifi: Wifi, office: Office = NO_OFFICE) -> str:
    """The table as nft(8) reads it, in place of one that may be there: one transaction.

    An empty chain bears the `version`, by which the table is known again.
    """
    return _replacing(TABLE, f"chain {version(wifi, office)} {{ }}\n\n{_body(wifi, office)}")


def version(wifi: Wifi, office: Office = NO_OFFICE) -> str:
    """The name of the chain that tells this configuration's table from others."""
    return _VERSION + hashlib.sha256(_body(wifi, office).encode()).hexdigest()[:12]


def is_version(chain: str) -> bool:
    """Whether a chain is there for its name alone."""
    return chain.startswith(_VERSION)


def bridge_guard(wifi: Wifi) -> str:
    """What keeps devices on one bridge from each other: no claim of the gateway, no false servers.

    A second table, since a kernel may lack it; an access point that isolates does the same.
    """
    return _replacing(BRIDGE_TABLE, _filled(_BRIDGE, wifi))


def no_tables() -> str:
    """Take both tables away."""
    return "".join(f"add table {name}\ndelete table {name}\n" for name in (TABLE, BRIDGE_TABLE))


def dns_view(*, is_online: bool) -> str:
    """Let names be answered by the Internet, or by the box alone.

    Without the Internet every page leads to the portal, of those with a session too: the form for
    complaints works.
    """
    text = f"flush chain {TABLE} dns_view\n"
    if is_online:
        return text
    rule = f"add rule {TABLE} dns_view"
    return (
        f"{text}{rule} meta l4proto {{ tcp, udp }} th dport 53 redirect to :{OFFLINE_DNS_PORT}\n"
        f"{rule} tcp dport 80 redirect to :80\n"
    )


def _body(wifi: Wifi, office: Office) -> str:
    rules = "".join(
        f"ip{'' if ip_network(network).version == 4 else '6'} saddr {network} "
        f"tcp dport {office.port} accept\n"
        for network in office.networks
    )
    return _filled(f"{_MAPS}\n\n{_CHAINS}".replace("{{office}}", rules), wifi)


def _filled(template: str, wifi: Wifi) -> str:
    values = {
        "zones": ", ".join(f'"{zone.interface}"' for zone in wifi.zones),
        "wan": wifi.wan,
        "offline_dns": str(OFFLINE_DNS_PORT),
        "no_spoofing": "\n".join(rule for zone in wifi.zones for rule in _no_spoofing(zone)),
        "portal": "\n".join(_no_detour(wifi)),
        "gateways": ", ".join(zone.gateway4 for zone in wifi.zones),
        "networks": ", ".join(str(zone.network4) for zone in wifi.zones),
    }
    for name, value in values.items():
        template = template.replace("{{" + name + "}}", value)
    return template


def _no_detour(wifi: Wifi) -> list[str]:
    """The portal is reached by any zone's address as it is: when a session opens, connections of
    the device are forgotten, and the answer to its tap must not need one.
    """
    families = {
        "ip": [zone.gateway4 for zone in wifi.zones],
        "ip6": [zone.gateway6 for zone in wifi.zones if zone.ipv6],
    }
    return [
        f"{family} daddr {{ {', '.join(gateways)} }} tcp dport 80 return"
        for family, gateways in families.items()
        if gateways
    ]


def _no_spoofing(zone: WifiZone) -> list[str]:
    """Sources are the zone's own and not the gateway; devices without an address ask for one."""
    arriving = f'iifname "{zone.interface}"'
    sources6 = ["::", "fe80::/10", *([str(zone.network6)] if zone.network6 else [])]
    rules = [
        f"{arriving} ip saddr 0.0.0.0 udp dport 67 accept",
        f"{arriving} ip saddr != {zone.network4} drop",
        f"{arriving} ip saddr {zone.gateway4} drop",
        f"{arriving} ip6 saddr != {{ {', '.join(sources6)} }} drop",
    ]
    if zone.ipv6:
        rules.append(f"{arriving} ip6 saddr {zone.gateway6} drop")
    return rules


def _replacing(table: str, body: str) -> str:
    """A table in place of the one that may be there, its lines indented by braces."""
    lines, depth = [], 1
    for line in body.splitlines():
        depth -= line == "}"
        lines.append("    " * depth + line if line else "")
        depth += line.endswith("{")
    inside = "\n".join(lines)
    return f"add table {table}\ndelete table {table}\ntable {table} {{\n{inside}\n}}\n"
