"""Settings -> every file of the operating system. Pure: the same settings give the same bytes."""

from dataclasses import dataclass

from appliance.runtime.settings import Settings
from firmware_config import boards, hostapd, networkd, services, system

HOME = "/etc/posko/firmware/current"
"""Where the files are found, whatever generation they are of."""
_MODES = {"hostapd": 0o600, "kiosk/browser": 0o755}
_MODE = 0o644


@dataclass(frozen=True, slots=True)
class File:
    """What a file says, and who may read or run it."""

    text: str
    mode: int


def render(settings: Settings, *, is_trusted: bool = False, home: str = HOME) -> dict[str, File]:
    """Every file by its path below `home`, sorted.

    The settings must be without `checking.mistakes`. `is_trusted`: phones trust the certificate of
    `wifi.tls_cert`.
    """
    texts = {
        f"hostapd/{device.interface}.conf": hostapd.render(settings, device)
        for device in settings.radio.devices
    }
    texts |= networkd.render(settings) | system.render(settings)
    texts |= services.edge(settings, home, is_trusted=is_trusted)
    texts |= services.firewall(settings) | services.kiosk(settings)
    if boards.is_pi(settings.board):
        texts["boot/posko.txt"] = boards.config(settings.board)
        words = boards.command_line(settings.board, settings.radio.country)
        texts["boot/cmdline.txt"] = " ".join(words) + "\n"
    return {path: File(texts[path], _mode(path)) for path in sorted(texts)}


def shown(path: str, text: str) -> str:
    """A file as it may be shown: without passphrases."""
    return hostapd.masked(text) if path.startswith("hostapd/") else text


def _mode(path: str) -> int:
    return next((mode for start, mode in _MODES.items() if path.startswith(start)), _MODE)
