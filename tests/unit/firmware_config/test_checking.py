"""Each kind of wrong setting names its key, the value, the reason and what to do."""

import re
from typing import Any

import pytest

from appliance.runtime import settings
from firmware_config.checking import mistakes, notes

SITE = {"code": "14.71.07", "name": "Bukit Raya", "city": "Kota Pekanbaru"}
ZONE = {"name": "taman", "interface": "br-taman", "ipv4": "10.78.0.1/22"}
RADIO = {"interface": "wlan0", "chip": "mt7612u", "channel": 6}
OPEN = {"zone": "taman", "ssid": "Taman"}


def box(**sections: Any) -> settings.Settings:
    table = {"site": SITE, "wifi": {"zones": [ZONE]}, **sections}
    return settings.parse(table, source="posko.toml")


def radio(device: dict[str, Any] | None = None, *networks: dict[str, Any], **more: Any) -> Any:
    return {"devices": [RADIO | (device or {})], "networks": list(networks or [OPEN]), **more}


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        (
            {"radio": radio({"channel": 13}, country="US")},
            r"radio\.devices\[0\]\.channel = 13: with country US and 20 MHz: US allows nothing "
            r"from 2462 to 2482 MHz; use one of 1, 2, .*11$",
        ),
        (
            {"radio": radio({"channel": 52}, country="US")},
            r"channel = 52: .*radar \(DFS\).*; use one of 36",
        ),
        ({"radio": radio(country="XX")}, r"radio\.country = 'XX': no rules .*use one of .*ID"),
        ({"radio": radio({"chip": "x9"})}, r"chip = 'x9': is not known; use one of .*mt7612u"),
        (
            {"radio": radio({"chip": "rt5370", "channel": 36})},
            r"channel = 36: rt5370 has 2\.4 GHz only; use channel 1, 6 or 11",
        ),
        ({"radio": radio({"width": 80})}, r"width = 80: .*on channel 6; use 20"),
        (
            {"radio": radio({"chip": "bcm43455"}, OPEN, {**OPEN, "ssid": "Kantor"})},
            r"chip = 'bcm43455': sends 1 network\(s\) at once, not 2.*network\.ports",
        ),
        (
            {"radio": radio({}, {**OPEN, "max_stations": 65})},
            r"max_stations = 65: mt7612u takes 64 phones",
        ),
        (
            {"radio": radio({"chip": "rtl8812au"}, {**OPEN, "security": "owe"})},
            r"chip = 'rtl8812au': cannot do 'owe' for 'Taman'",
        ),
        (
            {"radio": radio({}, {**OPEN, "security": "wpa2"})},
            r"radio\.networks\[0\]\.passphrase = '': 'wpa2' needs one",
        ),
        (
            {"radio": radio({}, {**OPEN, "passphrase": "pelayanan prima"})},
            r"radio\.networks\[0\]\.security = 'open': asks for no passphrase",
        ),
        ({"radio": radio({}, {**OPEN, "zone": "x"})}, r"networks\[0\]\.zone = 'x': .*one of taman"),
        ({"radio": radio({}, {**OPEN, "device": "wlan9"})}, r"networks\[0\]\.device = 'wlan9'"),
        ({"radio": radio({}, {**OPEN, "ssid": "é" * 17})}, r"ssid = .*longer than 32 bytes"),
        ({"radio": radio({"interface": "br-taman"})}, r"zones\[0\]\.interface = .*'br-taman'"),
        ({"network": {"ports": [{"zone": "taman", "interface": "eth0"}]}}, r"wifi\.wan.*set vlan"),
        ({"network": {"ports": [{"zone": "x", "interface": "eth1"}]}}, r"ports\[0\]\.zone = 'x'"),
        (
            {"network": {"wan_ipv4": "192.168.1.10/24", "wan_gateway": "192.168.2.1"}},
            r"wan_gateway = '192\.168\.2\.1': is no other address in 192\.168\.1\.0/24",
        ),
        (
            {"network": {"wan_ipv4": "10.78.1.2/24", "wan_gateway": "10.78.1.1"}},
            r"wan_ipv4 = '10\.78\.1\.2/24': lies in a zone's network",
        ),
        (
            {"network": {"wan_ipv4": "192.168.1.10/24", "wan_gateway": "192.168.1.1"}},
            r"wifi\.resolvers = \[\]",
        ),
        ({"network": {"wan_ipv4": "1.2.3.4/99"}}, r"network\.wan_ipv4 = '1\.2\.3\.4/99'"),
        ({"board": {"model": "zero2w"}}, r"board\.screen = True: .*set it to false"),
        (
            {"board": {"header_uart": True}, "panel": {"buzzer": 14}},
            r"panel\.buzzer = 14: GPIO 14 is the UART's",
        ),
        (
            {"board": {"rtc": "ds3231"}, "modem": {"power_key_pin": 3}},
            r"modem\.power_key_pin = 3: GPIO 3 is of the clock",
        ),
        ({"portal": {"url": "http://[::1]"}}, r"portal\.url = .*no name of DNS"),
        (
            {"wifi": {"zones": [ZONE], "garden": ["-a.id"]}},
            r"wifi\.garden\[0\] = '-a\.id': is no name of DNS",
        ),
        *(
            (
                {"wifi": {"zones": [ZONE], "garden": ["pekanbaru.go.id", name]}},
                rf"wifi\.garden\[1\] = '{name}': phones ask {probed} whether they are online",
            )
            for name, probed in (
                ("captive.apple.com", "captive.apple.com"),
                ("msftconnecttest.com", "ipv6.msftconnecttest.com"),
                ("com", "captive.apple.com"),
            )
        ),
        (
            {"wifi": {"zones": [ZONE], "resolvers": ["1.1.1"]}},
            r"wifi\.resolvers\[0\] = '1\.1\.1'",
        ),
        (
            {"wifi": {"zones": [{**ZONE, "ipv4": "10.78.0.1/31"}]}},
            r"wifi\.zones\[0\]\.ipv4 = '10\.78\.0\.1/31': is in no network of /16 to /29",
        ),
        *(
            (
                {"wifi": {"zones": [{**ZONE, "ipv4": ipv4}]}},
                rf"wifi\.zones\[0\]\.ipv4 = '{ipv4}': {why}; write it like 10\.77\.0\.1/24",
            )
            for ipv4, why in (
                ("127.0.0.1/24", "no device may have an address in 127.0.0.0/8"),
                ("0.0.0.1/24", "no device may have an address in 0.0.0.0/8"),
                ("169.254.0.1/24", "no device may have an address in 169.254.0.0/16"),
                ("224.0.0.1/24", "no device may have an address in 224.0.0.0/3"),
                ("8.8.8.1/24", "is somebody's in the Internet, who could not be reached"),
            )
        ),
        *(
            ({"network": {"wan_ipv4": own, "wan_gateway": gateway}}, told)
            for own, gateway, told in (
                ("192.168.1.0/24", "192.168.1.1", "wan_ipv4 = .* of the network itself"),
                ("192.168.1.255/24", "192.168.1.1", "wan_ipv4 = .* of the network itself"),
                ("127.0.0.2/8", "127.0.0.1", "wan_ipv4 = .* no device may have"),
                ("192.168.1.10/24", "192.168.1.0", "wan_gateway = .* of the network itself"),
                ("192.168.1.10/24", "192.168.1.255", "wan_gateway = .* of the network itself"),
            )
        ),
        *(
            ({"wifi": {"zones": [ZONE], "resolvers": ["1.1.1.1", resolver]}}, told)
            for resolver, told in (
                ("10.78.0.1", r"resolvers\[1\] = '10\.78\.0\.1': is the box itself"),
                ("0.0.0.0", r"resolvers\[1\] = '0\.0\.0\.0': answers nobody"),
                ("255.255.255.255", r"resolvers\[1\] = .*answers nobody"),
                ("ff02::1", r"resolvers\[1\] = 'ff02::1': answers nobody"),
            )
        ),
        *(
            (
                {"radio": radio({}, OPEN, {**OPEN, **other})},
                r"radio\.networks\[1\]\.ssid = 'Taman': is also sent by radio\.networks\[0\]",
            )
            for other in (
                {"device": "wlan0"},
                {"security": "wpa2", "passphrase": "pelayanan prima"},
            )
        ),
        (
            {"portal": {"url": "http://posko.lan:99999"}},
            r"portal\.url = .*: Port out of range 0-65535; use http://posko\.lan",
        ),
        (
            {
                "wifi": {
                    "zones": [ZONE],
                    "tls_cert": "/etc/a;b.pem",
                    "tls_key": "/etc/posko/portal.key",
                }
            },
            r"wifi\.tls_cert = '/etc/a;b\.pem': nginx takes no such path",
        ),
    ],
)
def test_a_mistake_names_key_value_reason_and_remedy(sections: Any, told: str) -> None:
    """Box check 8."""
    found = [str(mistake) for mistake in mistakes(box(**sections))]
    assert any(re.search(told, text) for text in found), found


def test_an_uplink_may_be_a_line_with_two_ends() -> None:
    network = {"wan_ipv4": "203.0.113.1/31", "wan_gateway": "203.0.113.0"}
    zones = {"zones": [ZONE], "resolvers": ["1.1.1.1"]}
    assert not mistakes(box(wifi=zones, network=network))


def test_two_radios_may_send_one_network_which_phones_roam() -> None:
    devices = [RADIO, {**RADIO, "interface": "wlan1", "channel": 36}]
    networks = [{**OPEN, "device": device["interface"]} for device in devices]
    assert not mistakes(box(radio={"devices": devices, "networks": networks}))


def test_a_passphrase_is_in_no_mistake() -> None:
    found = mistakes(box(radio=radio({}, {**OPEN, "passphrase": "pelayanan prima"})))
    assert "pelayanan" not in " ".join(map(str, found))


def test_a_zone_without_an_access_point_and_a_channel_for_indoors_are_noted() -> None:
    assert "zone 'taman' has no access point" in notes(box())[0]
    [note] = notes(box(radio=radio({"channel": 36})))
    assert note == "radio.devices[0].channel = 36: ID allows it indoors only"
