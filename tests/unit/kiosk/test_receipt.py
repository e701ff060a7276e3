"""The slip: whole numbers and no long line on any paper, and nothing of what was told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.kiosk.receipt import COLUMNS_MIN, Line, Office, Slip, slip
from tests.builders import a_request
from tests.support.slips import EN, ID, OFFICE, offices, stored


def text_of(printed: Slip) -> str:
    return "\n".join(line.text for line in (*printed.head, *printed.foot))


@given(stored, offices, st.integers(COLUMNS_MIN, 80), st.sampled_from([ID, EN]))
def test_no_line_is_longer_than_the_paper_and_the_number_is_whole(
    request: ServiceRequest, office: Office, columns: int, words
) -> None:
    printed = slip(request, office, columns, words)
    lines: list[Line] = [*printed.head, *printed.foot]
    assert all(len(line.text) * line.scale <= columns for line in lines)
    assert all(line.text.isascii() and line.text.isprintable() for line in lines)
    [large] = [line for line in lines if line.text == str(request.ticket)]
    assert large.scale == max(line.scale for line in lines)
    assert [line for line in lines if line.text == f"CEK {request.ticket}"]
    assert printed.address == f"{office.portal_url}/tiket/{request.ticket.digits}"


def test_a_slip_says_where_when_and_how_to_ask() -> None:
    printed = text_of(slip(a_request(), OFFICE, 32, ID))
    for expected in (
        "Kecamatan Bukit Raya",
        "07 123 450",
        "21-11-2026 09.00 WIB",
        "Tentang: Sampah",
        "SMS ke 0812-3456-7890:",
        "CEK 07 123 450",
        "posko.lan",
        "112",
    ):
        assert expected in printed


def test_a_slip_speaks_the_language_of_the_screen() -> None:
    printed = text_of(slip(a_request(), OFFICE, 48, EN))
    assert "Your report number:" in printed
    assert "laporan Anda" not in printed


@pytest.mark.parametrize("columns", [32, 48])
@pytest.mark.parametrize("sensitivity", [Sensitivity.MASKED, Sensitivity.CONFIDENTIAL])
def test_the_slip_of_what_is_not_public_names_no_topic(
    sensitivity: Sensitivity, columns: int
) -> None:
    told = a_request(category="kekerasan", text="Saya dipukul suami", sensitivity=sensitivity)
    other = a_request(category="pungli_aparat", text="Diminta uang", sensitivity=sensitivity)
    assert slip(told, OFFICE, columns, ID) == slip(other, OFFICE, columns, ID)


@given(st.text(st.characters(categories=["L", "N"]), min_size=12, max_size=60))
def test_no_slip_has_the_text_of_the_report(text: str) -> None:
    told = a_request(text=text, location=text, reporter_name=text)
    assert slip(told, OFFICE, 32, ID) == slip(a_request(), OFFICE, 32, ID)


def test_a_pin_stands_large_on_the_slip_and_only_where_one_is_given() -> None:
    printed = slip(a_request(), OFFICE, 32, ID, pin="0427")
    assert Line(text="PIN 0427", scale=2, is_centred=True) in printed.head
    assert "PIN" not in text_of(slip(a_request(), OFFICE, 32, ID))


def test_letters_that_printers_lack_are_replaced() -> None:
    office = Office(
        kecamatan="Café Ñandú 寺", city="–", portal_url="http://posko.lan", sms_number=None
    )
    printed = text_of(slip(a_request(), office, 32, ID))
    assert "Kecamatan Cafe Nandu ?" in printed
    assert "SMS ke nomor Posko:" in printed
