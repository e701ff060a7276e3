"""A certificate is good if a phone would accept it."""

from pathlib import Path

import pytest

from appliance.runtime.trust import refusal
from tests.wifi.authority import Authority

HOST = "wifi.kecamatan.test"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


def test_one_of_a_trusted_authority_is_accepted(authority: Authority) -> None:
    assert refusal(*authority.certify(HOST), HOST) == ""


def test_why_another_is_refused_is_told(authority: Authority, tmp_path: Path) -> None:
    good, key = authority.certify(HOST)
    assert "expired" in refusal(*authority.certify("old.test", HOST, days=-1), HOST)
    assert "self-signed" in refusal(*authority.self_signed(HOST), HOST)
    assert "mismatch" in refusal(*authority.certify("other.test"), HOST)
    assert "No such file" in refusal(tmp_path / "none.pem", key, HOST)
    assert "MISMATCH" in refusal(good, authority.certify("third.test")[1], HOST)
    assert "not usable" in refusal(Path(__file__), key, HOST)
