"""Which programs must hear of files that have changed. Pure."""

from collections.abc import Collection, Iterator

_FIRST = (("lib/systemd/network/", ("networkctl", "reload")),)
_LATER = (
    ("edge/dnsmasq", ("systemctl", "try-restart", "posko-dnsmasq", "posko-dnsmasq-offline")),
    ("edge/", ("systemctl", "try-reload-or-restart", "posko-nginx")),
    ("nftables/", ("systemctl", "try-restart", "posko-gate")),
    ("lib/systemd/journald.conf.d/", ("systemctl", "restart", "systemd-journald")),
    ("lib/systemd/timesyncd.conf.d/", ("systemctl", "try-restart", "systemd-timesyncd")),
    ("lib/systemd/resolved.conf.d/", ("systemctl", "try-restart", "systemd-resolved")),
    ("lib/systemd/system.conf.d/", ("systemctl", "daemon-reload")),
    ("lib/sysctl.d/", ("systemctl", "restart", "systemd-sysctl")),
    ("lib/udev/", ("udevadm", "control", "--reload")),
    ("lib/udev/", ("udevadm", "trigger", "--action=add", "--subsystem-match=i2c")),
    ("kiosk/", ("systemctl", "try-restart", "posko-kiosk-browser")),
)
_AT_BOOT = ("boot/", "lib/modprobe.d/")


def commands(changed: Collection[str], there: Collection[str]) -> list[tuple[str, ...]]:
    """What to run, in order and any number of times; `there` are the paths that exist now."""
    found = [*_told(_FIRST, changed), *_radios(changed, there), *_told(_LATER, changed)]
    return list(dict.fromkeys(found))


def needs_reboot(changed: Collection[str]) -> bool:
    """Whether something is read at boot only."""
    return any(path.startswith(_AT_BOOT) for path in changed)


def _told(
    rules: tuple[tuple[str, tuple[str, ...]], ...], changed: Collection[str]
) -> Iterator[tuple[str, ...]]:
    for start, command in rules:
        if any(path.startswith(start) for path in changed):
            yield command


def _radios(changed: Collection[str], there: Collection[str]) -> Iterator[tuple[str, ...]]:
    for path in sorted(changed):
        folder, _, name = path.partition("/")
        if folder == "hostapd":
            unit = f"posko-hostapd@{name.removesuffix('.conf')}"
            yield ("systemctl", "restart" if path in there else "stop", unit)
