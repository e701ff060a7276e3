"""What is wrong with `[radio]`: the country's rules, the chip's limits, passphrases. Pure."""

from collections.abc import Iterator

from appliance.runtime.network_settings import AirNetwork, Radio, RadioDevice
from appliance.runtime.settings import Settings
from firmware_config import chips, regulatory
from firmware_config.hostapd import bsses
from firmware_config.mistake import Mistake, among

_WITH_PASSPHRASE = ("wpa2", "wpa2-wpa3", "wpa3")
_WITH_WPA3 = ("owe", "owe-transition", "wpa2-wpa3", "wpa3")


def mistakes(settings: Settings) -> Iterator[Mistake]:
    """Those of the whole table."""
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
            yield Mistake(f"{key}.zone", network.zone, "there is no such zone", among(zones))
        yield from _security(key, network)
    yield from _names(radio)


def _device(settings: Settings, key: str, device: RadioDevice) -> Iterator[Mistake]:
    chip = chips.table().get(device.chip)
    if chip is None:
        yield Mistake(f"{key}.chip", device.chip, "is not known", among(set(chips.table())))
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
    country, verdict = settings.radio.country, verdict_of(settings, device)
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


def _names(radio: Radio) -> Iterator[Mistake]:
    """A phone takes two of one name for one network, and moves between them unasked."""
    first: dict[str, int] = {}
    for place, network in enumerate(radio.networks):
        before = first.setdefault(network.ssid, place)
        if before != place and not _is_roamed(radio, radio.networks[before], network):
            yield Mistake(
                f"radio.networks[{place}].ssid",
                network.ssid,
                f"is also sent by radio.networks[{before}], of the same device or with another "
                "zone, security or passphrase",
                "give each its own name",
            )


def _is_roamed(radio: Radio, one: AirNetwork, other: AirNetwork) -> bool:
    """Whether two radios send the same network."""
    is_same = all(
        getattr(one, key) == getattr(other, key) for key in ("zone", "security", "passphrase")
    )
    default = radio.devices[0].interface if radio.devices else ""
    return is_same and (one.device or default) != (other.device or default)


def verdict_of(settings: Settings, device: RadioDevice) -> regulatory.Verdict:
    """What the country says of a device's channel."""
    return regulatory.verdict(settings.radio.country, device.channel, device.width)
