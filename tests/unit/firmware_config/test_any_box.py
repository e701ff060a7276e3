"""Whatever is accepted is rendered, and no name or passphrase becomes a line of its own."""

import re
from typing import Any

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as given_settings

from appliance.runtime import settings
from appliance.runtime.settings import ConfigError, Settings
from firmware_config.checking import mistakes, notes
from firmware_config.hostapd import bsses
from firmware_config.rendering import render
from tests.support.random_boxes import boxes

HOSTAPD_LINE = re.compile(
    r"#.*|(bss|interface|bridge|owe_transition_ifname)=[a-z0-9.-]+|driver=nl80211|"
    r"ctrl_interface=/run/hostapd|country_code=[A-Z]{2}|hw_mode=[ag]|"
    r"(channel|ieee80211\w+|wmm_enabled|vht_oper\w+|utf8_ssid|logger_\w+|max_num_sta|ap_isolate|auth_algs|wpa|"
    r"sae_\w+|ignore_broadcast_ssid)=[0-9]+|(ht|vht)_capab=[\[\]A-Z0-9_+-]*|bssid=[0-9a-f:]{17}|"
    r"ssid=[A-Za-z0-9_-]([A-Za-z0-9 _.-]*[A-Za-z0-9_.-])?|ssid2=[0-9a-f]+|"
    r"wpa_key_mgmt=(WPA-PSK|SAE|WPA-PSK SAE|OWE)|rsn_pairwise=CCMP|wpa_passphrase=[ -~]{8,63}|"
)
UNIT_LINE = re.compile(r"#.*|\[\w+\]|\w+=[A-Za-z0-9 ./:-]*|")
SLOW = [HealthCheck.too_slow]


def accepted(table: dict[str, Any]) -> Settings:
    loaded = settings.parse(table, source="posko.toml")
    assume(not mistakes(loaded))
    return loaded


@given(boxes())
@given_settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
def test_every_accepted_box_is_rendered_line_by_line_as_meant(table: dict[str, Any]) -> None:
    loaded = accepted(table)
    files = render(loaded)
    for path, file in files.items():
        if path.startswith(("hostapd/", "lib/systemd/")):
            form = HOSTAPD_LINE if path.startswith("hostapd/") else UNIT_LINE
            wrong = [line for line in file.text.split("\n") if not form.fullmatch(line)]
            assert wrong == [], path
    for device in loaded.radio.devices:
        text = files[f"hostapd/{device.interface}.conf"].text
        assert len(re.findall(r"(?m)^ssid2?=", text)) == len(bsses(loaded.radio, device))
    assert render(settings.parse(table, source="elsewhere")) == files
    notes(loaded)


@given(boxes(is_careless=True))
@given_settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
def test_judging_never_fails_and_what_it_lets_pass_is_rendered(table: dict[str, Any]) -> None:
    try:
        loaded = settings.parse(table, source="posko.toml")
    except ConfigError:
        return
    found = mistakes(loaded)
    assert all(mistake.key and mistake.reason and mistake.remedy for mistake in found)
    if not found:
        render(loaded)
