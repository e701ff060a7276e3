import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import phrases, reference
from appliance.domain.phrases import TEMPLATES, render
from appliance.domain.service_request import Status

LONGEST_AGENCY = max((a.short_name for a in reference.agencies().values()), key=len)
LONGEST_STATUS = max(phrases.STATUS_WORDS.values(), key=len)
FILLING = {
    "ticket": "07 123 450",
    "tickets": "07 123 450 Butuh kelengkapan; 07 123 467 ditangani; 07 123 473 Diproses",
    "typed": "0812345678901234567890",
    "status": LONGEST_STATUS,
    "agency": LONGEST_AGENCY,
    "date": phrases.short_date(datetime(2026, 12, 31, tzinfo=UTC)),
    "message": "hubungi 081234567890 atau https://example.com/x, biaya Rp1500000 di 12345678",
}
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_template_passes_the_operators_filters(key: str) -> None:
    text = render(key, **FILLING)
    assert not re.search(r"[0-9]{4}", text)
    assert "://" not in text
    words = set(re.findall(r"[a-z]+", TEMPLATES[key].lower()))
    assert not words & set(phrases.BLOCKED_WORDS)
    assert set(text) <= GSM7


@pytest.mark.parametrize("key", [key for key in TEMPLATES if key != "status_changed"])
def test_every_template_fits_one_sms(key: str) -> None:
    assert len(render(key, **{**FILLING, "typed": "07 123 456"})) <= 160


def test_a_status_change_with_a_long_message_fits_two_sms() -> None:
    assert len(render("status_changed", **{**FILLING, "message": "x " * 500})) <= 306


@given(st.text(max_size=500))
def test_no_free_text_can_bring_a_long_number_into_a_text(message: str) -> None:
    text = render("status_changed", **{**FILLING, "message": message})
    assert not re.search(r"[0-9]{4}", text)


def test_braces_in_free_text_are_only_text() -> None:
    assert "{ticket}" in render("status_changed", **{**FILLING, "message": "{ticket} {x}"})


def test_every_status_has_a_word() -> None:
    assert set(phrases.STATUS_WORDS) == set(Status)
