import subprocess
from pathlib import Path

import pytest

from appliance.runtime import settings
from command_center import assembly, broker_config
from command_center.broker_config import Login
from command_center.sharing.share import Place
from tests.support.city_broker import SCRIPT, Certificates
from tests.unit.command_center.city import Run


@pytest.mark.parametrize(
    ("section", "name"),
    [("", "posko-center-1471"), ('[center]\nclient_id = "kota"\n', "kota")],
)
def test_the_command_writes_for_the_configured_city(
    tmp_path: Path, posko_center: Run, section: str, name: str
) -> None:
    config, out = tmp_path / "posko.toml", tmp_path / "broker"
    site = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Pekanbaru"\n'
    config.write_text(site + section)
    code, told, _ = posko_center(
        "broker-config", "--receivers", "2", "--config", config, "--out", out
    )
    assert code == 0
    assert str(out / "mosquitto.conf") in told
    assert "listener 8883" in (out / "mosquitto.conf").read_text()
    users = [line for line in (out / "acl").read_text().splitlines() if line.startswith("user ")]
    assert users == [f"user {name}{number}" for number in ("", "-1", "-2")]
    second = assembly.way(settings.load(config), Place.parse("2/2"))
    assert f"user {second.client_id}" in users
    assert "pattern write posko/1/1471/%u/up/#" in (out / "acl").read_text()


@pytest.mark.parametrize("login", Login)
def test_nobody_is_let_in_without_a_login_and_the_login_is_the_client_id(
    tmp_path: Path, login: Login
) -> None:
    config, _ = broker_config.write(tmp_path, city="1471", center="c", login=login, port=1)
    lines = config.read_text().splitlines()
    assert "allow_anonymous false" in lines
    assert "use_username_as_clientid true" in lines
    assert ("require_certificate true" in lines) == (login is Login.CERTIFICATE)
    assert any(line.startswith("password_file") for line in lines) == (login is Login.PASSWORD)


def test_certificates_made_twice_are_the_same_and_keys_are_their_owners_alone(
    tmp_path: Path,
) -> None:
    certificates = Certificates(tmp_path)
    made = []
    for _ in range(2):
        for kind, name in (("broker", "mqtt.example"), ("center", "1471"), ("box", "147107")):
            certificates.make(kind, name)
        made.append({path.name: path.read_bytes() for path in tmp_path.glob("*.[pk]e[my]")})
    assert made[0] == made[1]
    assert len(made[0]) == 8
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("*.key"))


@pytest.mark.parametrize(
    "arguments", [["box", "14.71.07"], ["center", "x"], ["center", "1471-"], ["what", "1"], ["ca"]]
)
def test_the_script_refuses_what_it_does_not_understand(
    tmp_path: Path, arguments: list[str]
) -> None:
    command = ["sh", SCRIPT, tmp_path, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr
