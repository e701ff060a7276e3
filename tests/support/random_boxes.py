"""Any box a technician may describe, as the table of its posko.toml: mostly right, at times not."""

from typing import Any

from hypothesis import strategies as st

from firmware_config import chips, regulatory

NASTY = st.sampled_from(
    [
        '"',
        "'",
        "\\",
        "$",
        "`",
        ";",
        "#",
        "{",
        "}",
        "|",
        "=",
        "%s",
        "\u2028",
        "\u0085",
        "é",
        "✿",
        " ",
    ]
)
SSIDS = st.one_of(
    st.text(min_size=1, max_size=32),
    st.lists(NASTY, min_size=1, max_size=12).map("".join),
    st.sampled_from(
        ["Posko", " Posko ", "#Posko", "a\nbss=x", 'x"\nwpa=0', "Posko\n", "owe-x", "P'"]
    ),
)
PASSPHRASES = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=63),
    st.sampled_from(["", "pelayanan|mac=ff", "# eight ", "rahasia\nssid=x", "        "]),
)
SECURITY = st.sampled_from(["open", "owe", "owe-transition", "wpa2", "wpa2-wpa3", "wpa3"])
ZONES = [
    {"name": "kantor", "interface": "br-kantor", "ipv4": "10.77.0.1/24", "ipv6": "fd00:77::1/64"},
    {"name": "taman", "interface": "br-taman", "ipv4": "10.78.0.1/22"},
    {"name": "aula", "interface": "aula.0", "ipv4": "172.16.9.1/28"},
]


@st.composite
def networks(draw: st.DrawFn, zones: list[str], devices: list[str]) -> dict[str, Any]:
    """A network on the air; its passphrase mostly fits its security."""
    security = draw(SECURITY)
    wants = security.startswith("wpa")
    return {
        "zone": draw(st.sampled_from(zones)),
        "ssid": draw(SSIDS),
        "device": draw(st.sampled_from(devices)),
        "security": security,
        "passphrase": draw(PASSPHRASES) if wants else "",
        "max_stations": draw(st.sampled_from([0, 0, 1, 5])),
        "isolate": draw(st.booleans()),
    }


@st.composite
def boxes(draw: st.DrawFn) -> dict[str, Any]:
    """The whole table."""
    zones = draw(st.lists(st.sampled_from(ZONES), unique_by=lambda z: z["name"], max_size=3))
    names = [zone["name"] for zone in zones]
    devices = [
        {
            "interface": f"wlan{number}",
            "chip": draw(st.sampled_from(["hwsim", "mt7612u", *chips.table()])),
            "channel": draw(st.sampled_from([1, 6, 11, 13, 36, 52, 149, 165])),
            "width": draw(st.sampled_from([20, 20, 40, 80])),
        }
        for number in range(draw(st.integers(0, 2)) if names else 0)
    ]
    on_air = [
        draw(networks(names, [device["interface"]]))
        for device in devices
        for _ in range(draw(st.integers(1, 2)))
    ]
    ports = [
        {"zone": draw(st.sampled_from(names)), "interface": interface, "vlan": vlan}
        for interface, vlan in draw(
            st.sets(st.tuples(st.sampled_from(["eth0", "eth1"]), st.sampled_from([0, 20, 4094])))
        )
        if names
    ]
    static = draw(st.booleans())
    own = {"wan_ipv4": "192.168.1.10/24", "wan_gateway": "192.168.1.1"} if static else {}
    model = draw(st.sampled_from(["generic", "pi3b+", "pi4", "pi5", "zero2w"]))
    return {
        "site": {"code": "14.71.07", "name": draw(SSIDS), "city": draw(SSIDS)},
        "portal": {"url": draw(st.sampled_from(["http://posko.lan", "http://a;b", "http://x{y"]))},
        "desk": {"open_to": draw(st.sampled_from([[], ["192.168.1.0/24"], ["fd00:1::/64"]]))},
        "wifi": {
            "zones": zones,
            "resolvers": ["192.168.1.1"] if static else [],
            "garden": draw(st.sampled_from([[], ["pekanbaru.go.id"]])),
        },
        "radio": {
            "country": draw(st.sampled_from([*regulatory.table(), "XX"])),
            "devices": devices,
            "networks": on_air,
        },
        "network": {"ports": ports, **own},
        "board": {
            "model": model,
            "rtc": draw(st.sampled_from(["none", "ds3231"])),
            "header_uart": draw(st.booleans()),
            "watchdog": draw(st.booleans()),
            "screen": draw(st.booleans()),
        },
    }
