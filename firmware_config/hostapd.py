"""hostapd's file for one radio: every network of the radio is a BSS, some are two. Pure."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.runtime.network_settings import AirNetwork, Radio, RadioDevice
from appliance.runtime.settings import Settings
from firmware_config import chips, regulatory

_PLAIN = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9 _.-]*[A-Za-z0-9_.-])?")
"""Names that can stand in the file as they are; others are written in hex."""
_MASKED = re.compile(r"^(wpa_passphrase=).*$", re.MULTILINE)
_QUIET = ("logger_syslog_level=4", "logger_stdout_level=4")
"""Warnings only: all that is less names the addresses of phones."""
_KEYS = {
    "wpa2": "WPA-PSK",
    "wpa2-wpa3": "WPA-PSK SAE",
    "wpa3": "SAE",
    "owe": "OWE",
}
_PROTECTION = {"wpa2": 0, "wpa2-wpa3": 1, "wpa3": 2, "owe": 2}
"""Of management frames (ieee80211w): no, may, must."""


@dataclass(frozen=True, slots=True)
class Bss:
    """One network as the air has it."""

    interface: str
    network: AirNetwork
    ssid: str
    security: str
    twin: str = ""
    """The interface of the other half of an OWE transition."""
    is_hidden: bool = False


def bsses(radio: Radio, device: RadioDevice) -> list[Bss]:
    """The BSSes of a device in order; the first bears the device's own name."""
    found: list[Bss] = []
    for network in radio.on(device):
        name, next_name = (_interface(device, len(found) + more) for more in (0, 1))
        if network.security != "owe-transition":
            found.append(Bss(name, network, network.ssid, network.security))
            continue
        found.append(Bss(name, network, network.ssid, "open", twin=next_name))
        hidden = f"owe-{hashlib.sha256(network.ssid.encode()).hexdigest()[:12]}"
        found.append(Bss(next_name, network, hidden, "owe", twin=name, is_hidden=True))
    return found


def render(settings: Settings, device: RadioDevice) -> str:
    """The file; `settings` have been found right by `checking`."""
    radio = settings.radio
    bridges = {zone.name: zone.interface for zone in settings.wifi.zones}
    lines = ["# Written from posko.toml; change that instead.", *_radio(radio, device)]
    for number, bss in enumerate(bsses(radio, device)):
        if number:
            lines += ["", f"bss={bss.interface}", f"bssid={_address(settings, device, number)}"]
        lines += [f"bridge={bridges[bss.network.zone]}", *_bss(bss, _stations(radio, device, bss))]
    return "\n".join(lines) + "\n"


def masked(text: str) -> str:
    """The file without its passphrases."""
    return _MASKED.sub(r"\1****", text)


def _radio(radio: Radio, device: RadioDevice) -> Iterator[str]:
    chip = chips.table()[device.chip]
    is_5ghz = device.channel > 14
    yield f"interface={device.interface}"
    yield "driver=nl80211"
    yield "ctrl_interface=/run/hostapd"
    yield f"country_code={radio.country}"
    yield "ieee80211d=1"
    if is_5ghz:
        yield "ieee80211h=1"
    yield f"hw_mode={'a' if is_5ghz else 'g'}"
    yield f"channel={device.channel}"
    yield "ieee80211n=1"
    yield "wmm_enabled=1"
    wide = "" if device.width == 20 else "[HT40+]" if _is_above(device) else "[HT40-]"
    narrow = chip.ht_capab if device.width > 20 else chip.ht_capab.replace("[SHORT-GI-40]", "")
    if device.width == 20:
        narrow = narrow.replace("[DSSS_CCK-40]", "")
    yield f"ht_capab={wide}{narrow}"
    if is_5ghz and chip.vht_capab:
        yield "ieee80211ac=1"
        is_80 = device.width == 80
        capable = chip.vht_capab if is_80 else chip.vht_capab.replace("[SHORT-GI-80]", "")
        yield f"vht_capab={capable}"
        yield f"vht_oper_chwidth={int(is_80)}"
        if is_80:
            low, high = regulatory.block(device.channel, 80)
            yield f"vht_oper_centr_freq_seg0_idx={(low + high) // 2}"


def _bss(bss: Bss, stations: int) -> Iterator[str]:
    is_plain = _PLAIN.fullmatch(bss.ssid)
    yield f"ssid={bss.ssid}" if is_plain else f"ssid2={bss.ssid.encode().hex()}"
    yield "utf8_ssid=1"
    yield from _QUIET
    yield f"max_num_sta={stations}"
    yield f"ap_isolate={int(bss.network.isolate)}"
    yield "auth_algs=1"
    if bss.is_hidden:
        yield "ignore_broadcast_ssid=1"
    if bss.twin:
        yield f"owe_transition_ifname={bss.twin}"
    if bss.security == "open":
        return
    yield "wpa=2"
    yield f"wpa_key_mgmt={_KEYS[bss.security]}"
    yield "rsn_pairwise=CCMP"
    yield f"ieee80211w={_PROTECTION[bss.security]}"
    if "SAE" in _KEYS[bss.security]:
        yield "sae_require_mfp=1"
        yield "sae_pwe=2"
    if bss.security != "owe":
        yield f"wpa_passphrase={bss.network.passphrase}"


def _stations(radio: Radio, device: RadioDevice, bss: Bss) -> int:
    """How many phones a BSS takes: as set, else an equal share of what is left."""
    if bss.network.max_stations:
        return bss.network.max_stations
    networks = radio.on(device)
    left = chips.table()[device.chip].max_stations - sum(n.max_stations for n in networks)
    return max(1, left // sum(not network.max_stations for network in networks))


def _interface(device: RadioDevice, number: int) -> str:
    return f"{device.interface}-{number}" if number else device.interface


def _address(settings: Settings, device: RadioDevice, number: int) -> str:
    """A BSSID of the box's own making: the same each time, another first byte for each BSS.

    mt76x02 tells BSSes apart by bits 2 to 4 of that byte (openwrt/mt76 #433).
    """
    chance = hashlib.sha256(f"{settings.site.code} {device.interface}".encode()).digest()[:5]
    return ":".join(f"{byte:02x}" for byte in (2 | number << 2, *chance))


def _is_above(device: RadioDevice) -> bool:
    return regulatory.is_above(device.channel)
