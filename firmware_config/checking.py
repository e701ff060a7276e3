"""What is wrong with settings that are well-formed: key, value, reason and what to do. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from appliance.domain.wifi import capport, probe_hosts
from appliance.runtime.settings import Settings
from firmware_config import address_checks, boards, radio_checks
from firmware_config.hostapd import bsses
from firmware_config.mistake import Mistake, among

_PATH = re.compile(r"/[A-Za-z0-9._/-]+")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NAME_MAX = 15
"""Of a network interface (IFNAMSIZ)."""


def mistakes(settings: Settings) -> list[Mistake]:
    """Everything that keeps the settings from being rendered, in the order of the file."""
    found = [*_hosts(settings), *_certificate(settings), *_zones(settings)]
    found += [*address_checks.mistakes(settings), *radio_checks.mistakes(settings)]
    found += _network(settings)
    return [*found, *_names(settings), *_board(settings)]


def notes(settings: Settings) -> list[str]:
    """What works and should still be known."""
    found = []
    carried = {n.zone for n in settings.radio.networks} | {p.zone for p in settings.network.ports}
    for zone in settings.wifi.zones:
        if zone.name not in carried:
            found.append(
                f"zone {zone.name!r} has no access point: neither [[radio.networks]] nor "
                "[[network.ports]] names it"
            )
    for place, device in enumerate(settings.radio.devices):
        if device.channel > 14 and radio_checks.verdict_of(settings, device).is_indoor:
            found.append(
                f"radio.devices[{place}].channel = {device.channel}: {settings.radio.country} "
                "allows it indoors only"
            )
    return found


def _hosts(settings: Settings) -> Iterator[Mistake]:
    """Names that nginx and dnsmasq would refuse."""
    wifi = settings.wifi
    if not _HOST.fullmatch(capport.host(settings.portal.url)):
        yield Mistake(
            "portal.url", settings.portal.url, "has no name of DNS", "use http://posko.lan"
        )
    try:
        urlsplit(settings.portal.url).port  # noqa: B018 - reading it checks it
    except ValueError as error:
        yield Mistake("portal.url", settings.portal.url, str(error), "use http://posko.lan")
    for place, name in enumerate(wifi.garden):
        if not _HOST.fullmatch(name):
            yield Mistake(
                f"wifi.garden[{place}]", name, "is no name of DNS", "write it like a.go.id"
            )
        elif probed := probe_hosts.covered_by(name):
            yield Mistake(
                f"wifi.garden[{place}]",
                name,
                f"phones ask {probed[0]} whether they are online, and would not open the portal",
                "take it out, or name only the host that is needed",
            )


def _certificate(settings: Settings) -> Iterator[Mistake]:
    for key in ("tls_cert", "tls_key"):
        path = getattr(settings.wifi, key)
        if path is not None and not _PATH.fullmatch(str(path)):
            yield Mistake(
                f"wifi.{key}",
                str(path),
                "nginx takes no such path",
                "use an absolute one of letters, digits and . _ - /",
            )


def _zones(settings: Settings) -> Iterator[Mistake]:
    radios = {device.interface for device in settings.radio.devices}
    for place, zone in enumerate(settings.wifi.zones):
        if zone.interface in radios | {port.link for port in settings.network.ports}:
            yield Mistake(
                f"wifi.zones[{place}].interface",
                zone.interface,
                "a zone is a bridge, and this is a radio or port",
                f"name the bridge, like 'br-{zone.name[:12]}'",
            )


def _network(settings: Settings) -> Iterator[Mistake]:
    network, wifi = settings.network, settings.wifi
    zones = {zone.name for zone in wifi.zones}
    for place, port in enumerate(network.ports):
        key = f"network.ports[{place}]"
        if port.zone not in zones:
            yield Mistake(f"{key}.zone", port.zone, "there is no such zone", among(zones))
        if port.link == wifi.wan:
            yield Mistake(
                f"{key}.interface",
                port.interface,
                "is the way to the Internet (wifi.wan)",
                "set vlan, or another interface",
            )
        if len(port.link) > _NAME_MAX:
            yield Mistake(
                f"{key}.interface", port.interface, f"{port.link} is too long", "rename it"
            )


def _names(settings: Settings) -> Iterator[Mistake]:
    """No interface may be two things."""
    wifi, radio = settings.wifi, settings.radio
    used = Counter([wifi.wan, *(zone.interface for zone in wifi.zones)])
    used.update(bss.interface for device in radio.devices for bss in bsses(radio, device))
    used.update(port.link for port in settings.network.ports)
    for name, count in used.items():
        if count > 1:
            yield Mistake("interface", name, f"is used {count} times", "give each its own")
        if len(name) > _NAME_MAX:
            yield Mistake("radio.devices.interface", name, "is too long", "rename the interface")
        if name in ("lo", ".", ".."):
            yield Mistake("interface", name, "cannot be configured", "name another")


def _board(settings: Settings) -> Iterator[Mistake]:
    board = settings.board
    if board.model == "zero2w" and board.screen:
        yield Mistake(
            "board.screen", True, "a Zero 2 W has no memory for a browser", "set it to false"
        )
    used = {**settings.panel.pins}
    for name, modem in settings.modem.all.items():
        if modem.power_key_pin is not None:
            used[f"{name}.power_key_pin"] = modem.power_key_pin
    for pin, purpose in boards.taken_pins(board).items():
        for name in (name for name, taken in used.items() if taken == pin):
            key = name if "." in name else f"panel.{name}"
            yield Mistake(key, pin, f"GPIO {pin} is {purpose}", "wire it to another pin")
