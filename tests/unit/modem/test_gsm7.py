import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import gsm7
from modem.pdu.errors import PduError
from tests.sim import smscodec

ALPHABET = [char for char in smscodec.CODE if char != "\x1b"] + list(smscodec.ESCAPED)
gsm_texts = st.text(st.sampled_from(ALPHABET), max_size=170)


def test_both_codecs_agree_on_every_character():
    for char in ALPHABET:
        assert list(gsm7.encode(char)) == smscodec.to_septets(char)


@given(gsm_texts)
def test_text_survives_septets(text):
    assert gsm7.decode(gsm7.encode(text)) == text


@given(st.binary(max_size=160), st.integers(0, 6))
def test_septets_survive_packing_after_any_fill(octets, fill):
    septets = bytes(octet & 0x7F for octet in octets)
    assert gsm7.unpack(gsm7.pack(septets, fill), len(septets), fill) == septets


@pytest.mark.parametrize("length", [7, 8, 15, 16, 160])
def test_final_at_sign_is_kept_whatever_the_length(length):
    """SMS check 1."""
    text = "a" * (length - 1) + "@"
    assert gsm7.decode(gsm7.unpack(gsm7.pack(gsm7.encode(text)), length)) == text


@given(st.binary(max_size=50))
def test_any_septets_decode(octets):
    gsm7.decode(octets).encode("utf-8")


def test_unknown_extension_shows_its_basic_character():
    assert gsm7.decode(bytes([0x1B, 0x41])) == "A"


def test_double_and_final_escapes_show_a_space():
    assert gsm7.decode(bytes([0x1B, 0x1B, 0x41])) == " A"
    assert gsm7.decode(bytes([0x41, 0x1B])) == "A "


def test_character_outside_the_alphabet_is_refused():
    with pytest.raises(PduError):
        gsm7.encode("ő")


def test_data_shorter_than_its_count_is_refused():
    with pytest.raises(PduError):
        gsm7.unpack(b"\x00", 2)


@pytest.mark.parametrize(("octets", "bits"), [(0, 0), (6, 1), (7, 0), (3, 4)])
def test_fill_bits_reach_the_next_septet(octets, bits):
    assert gsm7.fill_bits(octets) == bits


def test_typographic_signs_become_plain():
    assert gsm7.plain("“Jalan”\u00a0rusak – ‘parah’…") == "\"Jalan\" rusak - 'parah'..."
