"""Who has which address in the lab, and how devices ask whether they are online."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A WiFi network of the box: one bridge, one subnet."""

    bridge: str
    mac: str
    gateway: str
    network: str
    gateway6: str
    network6: str


OFFICE = Zone(
    bridge="br-lan",
    mac="02:00:5e:00:00:77",
    gateway="10.77.0.1",
    network="10.77.0.0/24",
    gateway6="2001:db8:77::1",
    network6="2001:db8:77::/64",
)
PARK = Zone(
    bridge="br-park",
    mac="02:00:5e:00:00:78",
    gateway="10.78.0.1",
    network="10.78.0.0/24",
    gateway6="2001:db8:78::1",
    network6="2001:db8:78::/64",
)

BOX_WAN, BOX_WAN6 = "198.51.100.2", "2001:db8:ff::2"
RESOLVER, RESOLVER6 = "198.51.100.1", "2001:db8:ff::1"
"""The provider's, which the box asks."""
PUBLIC_RESOLVER, PUBLIC_RESOLVER6 = "8.8.8.8", "2001:4860:4860::8888"
"""One that phones ask by habit; it gives `who.test` another address than RESOLVER does."""
WWW, WWW6 = "198.51.100.80", "2001:db8:ff::80"
GARDEN, GARDEN6 = "198.51.100.81", "2001:db8:ff::81"
OTHER, OTHER6 = "198.51.100.82", "2001:db8:ff::82"
HOSTS = {
    "www.test": (WWW, WWW6),
    "garden.test": (GARDEN, GARDEN6),
    "other.test": (OTHER, OTHER6),
}
TTL_S = 300
"""Of every answer of the Internet's resolvers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How one kind of device asks whether it is online, and the answer that convinces it."""

    device: str
    host: str
    path: str
    status: int = 200
    body: bytes = b""

    def __str__(self) -> str:
        return self.device


_APPLE = b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"
_FIREFOX = (
    b'<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>'
)
_204 = {"path": "/generate_204", "status": 204}
PROBES = [
    Probe(device="android", host="connectivitycheck.gstatic.com", **_204),
    Probe(device="android-gen", host="www.google.com", path="/gen_204", status=204),
    Probe(device="android-play", host="play.googleapis.com", **_204),
    Probe(device="samsung", host="connectivitycheck.samsung.com", **_204),
    Probe(device="xiaomi", host="connect.rom.miui.com", **_204),
    Probe(device="huawei", host="connectivitycheck.platform.hicloud.com", **_204),
    Probe(device="honor", host="connectivitycheck.platform.hihonorcloud.com", **_204),
    Probe(device="oppo", host="conn1.oppomobile.com", **_204),
    Probe(device="vivo", host="wifi.vivo.com.cn", **_204),
    Probe(device="apple", host="captive.apple.com", path="/hotspot-detect.html", body=_APPLE),
    Probe(device="apple-old", host="www.apple.com", path="/library/test/success.html", body=_APPLE),
    Probe(
        device="windows",
        host="www.msftconnecttest.com",
        path="/connecttest.txt",
        body=b"Microsoft Connect Test",
    ),
    Probe(
        device="windows-ipv6",
        host="ipv6.msftconnecttest.com",
        path="/connecttest.txt",
        body=b"Microsoft Connect Test",
    ),
    Probe(device="windows-7", host="www.msftncsi.com", path="/ncsi.txt", body=b"Microsoft NCSI"),
    Probe(device="firefox", host="detectportal.firefox.com", path="/canonical.html", body=_FIREFOX),
    Probe(
        device="firefox-v4",
        host="detectportal.firefox.com",
        path="/success.txt?ipv4",
        body=b"success\n",
    ),
    Probe(device="chromeos", host="www.gstatic.com", **_204),
    Probe(device="chrome", host="clients3.google.com", **_204),
    Probe(
        device="gnome",
        host="nmcheck.gnome.org",
        path="/check_network_status.txt",
        body=b"NetworkManager is online\n",
    ),
    Probe(
        device="debian",
        host="network-test.debian.org",
        path="/nm",
        body=b"NetworkManager is online\n",
    ),
    Probe(device="kde", host="networkcheck.kde.org", path="/", body=b"OK\n"),
    Probe(device="ubuntu", host="connectivity-check.ubuntu.com", path="/", status=204),
    Probe(
        device="fire",
        host="spectrum.s3.amazonaws.com",
        path="/kindle-wifi/wifistub.html",
        body=b"<html>81ce4465-7167-4dcb-835b-dcc9e44c112a</html>",
    ),
    Probe(
        device="nintendo",
        host="conntest.nintendowifi.net",
        path="/",
        body=b"<p>This is test.html page</p>",
    ),
    Probe(device="nintendo-switch", host="ctest.cdn.nintendo.net", path="/", body=b"ok\n"),
]
