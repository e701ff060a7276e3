"""What an administrator types in the city, and what is printed."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.city import enrolment
from appliance.domain.ids import SiteCode
from command_center.fleet import revoking
from command_center.fleet.authority import Authority
from command_center.store.database import reading, writing
from command_center.store.fleet import credentials
from command_center.store.fleet.credentials import Credential
from command_center.store.staff import staff_log
from tests.conftest import START
from tests.unit.command_center.city import Run


@pytest.fixture
def enrolling_city(city: Engine, config: Path, authority: Authority, tmp_path: Path) -> Path:
    """Settings with all that enrolment takes; returns the broker's folder."""
    folder = tmp_path / "broker"
    text = config.read_text().replace(f'signing_key = "{tmp_path}/city.key"\n', "")
    config.write_text(
        f'{text}tls_ca = "{authority.ca}"\n'
        f'[fleet]\nca_key = "{authority.key}"\nurl = "https://posko.test"\n'
        f'broker_folder = "{folder}"\n'
    )
    return folder


def test_a_code_is_printed_with_what_to_type_at_the_box(run: Run, enrolling_city: Path) -> None:
    code, out, err = run("fleet", "enrol", "147107")
    assert (code, err) == (0, "")
    first, second = out.splitlines()
    told = enrolment.parse(first.split()[0])
    assert "14.71.07 Bukit Raya" in first
    assert second.endswith(f"posko enrol --city https://posko.test --code {told}")


def test_without_the_settings_the_command_names_them(run: Run, city: Engine, config: Path) -> None:
    config.write_text(config.read_text().partition("signing_key")[0])
    code, out, err = run("fleet", "enrol", "147107")
    assert (code, out) == (1, "")
    assert "fleet.ca_key" in err


def test_a_box_that_is_not_known_cannot_be_revoked_by_mistake(
    run: Run, enrolling_city: Path
) -> None:
    code, _, err = run("fleet", "revoke", "147107", "--reason", "stolen")
    assert code == 1
    assert "fleet adopt" in err


def test_who_revokes_a_box_is_in_the_trail(
    run: Run, city: Engine, enrolling_city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "rina")
    monkeypatch.setattr(revoking, "shut_out", lambda *_: None)
    site = SiteCode("14.71.01")
    one = Credential(site=site, key="k", certificate="", serial=None, issued_at=START, ends_at=None)
    with writing(city) as connection:
        credentials.add(connection, one)
    assert run("fleet", "revoke", "147101", "--reason", "stolen")[0] == 0
    with reading(city) as connection:
        [entry] = staff_log.page(connection, limit=9)
    assert (entry.by, entry.what, entry.subject) == ("posko-center, rina", "revoke_box", "14.71.01")


def test_the_list_is_for_eyes_and_for_scripts(run: Run, enrolling_city: Path) -> None:
    run("fleet", "enrol", "147101")
    _, out, _ = run("fleet", "list", "--json")
    records = {record["site"]: record for record in json.loads(out)}
    assert records["14.71.01"]["credential"] == "awaited"
    assert records["14.71.07"]["credential"] == "by hand"
    _, out, _ = run("fleet", "list")
    assert "Bukit Raya" in out


def test_the_checklist_is_printed_for_any_box(run: Run, enrolling_city: Path) -> None:
    code, out, _ = run("fleet", "checklist", "14.71.07")
    assert code == 0
    assert "UU PDP" in out


def test_the_brokers_configuration_has_a_list_of_what_is_revoked(
    run: Run, enrolling_city: Path
) -> None:
    code, _, _ = run("broker-config", "--out", enrolling_city)
    assert code == 0
    assert "crlfile" in (enrolling_city / "mosquitto.conf").read_text()
    assert "X509 CRL" in (enrolling_city / "crl.pem").read_text()
    assert run("fleet", "broker-files")[0] == 0
