"""Radios and ports of access points, as kernel and nl80211 tell."""

import re
from collections.abc import Iterator

from appliance.doctor import programs
from appliance.doctor.case import Case, text
from appliance.doctor.judging.wifi import Net, Ports, Radio

_IFF_UP = 1


def radios(case: Case) -> list[Radio]:
    """Each that is configured."""
    return [_radio(case, device.interface) for device in case.box.radio.devices]


def others(case: Case) -> list[str]:
    """Every radio of this machine."""
    return sorted(path.parent.name for path in (case.root / "sys/class/net").glob("*/phy80211"))


def country(case: Case) -> str:
    """The regulatory domain in force; empty if nobody tells, 00 for the world's."""
    if not case.box.radio.devices:
        return ""
    said = programs.ask("iw", "reg", "get")
    match = re.search(r"^country ([A-Z0-9]{2})", said.output, re.MULTILINE) if said else None
    return match[1] if match else ""


def nets(case: Case) -> Iterator[Net]:
    """The interface of each zone."""
    net = case.root / "sys/class/net"
    for zone in case.box.wifi.zones:
        is_there = (net / zone.interface).exists()
        flags = text(net / zone.interface / "flags")
        yield Net(
            zone=zone.name,
            interface=zone.interface,
            wanted=zone.gateway4,
            addresses=programs.ips(zone.interface) if is_there else None,
            is_up=bool(int(flags or "0", 16) & _IFF_UP),
        )


def ports(case: Case) -> Ports:
    """Interfaces that access points hang on."""
    net = case.root / "sys/class/net"
    found: dict[str, bool | None] = {}
    for port in case.box.network.ports:
        there = (net / port.interface).exists()
        found[port.interface] = text(net / port.interface / "carrier") == "1" if there else None
    return Ports(plugged=found)


def _radio(case: Case, interface: str) -> Radio:
    home = case.root / "sys/class/net" / interface
    if not (home / "phy80211").exists():
        return Radio(interface=interface, present=False)
    info = programs.ask("iw", "dev", interface, "info")
    words = dict(
        line.strip().split(" ", 1)
        for line in (info.output if info else "").splitlines()
        if " " in line.strip()
    )
    dump = programs.ask("iw", "dev", interface, "station", "dump")
    return Radio(
        interface=interface,
        present=True,
        blocks=list(_blocks(case, interface)),
        kind=words.get("type", "") if info else None,
        ssid=words.get("ssid", ""),
        stations=dump.output.count("Station ") if dump and not dump.status else None,
    )


def _blocks(case: Case, interface: str) -> Iterator[str]:
    for switch in (case.root / "sys/class/net" / interface / "phy80211").glob("rfkill*"):
        for kind in ("soft", "hard"):
            if text(switch / kind) == "1":
                yield kind
