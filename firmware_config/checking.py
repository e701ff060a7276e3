"""What is wrong with settings that are well-formed: key, value, reason and what to do. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface

from appliance.runtime.network_settings import AirNetwork, RadioDevice
from appliance.runtime.settings import Settings
from firmware_config import boards, chips, regulatory
from firmware_config.hostapd import bsses

_PATH = re.compile(r"/[A-Za-z0-9._/-]+")
_NAME_MAX = 15
"""Of a network interface (IFNAMSIZ)."""
_WITH_PASSPHRASE = ("wpa2", "wpa2-wpa3", "wpa3")
_WITH_WPA3 = ("owe", "owe-transition", "wpa2-wpa3", "wpa3")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One key that cannot be what it is."""

    key: str
    value: object
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}: {self.reason}; {self.remedy}"


def mistakes(settings: Settings) -> list[Mistake]:
    """Everything that keeps the settings from being rendered, in the order of the file."""
    found = [*_certificate(settings), *_zones(settings), *_radio(settings)]
    return [*found, *_network(settings), *_names(settings), *_board(settings)]


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
        if device.channel > 14 and _verdict(settings, device).is_indoor:
            found.append(
                f"radio.devices[{place}].channel = {device.channel}: {settings.radio.country} "
                "allows it indoors only"
            )
    return found


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


def _radio(settings: Settings) -> Iterator[Mistake]:
    radio = settings.radio
    if radio.devices and radio.country not in regulatory.table():
        yield Mistake(
            "radio.country",
            radio.country,
            "no rules are known for it",
            f"use one of {', '.join(regulatory.table())}",
        )
        return
    for place, device in enumerate(radio.devices):
        yield from _device(settings, f"radio.devices[{place}]", device)
    known = {device.interface for device in radio.devices} | ({""} if radio.devices else set())
    zones = {zone.name for zone in settings.wifi.zones}
    for place, network in enumerate(radio.networks):
        key = f"radio.networks[{place}]"
        if network.device not in known:
            yield Mistake(
                f"{key}.device",
                network.device,
                "no [[radio.devices]] has that interface",
                "describe the chip there",
            )
        if network.zone not in zones:
            yield Mistake(f"{key}.zone", network.zone, "there is no such zone", _among(zones))
        yield from _security(key, network)


def _device(settings: Settings, key: str, device: RadioDevice) -> Iterator[Mistake]:
    chip = chips.table().get(device.chip)
    if chip is None:
        yield Mistake(f"{key}.chip", device.chip, "is not known", _among(set(chips.table())))
        return
    if chips.band(device.channel) not in chip.bands:
        yield Mistake(
            f"{key}.channel",
            device.channel,
            f"{device.chip} has {' and '.join(chip.bands)} GHz only",
            "use channel 1, 6 or 11",
        )
    elif device.width > chip.max_width or (device.width == 80 and device.channel <= 14):
        yield Mistake(
            f"{key}.width",
            device.width,
            f"{device.chip} sends no such width on channel {device.channel}",
            "use 20",
        )
    else:
        yield from _channel(settings, key, device)
    yield from _load(settings, key, device, chip)


def _channel(settings: Settings, key: str, device: RadioDevice) -> Iterator[Mistake]:
    country, verdict = settings.radio.country, _verdict(settings, device)
    allowed = regulatory.channels(country, like=device.channel, width_mhz=device.width)
    remedy = f"use one of {', '.join(map(str, allowed))}" if allowed else "use a smaller width"
    about = f"with country {country} and {device.width} MHz"
    if verdict.reason:
        yield Mistake(f"{key}.channel", device.channel, f"{about}: {verdict.reason}", remedy)
    elif verdict.is_radar:
        reason = "must be left to radar (DFS), which none of these chips hears"
        yield Mistake(f"{key}.channel", device.channel, f"{about}: {reason}", remedy)


def _load(settings: Settings, key: str, device: RadioDevice, chip: chips.Chip) -> Iterator[Mistake]:
    networks = settings.radio.on(device)
    count = len(bsses(settings.radio, device))
    if not networks:
        yield Mistake(
            f"{key}.interface", device.interface, "sends nothing", "add [[radio.networks]]"
        )
    if count > chip.max_bss:
        yield Mistake(
            f"{key}.chip",
            device.chip,
            f"sends {chip.max_bss} network(s) at once, not {count} (owe-transition counts twice)",
            "use a USB adapter (mt7612u: 2), or access points on [[network.ports]]",
        )
    stations = sum(network.max_stations for network in networks)
    shared = sum(not network.max_stations for network in networks)
    if stations + shared > chip.max_stations:
        yield Mistake(
            "radio.networks.max_stations",
            stations,
            f"{device.chip} takes {chip.max_stations} phones on all networks together",
            "lower them, or hang access points on [[network.ports]]",
        )
    for network in networks:
        if network.security in _WITH_WPA3 and not chip.wpa3:
            yield Mistake(
                f"{key}.chip",
                device.chip,
                f"cannot do {network.security!r} for {network.ssid!r}",
                "use 'open' or 'wpa2', or a chip that can (mt7612u)",
            )


def _security(key: str, network: AirNetwork) -> Iterator[Mistake]:
    if len(network.ssid.encode()) > 32:
        yield Mistake(f"{key}.ssid", network.ssid, "is longer than 32 bytes", "shorten it")
    if network.ssid.startswith("owe-") and network.security.startswith("owe"):
        yield Mistake(f"{key}.ssid", network.ssid, "looks like a hidden one", "begin otherwise")
    needs = network.security in _WITH_PASSPHRASE
    if needs and not network.passphrase:
        yield Mistake(
            f"{key}.passphrase", "", f"{network.security!r} needs one", "set 8 to 63 characters"
        )
    if network.passphrase and not needs:
        yield Mistake(
            f"{key}.security",
            network.security,
            "asks for no passphrase, and there is one",
            "use 'wpa2-wpa3', or take the passphrase out",
        )


def _network(settings: Settings) -> Iterator[Mistake]:
    network, wifi = settings.network, settings.wifi
    zones = {zone.name for zone in wifi.zones}
    for place, port in enumerate(network.ports):
        key = f"network.ports[{place}]"
        if port.zone not in zones:
            yield Mistake(f"{key}.zone", port.zone, "there is no such zone", _among(zones))
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
    yield from _uplink(settings)


def _uplink(settings: Settings) -> Iterator[Mistake]:
    address, gateway = settings.network.wan_ipv4, settings.network.wan_gateway
    if not address:
        if gateway:
            yield Mistake(
                "network.wan_gateway", gateway, "comes by DHCP", "set network.wan_ipv4 too"
            )
        return
    try:
        own = IPv4Interface(address)
    except ValueError as error:
        yield Mistake("network.wan_ipv4", address, str(error), "write it like 192.168.1.10/24")
        return
    try:
        is_near = IPv4Address(gateway) in own.network and IPv4Address(gateway) != own.ip
    except AddressValueError:
        is_near = False
    if not is_near:
        yield Mistake(
            "network.wan_gateway",
            gateway,
            f"is no other address in {own.network}",
            "set the office router's",
        )
    if any(own.network.overlaps(zone.network4) for zone in settings.wifi.zones):
        yield Mistake(
            "network.wan_ipv4", address, "lies in a zone's network", "give the zone another"
        )
    if not settings.wifi.resolvers:
        yield Mistake(
            "wifi.resolvers",
            [],
            "with an address of one's own nobody tells DNS servers",
            "set the office router's",
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


def _verdict(settings: Settings, device: RadioDevice) -> regulatory.Verdict:
    return regulatory.verdict(settings.radio.country, device.channel, device.width)


def _among(names: set[str]) -> str:
    return f"use one of {', '.join(sorted(names))}" if names else "add [[wifi.zones]]"
