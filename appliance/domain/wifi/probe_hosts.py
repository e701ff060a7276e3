"""Hosts that devices ask whether they are online, as their makers document them. Pure.

The portal needs no such list: it answers whatever host is asked. The walled garden does: a device
that reaches its host before a session takes itself for online, and never opens the portal.
"""

HOSTS = frozenset(
    [
        "captive.apple.com",
        "www.apple.com",
        "www.airport.us",
        "www.appleiphonecell.com",
        "www.ibook.info",
        "www.itools.info",
        "www.thinkdifferent.us",
        "gsp1.apple.com",
        "connectivitycheck.gstatic.com",
        "connectivitycheck.android.com",
        "www.gstatic.com",
        "www.google.com",
        "www.google.cn",
        "google.com",
        "clients1.google.com",
        "clients3.google.com",
        "clients4.google.com",
        "play.googleapis.com",
        "connectivitycheck.samsung.com",
        "d2uzsrnmmf6tds.cloudfront.net",
        "connect.rom.miui.com",
        "connectivitycheck.platform.hicloud.com",
        "connectivitycheck.cbg-app.huawei.com",
        "connectivitycheck.platform.hihonorcloud.com",
        "conn1.oppomobile.com",
        "conn2.oppomobile.com",
        "conn1.coloros.com",
        "conn2.coloros.com",
        "wifi.vivo.com.cn",
        "connectivitycheck.grapheneos.network",
        "www.msftconnecttest.com",
        "ipv6.msftconnecttest.com",
        "www.msftncsi.com",
        "ipv6.msftncsi.com",
        "dns.msftncsi.com",
        "detectportal.firefox.com",
        "detectportal.brave-http-only.com",
        "nmcheck.gnome.org",
        "network-test.debian.org",
        "connectivity-check.ubuntu.com",
        "fedoraproject.org",
        "networkcheck.kde.org",
        "ping.archlinux.org",
        "conncheck.opensuse.org",
        "ping.manjaro.org",
        "spectrum.s3.amazonaws.com",
        "fireoscaptiveportal.com",
        "conntest.nintendowifi.net",
        "ctest.cdn.nintendo.net",
        "test.steampowered.com",
    ]
)


def covered_by(name: str) -> list[str]:
    """The hosts that a garden of `name` would open: itself, or names below it, as dnsmasq's nftset
    takes them; in alphabetical order."""
    return sorted(host for host in HOSTS if host == name or host.endswith(f".{name}"))
