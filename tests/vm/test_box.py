"""A box as a technician leaves it: our package, systemd, and phones that join by radio.

The radios are simulated, all else is real; the box boots with its site file applied.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from command_center.store.cases.requests import CityRequest
from tests.support.repository import ROOT
from tests.unit.command_center.city import all_requests
from tests.vm import technician
from tests.vm.appliance import DAEMONS, UNITS, Appliance, tell, within
from tests.vm.places import OFFICE, OPEN, OWE, PORTAL_HOST, WPA2, WPA3, Network
from tests.vm.residents import PORTAL, complain, is_online, probe, tap
from tests.wifi.places import PROBES, Probe

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SYSTEMS = ("android", "apple", "windows", "firefox", "gnome", "ubuntu")
"""The last two are NetworkManager's."""
PROBED = [one for one in PROBES if one.device in SYSTEMS]
NOTHING_IS_WAITED_FOR_S = 60.0
"""systemd waits half a minute longer for a device that does not come."""
CITIZEN = "+6281234567890"
WAN = "198.51.100.2"
CLOSED_TO_THE_WAN = (53, 80, 443, 5354, 8080, 8081, 8082)


def at_city(appliance: Appliance, text: str) -> CityRequest | None:
    return next((one for one in all_requests(appliance.city) if text in one.text), None)


def test_every_unit_starts_at_boot_and_none_twice(
    request: pytest.FixtureRequest, appliance: Appliance
) -> None:
    """Box checks 2 and 17."""
    state = appliance.box.run("systemctl", "is-system-running", "--wait", check=False)
    assert state == "running\n", appliance.box.run("systemctl", "list-units", "--failed")
    assert appliance.finished_after_s() < NOTHING_IS_WAITED_FOR_S
    for name in DAEMONS:
        asked = ["systemctl", "show", "--value", "--property=NRestarts", f"posko-{name}"]
        assert appliance.box.run(*asked) == "0\n", name
    after = {name: appliance.ready_after_s(f"posko-{name}.service") for name in DAEMONS}
    told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in after.items())
    tell(request, f"ready after the kernel's begin, at 1e9 instructions a second: {told}")


@pytest.mark.parametrize(
    ("network", "keys"), [(OPEN, "NONE"), (OWE, "OWE"), (WPA2, "WPA2-PSK"), (WPA3, "SAE")]
)
def test_a_phone_joins_as_well_encrypted_as_it_can(
    appliance: Appliance, network: Network, keys: str
) -> None:
    """Box check 5."""
    phone = appliance.phone("budi")
    assert phone.arrive(network)["key_mgmt"] == keys
    assert phone.own_address().rpartition(".")[0] == network.zone.gateway.rpartition(".")[0]
    assert phone.get(f"{PORTAL}/").status == 200


@pytest.mark.parametrize("security", ["wpa2", "wpa3"])
def test_a_wrong_passphrase_is_refused(appliance: Appliance, security: str) -> None:
    """Box check 5."""
    phone = appliance.phone("budi")
    wrong = Network(zone=OFFICE, ssid=WPA2.ssid, security=security, passphrase="salah sandi")
    phone.switch_on(wrong)
    refused = "auth_failures=1"
    within(appliance, lambda: refused in phone.log(), "it is refused")
    assert not phone.is_associated()


def test_the_lease_says_where_the_portal_is(appliance: Appliance) -> None:
    """Box check 5: option 114, whose certificate the phone trusts."""
    phone = appliance.phone("budi")
    phone.arrive(OWE)
    url = phone.lease().portal
    assert url.startswith(f"https://{PORTAL_HOST}/")
    answer = phone.get(url)
    assert answer.headers["content-type"].startswith("application/captive+json")
    assert b'"captive": true' in answer.body


@pytest.mark.parametrize("one", PROBED, ids=str)
def test_the_probe_of_each_system_meets_the_portal(appliance: Appliance, one: Probe) -> None:
    """Box check 5."""
    phone = appliance.phone("siti")
    if not phone.is_associated():
        phone.arrive(OPEN)
    answer = probe(phone, one)
    assert (answer.status, answer.is_internet) == (302, False)
    assert answer.location.startswith((f"http://{PORTAL_HOST}/", f"https://{PORTAL_HOST}/"))


def test_a_complaint_needs_no_consent_and_reaches_the_city(appliance: Appliance) -> None:
    """Box check 5: before a session, by MQTT to a broker outside the machine, and back."""
    phone = appliance.phone("budi")
    phone.arrive(OPEN)
    text = "lampu jalan mati di depan pasar"
    assert complain(phone, text).startswith("/tiket/")
    assert not is_online(phone)
    within(appliance, lambda: at_city(appliance, text), "the city has it")
    unheard = "SELECT count(*) FROM outbox_ends WHERE acked_seq < last_seq"
    within(appliance, lambda: appliance.ask(unheard) == [(0,)], "the box knows it")


def test_one_tap_opens_the_internet_and_time_closes_it(appliance: Appliance) -> None:
    """Box check 5: a session of this zone lasts a minute."""
    phone = appliance.phone("tono")
    phone.arrive(WPA3)
    assert not is_online(phone)
    assert tap(phone).status == 303
    within(appliance, lambda: is_online(phone), "the Internet answers")
    within(appliance, lambda: not is_online(phone), "the session ends")


@pytest.mark.parametrize("neighbour", [OPEN, OWE], ids=["same-network", "other-network"])
def test_phones_do_not_reach_each_other(appliance: Appliance, neighbour: Network) -> None:
    """Box check 5: also from the open to the encrypted network of one zone."""
    one, other = appliance.phone("budi"), appliance.phone("tono")
    one.arrive(OPEN)
    other.arrive(neighbour)
    assert not one.ping(other.own_address(), limit_s=2)
    assert one.get(f"{PORTAL}/").status == 200
    assert other.get(f"{PORTAL}/").status == 200


def test_the_access_point_is_killed_and_comes_back(appliance: Appliance) -> None:
    """Box check 5: the phone finds its way back by itself."""
    phone = appliance.phone("budi")
    phone.arrive(OWE)
    appliance.box.run("systemctl", "kill", "--signal=KILL", "posko-hostapd@wlan0")
    within(appliance, lambda: not phone.is_associated(), "the phone has lost it")
    within(appliance, phone.is_associated, "the phone is back")
    assert phone.lease().address == phone.own_address()
    assert phone.get(f"{PORTAL}/").status == 200


def test_an_sms_becomes_a_ticket_and_is_answered(appliance: Appliance) -> None:
    """Box check 5: the modem is a serial port of the machine."""
    text = "pohon tumbang di jalan kulim"
    appliance.modem.sms(CITIZEN, text)
    within(appliance, appliance.modem.delivered, "the citizen gets an answer")
    assert appliance.modem.delivered()[0]["to"] == CITIZEN
    within(appliance, lambda: at_city(appliance, text), "the city has it")


def test_nothing_of_the_box_is_open_to_its_uplink(appliance: Appliance) -> None:
    """Box check 19."""
    open_ports = [port for port in CLOSED_TO_THE_WAN if appliance.internet.accepts(WAN, port)]
    assert open_ports == []


@pytest.fixture
def site(appliance: Appliance) -> Iterator[str]:
    """The text of posko.toml, which is in force again afterwards."""
    box, before = appliance.box, technician.settings(appliance.box)
    yield before
    if technician.settings(box) != before:
        box.run("posko-firmware", "rollback")
    box.run("rm", "-f", technician.REJECTED)
    assert technician.settings(box) == before
    within(appliance, lambda: box.not_active(UNITS) == [], "the box is as before")


def test_a_network_gets_another_name_and_keeps_it_once_confirmed(
    appliance: Appliance, site: str
) -> None:
    """Box check 6."""
    box, phone = appliance.box, appliance.phone("budi")
    technician.change(box, f'"{OPEN.ssid}"', '"Taman Rakyat"')
    said = box.run("posko-firmware", "apply", "--minutes", "5")
    assert "goes back by itself if one of these is lost: uplink, wlan0" in said
    phone.arrive(replace(OPEN, ssid="Taman Rakyat"))
    assert phone.get(f"{PORTAL}/").status == 200
    box.run("posko-firmware", "confirm")
    assert "was confirmed" in technician.outcome(box)
    box.run("posko-firmware", "rollback")
    assert technician.settings(box) == site


def test_a_wrong_way_out_goes_back_though_it_cuts_off_who_applied_it(
    appliance: Appliance, site: str
) -> None:
    """Box check 6: by a shell on the uplink's side, which ends with its connection."""
    box, phone = appliance.box, appliance.phone("tono")
    phone.arrive(OPEN)
    tap(phone)
    within(appliance, lambda: is_online(phone), "the Internet answers")
    technician.let_in(box)
    reachable = lambda: appliance.internet.accepts(WAN, technician.SHELL_PORT)  # noqa: E731
    within(appliance, reachable, "a shell answers")
    technician.change(box, "198.51.100.2/24", "198.51.101.2/24")
    technician.change(box, 'wan_gateway = "198.51.100.1"', 'wan_gateway = "198.51.101.1"')
    appliance.internet.order(WAN, technician.SHELL_PORT, "posko-firmware apply --minutes 0.5")
    within(appliance, lambda: not reachable(), "the connection is cut")
    technician.end_shells(box)
    text = "sampah menumpuk di jalan hangtuah"
    ticket = complain(phone, text)
    assert technician.is_on_trial(box)

    within(appliance, lambda: technician.outcome(box), "it goes back")
    assert "lost: uplink; its settings are in" in technician.outcome(box)
    assert technician.settings(box) == site
    assert "198.51.101.2" in box.run("cat", technician.REJECTED)
    within(appliance, lambda: is_online(phone), "the session goes on")
    assert phone.get(f"{PORTAL}{ticket}").status == 200
    within(appliance, lambda: at_city(appliance, text), "the city has what was said meanwhile")
    assert box.not_active(UNITS) == []


def test_an_access_point_that_leaves_the_air_comes_back_by_itself(
    appliance: Appliance, site: str
) -> None:
    """Box check 6: a radio that is not there."""
    box, phone = appliance.box, appliance.phone("tono")
    phone.arrive(OPEN)
    tap(phone)
    within(appliance, lambda: is_online(phone), "the Internet answers")
    ticket = complain(phone, "parit tersumbat di jalan durian")
    technician.change(box, 'interface = "wlan0"', 'interface = "wlan9"')
    box.run("posko-firmware", "apply", "--minutes", "0.5")
    within(appliance, lambda: not phone.is_associated(), "the phone has lost it")

    within(appliance, lambda: technician.outcome(box), "it goes back")
    assert "lost: wlan9" in technician.outcome(box)
    assert technician.settings(box) == site
    assert 'interface = "wlan9"' in box.run("cat", technician.REJECTED)
    within(appliance, phone.is_associated, "the phone is back")
    assert phone.lease().address == phone.own_address()
    within(appliance, lambda: is_online(phone), "the session goes on")
    assert phone.get(f"{PORTAL}{ticket}").status == 200
    assert box.not_active(UNITS) == []


def test_daemons_believe_a_clock_chip_that_tells_their_time(appliance: Appliance) -> None:
    """Box check 11: there is no NTP here, and a sandbox has no devices."""
    phone = appliance.phone("siti")
    phone.arrive(OPEN)
    complain(phone, "Jam di kantor mati")
    within(appliance, lambda: at_city(appliance, "Jam di kantor mati"), "it is at the city")
    [sources] = appliance.ask("SELECT group_concat(DISTINCT clock_source) FROM outbox")
    assert sources == ("rtc",)


def test_the_boards_own_radio_has_a_name_that_no_other_takes(appliance: Appliance) -> None:
    """By its driver: the simulated radios' instead of the Pi's."""
    link = (ROOT / "systemd/network/10-posko-board-radio.link").read_text()
    appliance.box.run("mkdir", "-p", "/run/systemd/network")
    place = "/run/systemd/network/05-test.link"
    text = link.replace("brcmfmac", "mac80211_hwsim")
    appliance.box.run("cp", "/dev/stdin", place, given=text)
    said = appliance.box.run("udevadm", "test-builtin", "net_setup_link", "/sys/class/net/wlan0")
    appliance.box.run("rm", place)
    assert "ID_NET_NAME=wlanboard\n" in said
