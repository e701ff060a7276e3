"""Settings -> the files of nginx and dnsmasq. Pure: the same settings give the same bytes."""

from dataclasses import dataclass
from pathlib import Path

from appliance.domain.wifi import capport
from appliance.runtime.settings import Settings
from appliance.runtime.wifi_settings import WifiZone

OFFLINE_DNS_PORT = 5354
_LEASE = "1h"
_FIRST_HOST = 50
_TEMPLATES = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the files go and who runs the programs."""

    run: str
    """Folder of pids, leases and what is spooled, absolute."""
    files: str = ""
    """Where the files themselves are; empty: there too."""
    dns_user: str = "dnsmasq"
    is_trusted: bool = False
    """Whether phones trust the certificate: only then TLS is spoken and the API announced."""


def render(settings: Settings, place: Place) -> dict[str, str]:
    """Every file by its name."""
    portal, wifi = settings.portal, settings.wifi
    host = capport.host(portal.url)
    gateways = [address for zone in wifi.zones for address in zone.gateways]
    own_number = next(iter(settings.modem.own_numbers), "")
    values = {
        "run": place.run,
        "files": place.files or place.run,
        "portal": portal.listen,
        "url": portal.url,
        "names": " ".join([host, *(_bracketed(address) for address in gateways)]),
        "tls": _tls(settings) if place.is_trusted else "",
        "sms": f", atau SMS ke {own_number}" if own_number else "",
    }
    names = "\n".join(
        [
            f"local=/{host}/",
            *(f"address=/{host}/{address}" for zone in wifi.zones[:1] for address in zone.gateways),
        ]
    )
    dns = {
        "run": place.run,
        "user": place.dns_user,
        "interfaces": ",".join(zone.interface for zone in wifi.zones),
        "port": str(OFFLINE_DNS_PORT),
        "names": names,
        "resolvers": "\n".join(["no-resolv", *(f"server={one}" for one in wifi.resolvers)])
        if wifi.resolvers
        else "# the resolvers of /etc/resolv.conf",
        "zones": "\n".join(_dhcp(zone) for zone in wifi.zones),
        "garden": "\n".join(
            f"nftset=/{name}/4#inet#posko#garden4,6#inet#posko#garden6" for name in wifi.garden
        ),
        "announcement": _announcement(settings) if place.is_trusted else "",
    }
    return {
        "nginx.conf": _filled("nginx.conf", values),
        "proxy.conf": _filled("proxy.conf", values),
        "resting.html": _filled("resting.html", values),
        "dnsmasq.conf": _filled("dnsmasq.conf", dns),
        "dnsmasq-offline.conf": _filled("dnsmasq-offline.conf", dns),
    }


def _filled(name: str, values: dict[str, str]) -> str:
    text = _TEMPLATES.joinpath(name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    lines = [line for line in text.splitlines() if line.strip() or name.endswith(".html")]
    return "\n".join(lines) + "\n"


def _tls(settings: Settings) -> str:
    """The lines that let the portal's own name be asked with TLS too."""
    wifi = settings.wifi
    return (
        "        listen 443 ssl;\n        listen [::]:443 ssl;\n"
        f"        ssl_certificate {wifi.tls_cert};\n        ssl_certificate_key {wifi.tls_key};\n"
        "        ssl_protocols TLSv1.2 TLSv1.3;\n        ssl_session_cache shared:tls:1m;"
    )


def _dhcp(zone: WifiZone) -> str:
    network = zone.network4
    first, last = network[min(_FIRST_HOST, network.num_addresses // 2)], network[-2]
    lines = [
        f"dhcp-range=set:{zone.name},{first},{last},{network.netmask},{_LEASE}",
        f"dhcp-option=tag:{zone.name},option:router,{zone.gateway4}",
        f"dhcp-option=tag:{zone.name},option:dns-server,{zone.gateway4}",
    ]
    if zone.ipv6:
        lines.append(f"dhcp-range=::,constructor:{zone.interface},ra-stateless")
    return "\n".join(lines)


def _announcement(settings: Settings) -> str:
    """RFC 8910, sent to devices that do not ask for it too."""
    uri = capport.api_uri(settings.portal.url)
    return (
        f"dhcp-option-force={capport.DHCP4_OPTION},{uri}\n"
        f"dhcp-option=option6:{capport.DHCP6_OPTION},{uri}"
    )


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
