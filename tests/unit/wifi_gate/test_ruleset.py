"""The rules of a configuration: always the same text, and the kernel takes them."""

import subprocess

from appliance.runtime.wifi_settings import Wifi
from tests.support.golden import assert_golden
from tests.support.netns import a_network
from tests.support.programs import needs
from tests.unit.wifi_gate.zones import OFFICE, WIFI
from wifi_gate import ruleset

DESK = ruleset.Office(8082, ("192.168.1.0/24", "fd00:1::/64"))


def test_the_rules_of_two_zones_are_these() -> None:
    assert_golden("ruleset.nft", ruleset.ruleset(WIFI))


def test_the_guard_of_the_bridges_is_this() -> None:
    assert_golden("bridge_guard.nft", ruleset.bridge_guard(WIFI))


def test_without_the_internet_every_page_leads_to_the_portal() -> None:
    assert_golden("dns_view_offline.nft", ruleset.dns_view(is_online=False))


def test_other_zones_make_another_version() -> None:
    assert ruleset.version(WIFI) != ruleset.version(Wifi(wan="eth0", zones=(OFFICE,)))


def test_the_office_reaches_the_desk_behind_the_rules_for_residents() -> None:
    rules = [line.strip() for line in ruleset.ruleset(WIFI, DESK).splitlines()]
    chain = rules[rules.index("chain input {") :]
    door = chain.index("ip saddr 192.168.1.0/24 tcp dport 8082 accept")
    assert chain[door + 1] == "ip6 saddr fd00:1::/64 tcp dport 8082 accept"
    assert chain.index('iifname { "br-kantor", "br-taman" } goto from_zone') < door
    assert ruleset.version(WIFI, DESK) != ruleset.version(WIFI)


def test_the_kernel_takes_the_rules_again_and_again() -> None:
    text = (
        ruleset.ruleset(WIFI, DESK) + ruleset.bridge_guard(WIFI) + ruleset.dns_view(is_online=False)
    )
    with a_network():
        for _ in range(2):
            subprocess.run([needs("nft"), "-f", "-"], input=text, text=True, check=True)
