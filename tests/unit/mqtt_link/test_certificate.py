from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt_link.certificate import validity, validity_of_der
from tests.support.city_broker import Certificates


@pytest.mark.parametrize("year", [2027, 2055], ids=["UTCTime", "GeneralizedTime"])
def test_the_dates_of_a_certificate_are_read_as_openssl_wrote_them(
    tmp_path: Path, year: int
) -> None:
    certificates = Certificates(tmp_path)
    certificates.make("box", "147107")
    begins = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
    ends = datetime(year, 1, 2, tzinfo=UTC)
    certificates.date("147107", begins, ends)
    found = validity((tmp_path / "147107.pem").read_text())
    assert (found.begins, found.ends) == (begins, ends)


def test_the_authority_is_valid_for_ten_years(tmp_path: Path) -> None:
    Certificates(tmp_path)
    found = validity((tmp_path / "ca.pem").read_text())
    assert found.ends - found.begins == timedelta(days=3650)


@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_a_value_error(der: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        validity_of_der(der)


def test_a_file_without_a_certificate_says_so() -> None:
    with pytest.raises(ValueError, match="holds no certificate"):
        validity("-----BEGIN PRIVATE KEY-----")
