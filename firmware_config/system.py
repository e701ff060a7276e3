"""The drop-ins of journald, timesyncd, resolved, systemd, sysctl, modprobe and udev. Pure.

The clock is set by systemd-timesyncd and not chrony: it is there already, takes less memory, and
keeps the last time on disk for a board without a clock. Nothing here needs it to the millisecond:
order comes from sequence numbers.
"""

from appliance.runtime.settings import Settings
from firmware_config import chips

_HEAD = "# Written from posko.toml; change that instead.\n"

_JOURNALD = """\
[Journal]
# In memory only: a card wears by what is written, and a log tells of people.
Storage=volatile
RuntimeMaxUse={journal}
RuntimeMaxFileSize=2M
MaxLevelStore=info
RateLimitIntervalSec=30s
RateLimitBurst=1000
ForwardToSyslog=no
ForwardToWall=no
"""

_TIMESYNCD = """\
[Time]
NTP={timeservers}
ConnectionRetrySec=60
SaveIntervalSec=30min
"""

_RESOLVED = """\
[Resolve]
# Port 53 is dnsmasq's; programs of the box ask the uplink's servers themselves.
DNSStubListener=no
LLMNR=no
MulticastDNS=no
FallbackDNS=
"""

_MANAGER = """\
[Manager]
# The Pi's watchdog counts to 15 s.
RuntimeWatchdogSec=14s
RebootWatchdogSec=2min
CtrlAltDelBurstAction=none
"""

_SYSCTL = """\
# posko-gate alone turns forwarding on, once its rules are there.
kernel.panic = 10
kernel.panic_on_oops = 1
kernel.sysrq = 0
kernel.dmesg_restrict = 1
kernel.kptr_restrict = 2
fs.protected_fifos = 2
fs.protected_regular = 2
# Few and small writes to the card; what must not be lost is synced by its owner.
vm.dirty_background_bytes = 4194304
vm.dirty_bytes = 16777216
vm.swappiness = 10
# nginx asks for this backlog.
net.core.somaxconn = 4096
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.default.accept_redirects = 0
# Devices that share a bridge with others get no answer for addresses elsewhere.
net.ipv4.conf.all.arp_ignore = 1
net.ipv4.conf.all.arp_announce = 2
"""

_CLOCK_CHIP = """\
# The header's own I2C (GPIO 2 and 3), by its place in the processor: Pi 2 to 4, Zero 2 W; Pi 5.
ACTION=="add", SUBSYSTEM=="i2c", KERNEL=="i2c-*", KERNELS=="*804000.i2c|*00074000.i2c", \\
    ATTR{{new_device}}="{chip} {address}"
# Debian's kernel sets its time from it, the Pi's own does not.
ACTION=="add", SUBSYSTEM=="rtc", ATTR{{hctosys}}=="0", RUN+="/sbin/hwclock -s -u -f /dev/$name"
"""
_ADDRESSES = {
    "ds1307": "0x68",
    "ds3231": "0x68",
    "pcf8523": "0x68",
    "pcf85063a": "0x51",
    "rv3028": "0x52",
}
"""Of clock chips on I2C, by the names their drivers have (drivers/rtc of the kernel)."""


def render(settings: Settings) -> dict[str, str]:
    """Every drop-in by its path under lib/, which is linked below /usr/local/lib."""
    values = {
        "journal": "8M" if settings.board.model == "zero2w" else "16M",
        "timeservers": " ".join(settings.network.timeservers),
        "chip": settings.board.rtc,
        "address": _ADDRESSES.get(settings.board.rtc),
    }
    files = {
        "systemd/journald.conf.d/50-posko.conf": _JOURNALD,
        "systemd/timesyncd.conf.d/50-posko.conf": _TIMESYNCD,
        "systemd/resolved.conf.d/50-posko.conf": _RESOLVED,
        "sysctl.d/50-posko.conf": _SYSCTL,
        "modprobe.d/50-posko.conf": "\n".join(_modules(settings)) + "\n",
    }
    if settings.board.watchdog:
        files["systemd/system.conf.d/50-posko.conf"] = _MANAGER
    if settings.board.rtc != "none":
        files["udev/rules.d/75-posko-clock.rules"] = _CLOCK_CHIP
    return {f"lib/{path}": _HEAD + text.format(**values) for path, text in files.items()}


def _modules(settings: Settings) -> list[str]:
    radio = settings.radio
    used = dict.fromkeys(device.chip for device in radio.devices)
    options = (line for chip in used for line in chips.table()[chip].modprobe)
    return [f"options cfg80211 ieee80211_regdom={radio.country}", *options]
