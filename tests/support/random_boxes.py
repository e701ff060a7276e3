"""Any box a technician may describe, as the table of its posko.toml."""

from typing import Any

from hypothesis import strategies as st

from firmware_config import chips, regulatory

NASTY = ['"', "'", "\\", "$", "`", ";", "#", "{", "}", "|", "=", "%s", "\u2028", "é", "✿", " "]
BROKEN = ["a\nbss=x", 'x"\nwpa=0', "Posko\n", "\0", "\r", "\x85", "é" * 17, ""]
"""Names that settings or `checking` must refuse."""
ONE_LINE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
SSIDS = st.one_of(
    st.text(ONE_LINE, min_size=1, max_size=8),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=10).map("".join),
    st.sampled_from(["Posko", " Posko ", "#Posko", "P'", '"', 'P"x"', "54616d616e"]),
)
PASSPHRASES = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=63),
    st.sampled_from(["pelayanan|mac=ff", "# eight ", "        ", '"quoted"', "a=b|id=c"]),
)
ZONES = [
    {"name": "kantor", "interface": "br-kantor", "ipv4": "10.77.0.1/24", "ipv6": "fd00:77::1/64"},
    {"name": "taman", "interface": "br-taman", "ipv4": "10.78.0.1/22"},
    {"name": "aula", "interface": "aula.0", "ipv4": "172.16.9.1/28"},
]
ADDRESSES = [
    "10.1.0.1/32",
    "10.1.0.1/31",
    "10.2.0.0/24",
    "10.3.0.255/24",
    "10.0.0.1/8",
    "1.2.3.4/0",
]
URLS = st.sampled_from(["http://posko.lan", "https://posko-1.kota.go.id", "http://posko.lan:8080"])
MODELS = ["generic", "pi3b+", "pi4", "pi5", "zero2w"]


@st.composite
def boxes(draw: st.DrawFn, *, is_careless: bool = False) -> dict[str, Any]:
    """The whole table: as it should be, or with what careless hands write."""
    zones = draw(st.lists(st.sampled_from(ZONES), unique_by=lambda z: z["name"], max_size=3))
    if is_careless:
        zones = [{**zone, "ipv4": draw(_or(zone["ipv4"], ADDRESSES, True))} for zone in zones]
    names = [zone["name"] for zone in zones]
    country = draw(st.sampled_from(list(regulatory.table())))
    devices, networks = [], []
    for number in range(draw(st.integers(0, 2)) if names else 0):
        device, sends = draw(_radios(f"wlan{number}", names, country, is_careless))
        devices.append(device)
        networks += sends
    static, model = draw(st.booleans()), draw(st.sampled_from(MODELS))
    own = {"wan_ipv4": "192.168.1.10/24", "wan_gateway": "192.168.1.1"} if static else {}
    return {
        "site": {"code": "14.71.07", "name": "Bukit Raya", "city": draw(SSIDS)},
        "portal": {"url": draw(_or(draw(URLS), ["http://a;b", "http://[::1]"], is_careless))},
        "desk": {"open_to": draw(st.sampled_from([[], ["192.168.1.0/24"], ["fd00:1::/64"]]))},
        "wifi": {
            "zones": zones,
            "resolvers": draw(_or(["192.168.1.1"], [["::1"], ["..."], ["1.1.1"]], is_careless))
            if static
            else [],
            "garden": draw(_or(["a-b.pekanbaru.go.id"], [[], ["..."], ["-a"]], is_careless)),
        },
        "radio": {
            "country": draw(_or(country, ["XX", "id", "I\n"], is_careless)),
            "devices": devices,
            "networks": networks,
        },
        "network": {"ports": draw(_ports(names, is_careless)) if names else [], **own},
        "board": {
            "model": model,
            "rtc": draw(st.sampled_from(["none", "ds3231"])),
            "header_uart": draw(st.booleans()),
            "watchdog": draw(st.booleans()),
            "screen": draw(st.booleans()) and (model != "zero2w" or is_careless),
        },
    }


def _or(right: Any, wrong: list[Any], is_careless: bool) -> st.SearchStrategy[Any]:
    return st.sampled_from([right, *wrong]) if is_careless else st.just(right)


@st.composite
def _radios(
    draw: st.DrawFn, name: str, zones: list[str], country: str, is_careless: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A radio and what it sends."""
    chip = draw(st.sampled_from(list(chips.table())))
    able = chips.table()[chip]
    width = draw(st.sampled_from([wide for wide in (20, 40, 80) if wide <= able.max_width]))
    bands = {"2.4": 6, "5": 36}
    allowed = [
        channel
        for band in able.bands
        for channel in regulatory.channels(country, like=bands[band], width_mhz=width)
    ]
    channel = draw(st.sampled_from(allowed or [6]))
    device = {
        "interface": name,
        "chip": chip,
        "channel": draw(_or(channel, [13, 52, 177, 0], is_careless)),
        "width": width if channel > 14 else min(width, 40),
    }
    room, sends = able.max_bss, []
    while room > 0 and (not sends or draw(st.booleans())):
        network = draw(_networks(name, zones, able, room, is_careless))
        room -= 2 if network["security"] == "owe-transition" else 1
        sends.append(network)
    return device, sends


@st.composite
def _networks(
    draw: st.DrawFn, device: str, zones: list[str], able: chips.Chip, room: int, is_careless: bool
) -> dict[str, Any]:
    kinds = ["open", "wpa2", *(["owe", "wpa2-wpa3", "wpa3"] if able.wpa3 else [])]
    if able.wpa3 and room > 1:
        kinds.append("owe-transition")
    security = draw(_or(draw(st.sampled_from(kinds)), ["wpa3", "owe"], is_careless))
    return {
        "zone": draw(_or(draw(st.sampled_from(zones)), ["nowhere"], is_careless)),
        "ssid": draw(st.sampled_from(BROKEN) if is_careless and draw(st.booleans()) else SSIDS),
        "device": device,
        "security": security,
        "passphrase": draw(PASSPHRASES) if security.startswith("wpa") else "",
        "max_stations": draw(_or(0, [1, 300], is_careless)),
        "isolate": draw(st.booleans()),
    }


@st.composite
def _ports(draw: st.DrawFn, zones: list[str], is_careless: bool) -> list[dict[str, Any]]:
    kinds = [("eth0", 20), ("eth1", 0), ("eth1", 20), ("eth1", 4094)]
    if is_careless:
        kinds.append(("eth0", 0))
    wanted = draw(st.sets(st.sampled_from(kinds)))
    return [
        {"zone": draw(st.sampled_from(zones)), "interface": interface, "vlan": vlan}
        for interface, vlan in sorted(wanted)
    ]
