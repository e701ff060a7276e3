"""`posko doctor` at boxes that have a fault, box check 18: settings, and what is made of them."""

from contextlib import ExitStack

import pytest

from tests.integration.doctor.sick import RADIO, ZONE, Doctor, Faults, Sick, apply

pytestmark = pytest.mark.slow
faults = Faults()


@faults.seed("settings", "fault", "not valid TOML", "posko config check")
def broken_toml(box: Sick, _: ExitStack) -> None:
    box.more = "[modem\n"


@faults.seed("settings", "fault", "modem.devise is not a known key", "mend")
def mistyped_key(box: Sick, _: ExitStack) -> None:
    box.set("modem", devise="/dev/ttyUSB0")


@faults.seed("settings", "warn", "everybody may read", "chmod 640")
def pin_that_everybody_may_read(box: Sick, _: ExitStack) -> None:
    box.set("modem", pin="1234")
    box.mode = 0o644


@faults.seed("settings", "warn", "belongs to Bukit Raya, Kota Pekanbaru", "posko setup")
def code_of_another_kecamatan(box: Sick, _: ExitStack) -> None:
    box.tables["site"][1] = 'name = "Tampan"'


@faults.seed("settings", "warn", "is no kecamatan's", "posko setup")
def code_that_no_kecamatan_has(box: Sick, _: ExitStack) -> None:
    box.tables["site"][0] = 'code = "14.71.99"'


@faults.seed("system-files", "fault", "channel", "posko-firmware apply")
def channel_that_the_country_forbids(box: Sick, _: ExitStack) -> None:
    box.set("radio", country="US")
    box.more = ZONE + RADIO.format(channel=13)


@faults.seed("system-files", "fault", "none is in force", "posko-firmware apply")
def system_files_never_applied(box: Sick, _: ExitStack) -> None:
    box.more = ZONE


@faults.seed("system-files", "warn", "posko.toml says", "posko-firmware diff")
def settings_changed_and_not_applied(box: Sick, _: ExitStack) -> None:
    apply(box)
    box.more = ZONE.replace("10.78", "10.79")


@faults.seed("system-files", "fault", "changed by hand", "posko-firmware apply")
def system_file_changed_by_hand(box: Sick, _: ExitStack) -> None:
    apply(box)
    with (box.home / "etc/posko/firmware/current/edge/nginx.conf").open("a") as file:
        file.write("# mine\n")


@faults.seed("edge", "fault", "nginx.conf", "posko-firmware apply")
def nginx_file_broken(box: Sick, _: ExitStack) -> None:
    _edge(box, "nginx.conf", "server { listen 80\n")


@faults.seed("edge", "fault", "dnsmasq.conf", "posko-firmware apply")
def dnsmasq_file_broken(box: Sick, _: ExitStack) -> None:
    _edge(box, "dnsmasq.conf", "dhcp-rnage=10.78.0.2,10.78.0.9\n")


def _edge(box: Sick, name: str, text: str) -> None:
    home = box.home / "etc/posko/firmware/current/edge"
    home.mkdir(parents=True)
    (home / name).write_text(text)


@pytest.mark.parametrize("name", faults)
def test_doctor_finds_a_fault_and_says_what_to_do(name: str, sick: Sick, doctor: Doctor) -> None:
    faults[name].check(sick, doctor)
