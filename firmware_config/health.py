"""Whether the box still has what it had: its uplink, the interfaces of its access points."""

import fcntl
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence

from appliance.runtime.settings import Settings
from appliance.runtime.uplink_watch import PATIENCE_S, UplinkWatch
from firmware_config.hostapd import bsses
from firmware_config.trial import UPLINK

_SIOCGIFFLAGS = 0x8913
_UP, _RUNNING = 0x1, 0x40
"""A radio runs once hostapd sends; a port, while something is plugged in."""
_STEP_S = 0.1


class Health:
    """What is missing of what is needed; asks for the uplink only where that is needed."""

    def __init__(self, needs: Iterable[str], resolvers: Callable[[], Sequence[str]]) -> None:
        self._interfaces = frozenset(needs) - {UPLINK}
        self._uplink = UplinkWatch(resolvers) if UPLINK in needs else None

    def lost(self, now_s: float) -> frozenset[str]:
        """Call it several times a second; does not wait."""
        lost = {name for name in self._interfaces if not is_running(name)}
        if self._uplink and not self._uplink.step(now_s):
            lost.add(UPLINK)
        return frozenset(lost)


def needed(settings: Settings, *, is_online: bool) -> tuple[str, ...]:
    """What settings must not cost: the uplink if it is there, each access point of the box's own,
    and ports where one is plugged in.
    """
    radio = settings.radio
    air = [bss.interface for device in radio.devices for bss in bsses(radio, device)]
    ports = {port.interface for port in settings.network.ports}
    plugged = sorted(name for name in ports if is_running(name))
    return (*([UPLINK] if is_online else []), *air, *plugged)


def is_running(interface: str) -> bool:
    """Whether an interface of this network namespace is up and has a carrier."""
    request = struct.pack("16sh14x", interface.encode(), 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            answer = fcntl.ioctl(line, _SIOCGIFFLAGS, request)
        except OSError:
            return False
    flags = struct.unpack_from("16xh", answer)[0]
    return bool(flags & _UP) and bool(flags & _RUNNING)


def is_online(resolvers: Callable[[], Sequence[str]]) -> bool:
    """Whether the Internet answers a question; takes two seconds and a half when it does not."""
    watch, until = UplinkWatch(resolvers), time.monotonic() + PATIENCE_S + 0.5
    while not watch.is_proven and time.monotonic() < until:
        watch.step(time.monotonic())
        time.sleep(_STEP_S)
    watch.close()
    return watch.is_proven
