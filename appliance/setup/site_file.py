"""Answers and machine to the text of `posko.toml`. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.domain.errors import BadInput
from appliance.setup.answers import Answers

HEAD = "# Written by `posko setup`; change it as you like (docs/settings.md).\n"
_ZONE = "warga"
_CHIPS = {
    "brcmfmac": "bcm43455",
    "brcmfmac 0xa9a6": "bcm43436",
    "mt76x2u": "mt7612u",
    "rt2800usb": "rt5370",
    "ath9k_htc": "ath9k_htc",
    "rtl8812au": "rtl8812au",
    "rtw_8812au": "rtl8812au",
    "mac80211_hwsim": "hwsim",
}
"""Drivers of the kernel to chips of docs/firmware.md; where one has several, with the number that
the SDIO bus tells (include/linux/mmc/sdio_ids.h)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What need not be asked."""

    model: str = "generic"
    wan: str = "eth0"
    radio: str = ""
    """The first WiFi interface; empty: none."""
    driver: str = ""
    device: str = ""
    """Its number on the SDIO bus, like 0xa9a6; elsewhere nothing."""
    has_screen: bool = False
    modems: Sequence[str] = ()
    office_network: str = ""
    """Of the uplink's address, like 192.168.1.0/24; empty: not known."""
    office_address: str = ""
    """The uplink's address itself."""

    @property
    def chip(self) -> str:
        """Of the radio, as posko-firmware knows it; empty: it does not."""
        known = (f"{self.driver} {self.device}", self.driver)
        return next((_CHIPS[name] for name in known if name in _CHIPS), "")


def table(answers: Answers, machine: Machine) -> dict[str, Any]:
    """The settings; raises BadInput while the place is missing."""
    place = answers.place
    if place is None:
        raise BadInput("Pilih kecamatan dulu.")
    found: dict[str, Any] = {
        "site": {"code": place.code, "name": place.name, "city": place.city[:40]},
        "board": {"model": machine.model, "screen": machine.has_screen},
        "wifi": {"wan": machine.wan},
    }
    if answers.ssid and machine.chip:
        zone = {"name": _ZONE, "interface": f"br-{_ZONE}", "ipv4": "10.77.0.1/22"}
        found["wifi"]["zones"] = [zone]
        found["radio"] = {
            "country": answers.country,
            "devices": [{"interface": machine.radio, "chip": machine.chip, "channel": 6}],
            "networks": [{"zone": _ZONE, "ssid": answers.ssid}],
        }
    if answers.modem:
        numbers = {"own_numbers": [answers.number]} if answers.number else {}
        found["modem"] = {"device": answers.modem, **numbers}
    if answers.opens_desk and machine.office_network:
        found["desk"] = {"listen": "0.0.0.0:8082", "open_to": [machine.office_network]}
    return found


def text(found: Mapping[str, Any]) -> str:
    """TOML of tables of plain values and lists of tables."""
    lines = [HEAD]
    for section, keys in found.items():
        nested = {key: value for key, value in keys.items() if _is_tables(value)}
        lines.append(f"[{section}]")
        lines += [f"{key} = {_value(value)}" for key, value in keys.items() if key not in nested]
        lines.append("")
        for key, tables in nested.items():
            for inner in tables:
                lines.append(f"[[{section}.{key}]]")
                lines += [f"{name} = {_value(value)}" for name, value in inner.items()]
                lines.append("")
    return "\n".join(lines)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _value(value: object) -> str:
    """A string of JSON is one of TOML, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
