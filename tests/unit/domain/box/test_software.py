import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.box import software
from appliance.domain.box.software import HEAD_MAX_BYTES, BadUpdate
from appliance.domain.city import signature
from tests.support.an_update import MANIFEST

SECRET, OTHER_SECRET = bytes(range(32)), bytes(32)


KEY, OTHER_KEY = signature.public_key(SECRET), signature.public_key(OTHER_SECRET)


HEAD = software.head(SECRET, MANIFEST)


def refusal(start: bytes, *keys: str) -> str:
    with pytest.raises(BadUpdate) as caught:
        software.read_head(start, keys or (KEY,))
    return str(caught.value)


@given(st.binary(max_size=300))
def test_a_head_is_read_back_with_who_signed_it_and_where_the_package_begins(rest: bytes) -> None:
    found = software.read_head(HEAD + rest, (OTHER_KEY, KEY))
    assert (found.manifest, found.key, found.size_bytes) == (MANIFEST, KEY, len(HEAD))
    assert software.claimed(HEAD + rest) == MANIFEST


@given(st.integers(0, len(HEAD) * 8 - 1))
def test_a_flipped_bit_anywhere_is_refused(bit: int) -> None:
    changed = bytearray(HEAD)
    changed[bit // 8] ^= 1 << bit % 8
    assert refusal(bytes(changed) + b"the package" * 1000)


@given(st.integers(0, len(HEAD) - 1))
def test_a_head_that_is_cut_anywhere_is_refused(kept: int) -> None:
    assert refusal(HEAD[:kept])


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: HEAD[:19] + rest))
def test_no_bytes_break_the_reader_and_none_pass(start: bytes) -> None:
    assert refusal(start)


def test_a_length_beyond_the_bound_is_not_read() -> None:
    assert "damaged" in refusal(HEAD[:15] + b"\xff\xff\xff\xff" + bytes(HEAD_MAX_BYTES))


def test_each_refusal_says_what_to_do() -> None:
    assert "release_keys" in refusal(HEAD, OTHER_KEY)
    assert ".poskoupdate" in refusal(b"PK\x03\x04 a zip")
    unsigned = HEAD[:15] + (2).to_bytes(4, "big") + b"{}"
    assert "updates sign" in refusal(unsigned)


def test_what_the_city_signs_for_its_boxes_is_no_update() -> None:
    body = HEAD[19 + signature.FRAME_BYTES :]
    frame = signature.sign(SECRET, "posko/1/1471/147107/down/ev", body)
    assert refusal(HEAD[:15] + len(frame).to_bytes(4, "big") + frame)


def test_a_manifest_that_is_none_is_refused_though_it_is_signed() -> None:
    for body in (b"{}", b"no", b'{"version":"../../etc"}'):
        frame = signature.sign(SECRET, "posko-update/1", body)
        assert "later way" in refusal(HEAD[:15] + len(frame).to_bytes(4, "big") + frame)
