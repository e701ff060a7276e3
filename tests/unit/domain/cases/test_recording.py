"""What counts as a recording, and how a text says that its words are in one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.recording import (
    MAX_BYTES,
    NOT_KEPT,
    PLACEHOLDER,
    is_one,
    parse_seconds,
    text_with,
    words_of,
)
from tests.support.voices import a_voice


def test_a_recording_is_known_by_its_first_bytes_and_bounded() -> None:
    assert is_one(a_voice())
    assert not is_one(a_voice().replace(b"webm", b"mkv!"))
    assert not is_one(b"OggS" + a_voice())
    assert not is_one(a_voice() + bytes(MAX_BYTES))


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_recording_without_its_header(data: bytes) -> None:
    assert not is_one(data) or data.startswith(a_voice()[:4])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1", 1), ("60", 60), ("61", None), ("0", None), ("", None), ("-5", None), ("٣", None)],
)
def test_it_lasts_a_minute_at_most(value: str, seconds: int | None) -> None:
    assert parse_seconds(value) == seconds


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("words", ["", "Sampah menumpuk"])
def test_the_words_beside_it_can_be_told_apart(words: str, is_kept: bool) -> None:
    text = text_with(words, is_kept=is_kept)
    assert text.startswith(PLACEHOLDER if is_kept else NOT_KEPT)
    assert words_of(text) == words
    assert words_of(words) == words
