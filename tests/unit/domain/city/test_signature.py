import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.city import signature
from appliance.domain.city.signature import FRAME_BYTES, MARKER
from appliance.domain.errors import BadInput, WireError

SECRET, OTHER_SECRET = bytes(range(32)), bytes(32)
KEY, OTHER_KEY = signature.public_key(SECRET), signature.public_key(OTHER_SECRET)
TOPIC = "posko/1/1471/147107/down/ev"
BODY = b'{"v":1}'
SIGNED = signature.sign(SECRET, TOPIC, BODY)


def refusal(payload: bytes, topic: str = TOPIC, *keys: str) -> str:
    with pytest.raises(WireError) as caught:
        signature.verified(payload, topic, keys or (KEY,))
    return caught.value.code


@given(st.binary(max_size=2000))
def test_whatever_is_signed_is_read_back_and_its_signer_named(body: bytes) -> None:
    payload = signature.sign(SECRET, TOPIC, body)
    assert signature.verified(payload, TOPIC, (OTHER_KEY, KEY)) == (body, KEY)
    assert signature.unsigned(payload) == body


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: MARKER + rest))
def test_no_bytes_break_the_check_and_none_pass_it(payload: bytes) -> None:
    expected = "signature" if payload.startswith(MARKER) else "unsigned"
    assert refusal(payload) == expected


@given(st.integers(0, len(SIGNED) * 8 - 1))
def test_a_flipped_bit_anywhere_is_noticed(bit: int) -> None:
    changed = bytearray(SIGNED)
    changed[bit // 8] ^= 1 << bit % 8
    expected = "unsigned" if bit < len(MARKER) * 8 else "signature"
    assert refusal(bytes(changed)) == expected


@given(st.integers(0, len(TOPIC) * 7 - 1))
def test_a_changed_topic_is_noticed(bit: int) -> None:
    topic = bytearray(TOPIC.encode())
    topic[bit // 7] ^= 1 << bit % 7
    assert refusal(SIGNED, topic.decode()) == "signature"


def test_topic_and_body_cannot_be_traded_for_each_other() -> None:
    """The zero byte between them belongs to neither: no topic of MQTT holds one."""
    assert refusal(SIGNED[:FRAME_BYTES] + BODY[1:], TOPIC + BODY[:1].decode()) == "signature"


def test_a_cut_frame_is_refused_at_every_length() -> None:
    for length in range(len(SIGNED)):
        assert refusal(SIGNED[:length]) in ("unsigned", "signature")


def test_another_city_is_not_believed() -> None:
    assert refusal(SIGNED, TOPIC, OTHER_KEY) == "signature"


def test_a_body_without_a_frame_is_taken_as_it_is_where_nothing_is_checked() -> None:
    assert signature.unsigned(BODY) == BODY


@pytest.mark.parametrize(
    "text",
    ["", "ed25519:" + "0" * 63, KEY.upper(), KEY + "\n", KEY[8:], "ed25519:01" + "00" * 31],
    ids=["empty", "short", "upper case", "line end", "without name", "of small order"],
)
def test_what_is_no_key_is_said_so(text: str) -> None:
    with pytest.raises(BadInput, match="is not a public key"):
        signature.parse_key(text)


def test_a_key_is_as_the_settings_write_it() -> None:
    assert signature.parse_key(KEY) == KEY
    assert signature.short(KEY) == "ed25519:" + KEY[8:16]


def test_the_algorithm_is_that_of_rfc_8032() -> None:
    """Test 1 of its section 7.1, so that other programs can check what we sign."""
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signature.public_key(secret) == f"ed25519:{public}"
