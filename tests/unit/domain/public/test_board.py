"""What everybody may read of a request."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.public import board
from appliance.domain.public.board import Refusal, Section
from tests.builders import a_request

MAY = {"has_consent": True, "is_erased": False, "has_answer": True}


def test_an_ordinary_report_with_consent_may_be_shown() -> None:
    assert board.refusal(a_request(), **MAY) is None


@pytest.mark.parametrize(
    ("changes", "facts", "reason"),
    [
        ({}, {"has_consent": False}, Refusal.NO_CONSENT),
        ({}, {"is_erased": True}, Refusal.ERASED),
        ({"sensitivity": Sensitivity.CONFIDENTIAL}, {}, Refusal.CONFIDENTIAL),
        ({"sealed": "x"}, {}, Refusal.CONFIDENTIAL),
        ({"marks": frozenset({Mark.ALERT})}, {}, Refusal.ALERT),
        ({"kind": Kind.SPAM}, {}, Refusal.SPAM),
        ({"kind": Kind.INFORMATION}, {"has_answer": False}, Refusal.NO_ANSWER),
    ],
    ids=lambda value: value if isinstance(value, Refusal) else "",
)
def test_what_may_not_be_shown_is_refused_with_its_reason(changes, facts, reason) -> None:
    assert board.refusal(a_request(**changes), **{**MAY, **facts}) is reason
    assert board.WHY[reason]


def test_questions_stand_apart_from_reports() -> None:
    assert board.section(a_request()) is Section.BOARD
    assert board.section(a_request(kind=Kind.INFORMATION)) is Section.QUESTIONS


def test_what_staff_write_is_masked_like_what_residents_write() -> None:
    request = a_request(text="Sampah, hubungi 081234567890", reporter_name="Siti Zubaidah")
    assert board.public_text(request) == "Sampah, hubungi (angka)"
    written = "Bu Zubaidah, 0812 3456 7890, BM 1234 AB: sampah"
    for secret in ("Zubaidah", "3456", "1234"):
        assert secret not in board.public_text(request, written)


def test_of_a_topic_that_is_not_for_everybody_no_text_is_shown() -> None:
    request = a_request(sensitivity=Sensitivity.MASKED, text="KTP saya hilang")
    assert board.public_text(request, "KTP hilang") == ""
    question = a_request(
        sensitivity=Sensitivity.MASKED,
        kind=Kind.INFORMATION,
        text="KTP Siti hilang, apa syaratnya?",
    )
    assert board.public_text(question) == ""
    assert board.public_text(question, "Syarat KTP hilang?") == "Syarat KTP hilang?"


@settings(max_examples=60)
@given(st.text(max_size=4000))
def test_a_public_text_is_bounded_and_has_no_long_number(text: str) -> None:
    told = f"Sampah {text} 081234567890"
    shown = board.public_text(a_request(text=told))
    assert len(shown) <= board.TEXT_MAX_CHARS
    assert "081234567890" not in shown


@pytest.mark.parametrize("text", ["", "  \n", "a" * 2001])
def test_an_answer_says_something_and_is_bounded(text: str) -> None:
    with pytest.raises(BadInput):
        board.checked_answer(text)
