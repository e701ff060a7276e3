"""The box's own access points. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.doctor.finding import Finding, absent, fault, ok, warn


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One configured radio; `blocks` are those of rfkill."""

    interface: str
    present: bool
    blocks: Sequence[str] = ()
    kind: str | None = ""
    """What nl80211 says it is doing, like AP or managed; None: nobody can ask it."""
    ssid: str = ""
    stations: int | None = None


def radios(
    seen: Sequence[Radio], others: Sequence[str], country: str, wanted_country: str
) -> Iterator[Finding]:
    """Whether residents find a network; `others` are radios that are there."""
    if not seen:
        yield absent("WiFi", "no radio of the box's own ([[radio.devices]])")
        return
    for radio in seen:
        yield _radio(radio, others)
    if country and country != wanted_country:
        yield fault(
            "WiFi country",
            f"the kernel says {country}, [radio] country {wanted_country}",
            f"iw reg set {wanted_country}; if it comes back: posko-firmware apply, restart",
        )
    elif country:
        yield ok("WiFi country", country)


def _radio(seen: Radio, others: Sequence[str]) -> Finding:
    what = f"WiFi {seen.interface}"
    if not seen.present:
        there = f"; there are: {', '.join(others)}" if others else "; this machine has no radio"
        return fault(
            what,
            f"there is no such radio{there}",
            "check the adapter's plug, its firmware (dmesg | grep -i firmware; Debian's package: "
            "docs/firmware.md, Chips) and [[radio.devices]] interface",
        )
    if seen.blocks:
        return fault(
            what,
            f"switched off ({', '.join(seen.blocks)} block)",
            "rfkill unblock wifi; a hard block is a switch of the device",
        )
    if seen.kind is None:
        return warn(what, "is there; what it does is not known", "apt-get install iw")
    if seen.kind != "AP":
        return fault(
            what,
            f"sends no network (it is {seen.kind or 'idle'})",
            f"systemctl status posko-hostapd@{seen.interface}; posko-firmware check",
        )
    heard = "" if seen.stations is None else f", {seen.stations} phones"
    return ok(what, f"sends {seen.ssid!r}{heard}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """The interface of a zone; `addresses` are those it has, None: it is not there."""

    zone: str
    interface: str
    wanted: str
    addresses: Sequence[str] | None
    is_up: bool = False


def nets(seen: Sequence[Net]) -> Iterator[Finding]:
    """Whether the box is there for the phones of each zone."""
    mend = "posko-firmware diff, then posko-firmware apply, or: networkctl reconfigure {}"
    for net in seen:
        what, what_next = f"zone {net.zone}", mend.format(net.interface)
        if net.addresses is None:
            yield fault(what, f"there is no interface {net.interface}", what_next)
        elif not net.is_up:
            what_next = f"ip link set {net.interface} up; if it comes back: {what_next}"
            yield fault(what, f"{net.interface} is switched off", what_next)
        elif net.wanted not in net.addresses:
            has = ", ".join(net.addresses) or "none"
            yield fault(what, f"{net.interface} lacks {net.wanted} (it has: {has})", what_next)
        else:
            yield ok(what, f"{net.interface} has {net.wanted}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where access points of others hang, and whether a cable is in."""

    plugged: Mapping[str, bool | None]
    """None: no such interface."""


def ports(seen: Ports) -> Iterator[Finding]:
    """Access points on Ethernet."""
    for interface, is_plugged in seen.plugged.items():
        what = f"access point at {interface}"
        if is_plugged is None:
            yield fault(what, "there is no such interface", "see `ip link`, and [[network.ports]]")
        elif not is_plugged:
            yield warn(what, "no carrier", "check cable and supply of the access point")
        else:
            yield ok(what, "plugged in")
