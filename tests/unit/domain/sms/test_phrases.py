import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain import reference
from appliance.domain.cases.service_request import Status
from appliance.domain.city import city_tables
from appliance.domain.sms import operator_filter, phrases
from appliance.domain.sms.phrases import TEMPLATES, render

ADVISING = {key for key in TEMPLATES if "{advice}" in TEMPLATES[key]}
LONG = {
    *("status_changed", "status_resolved", "received_elsewhere", "forward", "forward_emergency"),
    *("question_answered", "question_answered_more"),
    *ADVISING,
}
"""They carry what somebody wrote, advice, or who else answers and how to get there."""
LONGEST_AGENCY = max((a.short_name for a in reference.agencies().values()), key=len)
DESTINATIONS = city_tables.as_shipped().destinations
LONGEST_STATUS = max(phrases.STATUS_WORDS.values(), key=len)
FILLING = {
    "ticket": "07 123 450",
    "tickets": "07 123 450 Butuh kelengkapan; 07 123 467 ditangani; 07 123 473 Diproses",
    "typed": "0812345678901234567890",
    "verb": "SELESAI",
    "wanted": "Selesai",
    "status": LONGEST_STATUS,
    "agency": LONGEST_AGENCY,
    "date": phrases.short_date(datetime(2026, 12, 31, tzinfo=UTC)),
    "category": max((c.name for c in reference.categories().values()), key=len),
    "text": "lampu jalan mati sejak 3 hari di depan masjid, gelap sekali kalau malam",
    "destination": max((d.name for d in DESTINATIONS), key=len),
    "contact": max((d.contact for d in DESTINATIONS), key=len),
    "also": " atau 113",
    "advice": max((c.advice for c in reference.categories().values()), key=len),
    "message": "hubungi 081234567890 atau https://example.com/x, biaya Rp1500000 di 12345678",
}
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
FORBIDDEN = re.compile(
    rf"(?<![a-z])({'|'.join(map(re.escape, operator_filter.forbidden_words()))})(nya|an)?(?![a-z])",
    re.I,
)
ODD_WORDS = (
    *operator_filter.forbidden_words(),
    "PIN", "Kode  verifikasi", "08123456789", "12 345", "٠٨١٢٣٤٥٦", "１２３４５", "رقم",
    "bit.ly/x", "://", "://x", "shp.ee/x", "nomornya", "jutaan", "HTTPS://posko.go.id/a?b",
    "www.x.id", "dok.com", "jl.rajawali", "Rp1500000", "“jalan”", "–", "😀", "Ãśé", "\n",
)  # fmt: skip
values = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(ODD_WORDS), max_size=12).map(" ".join),
    st.lists(st.sampled_from(["1", "2", "pin", ".", "otp"]), max_size=12).map("".join),
)


def assert_passes(text: str) -> None:
    assert not re.search(r"[0-9]{4}", text)
    assert not re.search(r"://|www\.|\.(com|id|ly)\b", text, re.I)
    assert not FORBIDDEN.search(text)
    assert set(text) <= GSM7


@pytest.mark.parametrize("key", TEMPLATES)
def test_no_template_holds_a_word_of_the_filters_even_inside_another_word(key: str) -> None:
    """SMS check 32."""
    bare = TEMPLATES[key].lower()
    assert [word for word in operator_filter.forbidden_words() if word in bare] == []


@pytest.mark.parametrize("key", TEMPLATES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_template_with_any_filling_passes_the_operators_filters(
    key: str, data: st.DataObject
) -> None:
    """SMS checks 31 and 32: also typographic signs become plain, so that a text stays short."""
    filling = {name: data.draw(values) for name in FILLING}
    assert_passes(render(key, **filling))
    assert_passes(render(key, **FILLING))


def test_every_name_that_fills_a_template_passes() -> None:
    """SMS check 32."""
    names = [*phrases.STATUS_WORDS.values()]
    names += [agency.short_name for agency in reference.agencies().values()]
    names += [category.name for category in reference.categories().values()]
    names += [word for d in DESTINATIONS for word in (d.name, d.contact)]
    names += [category.advice for category in reference.categories().values()]
    for name in names:
        assert_passes(operator_filter.safe(name, 160))


@pytest.mark.parametrize("key", [key for key in TEMPLATES if key not in LONG])
def test_every_template_fits_one_sms(key: str) -> None:
    assert len(render(key, **{**FILLING, "typed": "07 123 456"})) <= 160


@pytest.mark.parametrize("key", sorted(LONG))
def test_a_text_that_carries_what_somebody_wrote_fits_two_sms(key: str) -> None:
    long = FILLING if key in ADVISING else {**FILLING, "message": "x " * 500, "text": "x " * 500}
    assert len(render(key, **long)) <= 306


@given(st.text(max_size=500))
def test_no_free_text_can_bring_a_long_number_into_a_text(message: str) -> None:
    text = render("status_changed", **{**FILLING, "message": message})
    assert not re.search(r"[0-9]{4}", text)


def test_braces_in_free_text_are_only_text() -> None:
    assert "{ticket}" in render("status_changed", **{**FILLING, "message": "{ticket} {x}"})


def test_every_status_has_a_word() -> None:
    assert set(phrases.STATUS_WORDS) == set(Status)


@given(st.text(max_size=300))
def test_what_is_safe_stays_as_it_is_and_within_its_bound(text: str) -> None:
    safe = operator_filter.safe(text, 160)
    assert len(safe) <= 160
    assert operator_filter.safe(safe, 160) == safe


@pytest.mark.parametrize("text", ["di pinggir jalan", "lampu jl.rajawali", "pak bendahara RT 03"])
def test_everyday_words_stay_as_they_are(text: str) -> None:
    assert operator_filter.safe(text, 160) == text
