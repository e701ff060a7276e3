"""What stands before the portal: always the same text, and the real programs take it."""

import subprocess
from pathlib import Path

import pytest

from appliance.runtime.modem_settings import Modem
from appliance.runtime.settings import Portal, Settings, Site
from appliance.runtime.wifi_settings import Wifi, WifiZone
from captive_portal.edge.rendering import Place, render
from tests.support.golden import assert_golden
from tests.support.programs import needs

SETTINGS = Settings(
    site=Site(code="14.71.07", name="Bukit Raya", city="Kota Pekanbaru"),
    portal=Portal(url="http://posko.lan"),
    modem=Modem(own_numbers=("+628123456789",)),
    wifi=Wifi(
        resolvers=("203.0.113.53",),
        garden=("pekanbaru.go.id",),
        tls_cert=Path("/etc/posko/portal.pem"),
        tls_key=Path("/etc/posko/portal.key"),
        zones=(
            WifiZone(name="kantor", interface="lo", ipv4="10.77.0.1/24", ipv6="fd00:77::1/64"),
            WifiZone(name="taman", interface="br-taman", ipv4="10.78.0.1/22"),
        ),
    ),
)
PLACE = Place(run="/run/posko/edge", is_trusted=True)


@pytest.mark.parametrize("name", sorted(render(SETTINGS, PLACE)))
def test_the_files_of_two_zones_are_these(name: str) -> None:
    assert_golden(name, render(SETTINGS, PLACE)[name])


def test_without_a_certificate_that_phones_trust_nothing_is_announced() -> None:
    files = render(SETTINGS, Place(run="/run/posko/edge"))
    assert "/captive" not in files["dnsmasq.conf"]
    assert "443" not in files["nginx.conf"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in render(SETTINGS, Place(run=str(tmp_path), dns_user="root")).items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", ["dnsmasq.conf", "dnsmasq-offline.conf"])
def test_dnsmasq_takes_them(folder: Path, name: str) -> None:
    subprocess.run([needs("dnsmasq"), "--test", "-C", str(folder / name)], check=True)


def test_nginx_takes_its_file(folder: Path) -> None:
    subprocess.run([needs("nginx"), "-t", "-c", str(folder / "nginx.conf")], check=True)
