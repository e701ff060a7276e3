from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases.service_request import (
    TRANSITIONS,
    Channel,
    Draft,
    IllegalMove,
    Kind,
    Sensitivity,
    Status,
    clean_text,
    move,
    submission_id,
)
from appliance.domain.errors import BadInput


def test_stored_words_never_change() -> None:
    assert [c.value for c in Channel] == ["portal", "kiosk", "sms", "telepon"]
    assert [k.value for k in Kind] == [
        "pengaduan", "aspirasi", "permintaan_informasi", "darurat", "cek_status", "spam",
    ]  # fmt: skip
    assert [s.value for s in Sensitivity] == ["publik", "disamarkan", "rahasia"]
    assert [s.value for s in Status] == [
        "diterima", "terverifikasi", "diteruskan", "diproses", "selesai", "ditutup",
        "butuh_kelengkapan", "ditunda", "bukan_wewenang", "gabungan", "dibuka_lagi", "diarsipkan",
    ]  # fmt: skip


def test_every_status_has_a_row_in_the_table_and_a_way_on() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert all(TRANSITIONS.values())


def test_every_status_but_the_first_and_verified_can_be_reached_from_every_other() -> None:
    for start in Status:
        reached, frontier = {start}, [start]
        while frontier:
            for after in TRANSITIONS[frontier.pop()] - reached:
                reached.add(after)
                frontier.append(after)
        assert reached >= set(Status) - {Status.RECEIVED, Status.VERIFIED}


@given(st.sampled_from(Status), st.sampled_from(Status))
def test_a_move_is_made_or_refused_by_the_table(current: Status, wanted: Status) -> None:
    if wanted in TRANSITIONS[current]:
        assert move(current, wanted) is wanted
    else:
        with pytest.raises(IllegalMove):
            move(current, wanted)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_a_draft_without_text_or_with_a_book_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        Draft(channel=Channel.SMS, text=text, submission_id="1")


@given(st.text(st.characters(codec=None, exclude_categories=[])))
def test_clean_text_can_always_be_stored_as_utf8(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned


def test_clean_text_keeps_emoji_and_repairs_halves_of_them() -> None:
    assert clean_text(" lampu 💡\r\nmati ") == "lampu 💡\nmati"
    assert clean_text("a\ud83d") == "a\ufffd"
    assert clean_text("\ud83d\udca1") == "💡"


PAGE = UUID("6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11")


def test_the_same_page_and_content_are_the_same_submission() -> None:
    assert submission_id(PAGE, "a", "b") == submission_id(PAGE, "a", "b")
    assert UUID(submission_id(PAGE, "a", "b"))


def test_another_content_or_another_page_is_another_submission() -> None:
    ids = {
        submission_id(PAGE, "a", ""),
        submission_id(PAGE, "", "a"),
        submission_id(PAGE, "b", ""),
        submission_id(UUID(int=1), "a", ""),
    }
    assert len(ids) == 4
