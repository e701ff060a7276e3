import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import concat
from modem.pdu.dcs import Alphabet
from modem.pdu.errors import PduError
from modem.pdu.user_data import UserData

long_texts = st.one_of(
    st.text(st.sampled_from("abc @{}[]~^|\\€\n"), max_size=700),
    st.text(st.sampled_from("aé–😀𝄞漢"), max_size=400),
)


@given(long_texts, st.integers(0, 255))
def test_split_parts_join_to_the_text(text, reference):
    segments = concat.split(text, reference)
    assert concat.join([segment.content for segment in segments]) == text


@given(long_texts)
def test_every_part_alone_is_readable(text):
    parts = [concat.join([segment.content]) for segment in concat.split(text, 1)]
    assert "".join(parts) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("{" * 80, 1),
        ("a" * 159 + "{", 2),
        ("–" * 70, 1),
        ("–" * 71, 2),
        ("–" * 134, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_as_few_as_fit(text, parts):
    assert len(concat.split(text, 9)) == parts


def test_extension_character_is_not_cut():
    first, second = concat.split("a" * 152 + "{" + "b" * 20, 9)
    assert len(first.content.body) == 152
    assert concat.join([second.content]).startswith("{")


def test_emoji_cut_between_parts_by_the_sender_is_whole_after_joining():
    """SMS check 3."""
    octets = "ab😀cd".encode("utf-16-be")
    parts = [UserData(alphabet=Alphabet.UCS2, body=body) for body in (octets[:6], octets[6:])]
    assert concat.join(parts) == "ab😀cd"


def test_escape_cut_between_parts_by_the_sender_is_whole_after_joining():
    parts = [UserData(alphabet=Alphabet.GSM7, body=body) for body in (b"a\x1b", b"\x28b")]
    assert concat.join(parts) == "a{b"


@pytest.mark.parametrize("body", [b"\xd8\x3d", b"\x00a\xde\x00\x00b", b"\x00a\x00"])
def test_broken_utf16_becomes_text_that_utf8_can_hold(body):
    """SMS checks 2 and 3."""
    text = concat.join([UserData(alphabet=Alphabet.UCS2, body=body)])
    assert "\ufffd" in text
    text.encode("utf-8")


def test_lone_surrogate_is_sent_as_replacement():
    assert concat.join([concat.split("\ud83d", 0)[0].content]) == "\ufffd"


def test_text_above_255_parts_is_refused():
    with pytest.raises(PduError):
        concat.split("a" * (153 * 255 + 1), 0)
