"""Files of credentials: what is taken, what is refused, and in which words."""

import shutil
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mqtt_link import access
from mqtt_link.access import Access, AccessError
from mqtt_link.certificate import validity
from mqtt_link.keyring import Keyring
from tests.support.city_broker import Certificates

NOW = datetime.now(UTC) + timedelta(hours=1)
BOX = "147107"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    Certificates(folder).make("box", BOX)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "c")
    return tmp_path / "c"


@pytest.fixture
def where(folder: Path) -> Access:
    password = folder / "password"
    password.touch(0o600)
    password.write_text("rahasia\n")
    return Access(
        host="h",
        port=1,
        client_id="c",
        password_file=password,
        tls_ca=folder / "ca.pem",
        tls_cert=folder / f"{BOX}.pem",
        tls_key=folder / f"{BOX}.key",
    )


def test_good_files_make_a_context_of_tls_1_2_and_the_citys_authority_alone(where: Access) -> None:
    found = access.load(where, NOW)
    assert found.password == "rahasia"
    assert found.context
    assert found.context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert found.context.verify_mode is ssl.CERT_REQUIRED
    assert found.context.check_hostname
    assert len(found.context.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "password").chmod(0o644), r"sync\.password_file.*chmod 600"),
        (lambda f: (f / "password").unlink(), r"sync\.password_file.*cannot be read"),
        (lambda f: (f / "password").write_bytes(b"\xff"), "is not text"),
        (lambda f: (f / f"{BOX}.key").chmod(0o640), r"sync\.tls_key.*chmod 600"),
        (lambda f: (f / f"{BOX}.key").write_text("x"), r"sync\.tls_key.*is not the unencrypted"),
        (lambda f: shutil.copy(f / "ca.key", f / f"{BOX}.key"), r"sync\.tls_key.*not the unenc"),
        (lambda f: (f / f"{BOX}.pem").write_text("x"), r"sync\.tls_cert.*holds no certificate"),
        (lambda f: (f / "ca.pem").write_text("x"), r"sync\.tls_ca.*holds no certificate"),
        (lambda f: (f / "ca.pem").unlink(), r"sync\.tls_ca.*cannot be read"),
    ],
)
def test_each_file_that_cannot_be_used_is_named_with_its_key(
    where: Access, folder: Path, spoil: Callable[[Path], object], words: str
) -> None:
    spoil(folder)
    with pytest.raises(AccessError, match=words) as error:
        access.load(where, NOW)
    assert error.value.fault.code == "files"
    assert "rahasia" not in str(error.value)


@pytest.mark.parametrize(
    ("years", "code"), [(-1, "clock"), (+3, "expired")], ids=["in the past", "in the future"]
)
def test_a_clock_that_is_years_wrong_is_told_apart(where: Access, years: int, code: str) -> None:
    with pytest.raises(AccessError) as error:
        access.load(where, NOW + timedelta(days=365 * years))
    assert error.value.fault.code == code
    assert "clock" in str(error.value)


def test_new_files_are_taken_and_broken_ones_leave_the_old_in_use(
    where: Access, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mqtt_link.keyring.LOOK_EVERY_S", 0)
    alarms: dict[str, str] = {}
    keyring = Keyring(where, alarms.__setitem__)
    assert keyring.take().password == "rahasia"
    assert not keyring.has_new()
    (folder / "password").chmod(0o644)
    assert not keyring.has_new()
    assert "chmod 600" in alarms["files"]
    assert keyring.take().password == "rahasia"
    (folder / "password").chmod(0o600)
    (folder / "password").write_text("baru")
    assert keyring.has_new()
    assert keyring.take().password == "baru"
    assert alarms == {"files": "", "expiry": ""}


@pytest.mark.parametrize(("days", "is_told"), [(29, True), (31, False)])
def test_a_certificate_that_ends_within_30_days_is_told_until_it_is_replaced(
    where: Access, folder: Path, monkeypatch: pytest.MonkeyPatch, days: int, is_told: bool
) -> None:
    monkeypatch.setattr("mqtt_link.keyring.LOOK_EVERY_S", 0)
    now = datetime.now(UTC)
    Certificates(folder).date(BOX, now - timedelta(days=300), now + timedelta(days=days))
    alarms: dict[str, str] = {}
    keyring = Keyring(where, alarms.__setitem__)
    keyring.take()
    end = f"our certificate {folder / BOX}.pem ends {now + timedelta(days=days):%Y-%m-%d}"
    assert alarms["expiry"].startswith(end) is is_told
    assert ("runbook" in alarms["expiry"]) is is_told
    Certificates(folder).date(BOX, now - timedelta(days=300), now + timedelta(days=400))
    assert keyring.has_new()
    assert alarms["expiry"] == ""


def test_an_authority_that_ends_soon_is_told_too(where: Access) -> None:
    ends = access.load(where, NOW).ends
    end = validity((where.tls_ca or Path()).read_text()).ends
    assert ends[f"the authority's certificate {where.tls_ca}"] == end


def test_time_that_passes_over_a_living_connection_brings_the_warning(
    where: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mqtt_link.keyring.LOOK_EVERY_S", 0)
    alarms: dict[str, str] = {}
    keyring = Keyring(where, alarms.__setitem__)
    keyring.take()
    assert alarms["expiry"] == ""
    monkeypatch.setattr("mqtt_link.fault.WARN_BEFORE", timedelta(days=4000))
    assert not keyring.has_new()
    assert "ends" in alarms["expiry"]


def test_without_good_files_there_is_nothing_to_connect_with(where: Access, folder: Path) -> None:
    (folder / "ca.pem").unlink()
    with pytest.raises(AccessError):
        Keyring(where, lambda _name, _words: None).take()
