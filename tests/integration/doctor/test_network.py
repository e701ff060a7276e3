"""`posko doctor` at boxes that have a fault, box check 18: WiFi, pages, uplink and city."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.store.database import connect
from tests.builders import a_draft
from tests.conftest import at
from tests.integration.doctor.sick import RADIO, ZONE, Doctor, Faults, Sick
from tests.support.city_broker import CityBroker
from tests.support.ports import unused_ports

pytestmark = pytest.mark.slow
faults = Faults()


@faults.seed("wifi", "fault", "there is no such radio", "[[radio.devices]]")
def wifi_adapter_pulled_out(box: Sick, _: ExitStack) -> None:
    box.more = ZONE + RADIO.format(channel=6)


@faults.seed("wifi", "fault", "there is no interface br-taman", "posko-firmware diff")
def bridge_of_the_wifi_gone(box: Sick, _: ExitStack) -> None:
    box.more = ZONE


@faults.seed("pages", "fault", "Connection refused", "restart posko-portal")
def portal_that_does_not_run(box: Sick, _: ExitStack) -> None:
    box.set("portal", listen=f"127.0.0.1:{unused_ports(1)[0]}")


@faults.seed("uplink", "fault", "there is no such interface", "[wifi] wan")
def uplink_under_another_name(box: Sick, _: ExitStack) -> None:
    box.set("wifi", wan="enp9s9")


@faults.seed("uplink", "fault", "no resolver answers", "router")
def line_of_the_office_dead(box: Sick, _: ExitStack) -> None:
    box.set("wifi", resolvers=["127.0.0.99"])


@faults.seed("city", "warn", "trusts no city", "posko enrol")
def box_never_enrolled(_box: Sick, _: ExitStack) -> None:
    pass


@faults.seed("city", "fault", "unreachable", "port")
def broker_at_a_dead_port(box: Sick, _: ExitStack) -> None:
    box.trust("147107")
    lines = [line for line in box.tables["sync"] if not line.startswith("port")]
    box.tables["sync"] = [*lines, f"port = {unused_ports(1)[0]}"]


@faults.seed("city", "fault", "wrong-ca", "CA file")
def authority_of_another_city(box: Sick, _: ExitStack) -> None:
    box.trust("147107")
    other = CityBroker(_folder(box.home / "other")).certificates.folder
    lines = [line for line in box.tables["sync"] if not line.startswith("tls_ca")]
    box.tables["sync"] = [*lines, f'tls_ca = "{other}/ca.pem"']


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


@faults.seed("city", "fault", "expired", "new one")
def certificate_that_has_ended(box: Sick, _: ExitStack) -> None:
    box.trust("147108")


@faults.seed("city", "fault", "files", "chmod 600")
def key_that_others_may_read(box: Sick, done: ExitStack) -> None:
    box.trust("147107")
    key = box.city.certificates.folder / "147107.key"
    key.chmod(0o644)
    done.callback(key.chmod, 0o600)


@faults.seed("city", "fault", "1 events wait", "posko-sync")
def sync_agent_that_never_ran(box: Sick, _: ExitStack) -> None:
    with closing(connect(box.database)) as db:
        intake.receive(db, a_draft("lampu jalan mati"), at())


@pytest.mark.parametrize("name", faults)
def test_doctor_finds_a_fault_and_says_what_to_do(name: str, sick: Sick, doctor: Doctor) -> None:
    faults[name].check(sick, doctor)
