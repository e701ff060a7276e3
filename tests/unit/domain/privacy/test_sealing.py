import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content, Holder
from tests.conftest import START

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(1, 33))
KEY, OTHER_KEY = sealing.public_key(SECRET), sealing.public_key(OTHER_SECRET)
UNIT = Holder("DP3APM", KEY)
CONTENT = Content(request_id="r", at=START, said="laporan", text="kata rahasia")
P = 2**255 - 19


def refusal(act, *args) -> str:
    with pytest.raises(BadInput) as caught:
        act(*args)
    return str(caught.value)


@given(st.text(max_size=1500), st.sampled_from(["*", "DP3APM"]))
def test_whatever_is_sealed_is_opened_by_its_secret(text: str, unit: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    content = Content(request_id="r", at=START, said="laporan", text=text, name="Siti")
    sealed = sealing.seal(content, Holder(unit, KEY))
    assert sealed.isascii()
    assert "\n" not in sealed
    box = sealing.parse(sealed)
    assert box.holder == Holder(unit, KEY)
    assert sealing.unseal(box, SECRET) == (content, b"")


@given(st.binary(max_size=200_000))
def test_a_sealed_file_gives_its_bytes_back(data: bytes) -> None:
    sealed = sealing.seal_file(CONTENT, data, UNIT)
    assert sealing.unseal(sealing.parse(sealed), SECRET) == (CONTENT, data)


def test_the_same_words_are_never_sealed_to_the_same_bytes() -> None:
    assert sealing.seal(CONTENT, UNIT) != sealing.seal(CONTENT, UNIT)


def test_the_length_tells_no_more_than_blocks_of_512_bytes() -> None:
    def length(text: str) -> int:
        content = Content(request_id="r", at=START, said="laporan", text=text)
        return len(sealing.parse(sealing.seal(content, UNIT)).box) - 48

    assert {length("a" * n) for n in range(300)} == {512}
    assert {length("a" * n) % 512 for n in range(300, 4000, 37)} == {0}


def test_the_longest_report_that_can_be_sealed_is_not_too_long() -> None:
    """4,000 characters that take most bytes in JSON, with the longest name and place."""
    for sign in ("\U0001f600", '"', "\n"):
        content = Content(
            request_id="0" * 36,
            at=START,
            said="laporan",
            text=sign * 4000,
            name=sign * 80,
            location=sign * 200,
            phone="+" + "6" * 19,
            kelurahan="14.71.07.1001",
            category="x" * 40,
        )
        sealed = sealing.seal(content, Holder("A" * 40, KEY))
        assert sealing.checked(sealed) == sealed
        assert len(sealed) < sealing.SEALED_MAX_CHARS
    assert "at most" in refusal(sealing.checked, sealed + "A" * 40_000)


def test_another_secret_opens_nothing_and_learns_whose_it_is() -> None:
    sealed = sealing.parse(sealing.seal(CONTENT, UNIT))
    words = refusal(sealing.unseal, sealed, OTHER_SECRET)
    assert "sealed for DP3APM" in words
    assert sealing.short(KEY) in words
    assert "rahasia" not in words


@given(st.data())
def test_a_changed_box_is_never_opened(data: st.DataObject) -> None:
    box = sealing.parse(sealing.seal(CONTENT, UNIT)).box
    bit = data.draw(st.integers(0, len(box) * 8 - 1))
    changed = bytearray(box)
    changed[bit // 8] ^= 1 << bit % 8
    assert "damaged" in refusal(sealing.unseal, sealing.Sealed(UNIT, bytes(changed)), SECRET)
    cut = sealing.Sealed(UNIT, box[: bit // 8])
    assert "damaged" in refusal(sealing.unseal, cut, SECRET)


@given(
    st.binary(max_size=300)
    | st.binary(max_size=80).map(sealing.seal(CONTENT, UNIT).encode().__add__)
)
def test_no_bytes_break_the_reading(data: bytes) -> None:
    try:
        sealed = sealing.parse(data)
        sealing.unseal(sealed, SECRET)
    except BadInput as error:
        assert "rahasia" not in str(error)


def test_a_public_key_is_taken_as_it_is() -> None:
    assert sealing.parse_key(KEY) == KEY


@pytest.mark.parametrize(
    "text",
    ["", KEY.upper(), KEY[:-1], KEY + "0", KEY + "\n", KEY.replace("x25519", "ed25519"), "x25519:"],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    assert "write x25519: and 64 hex digits" in refusal(sealing.parse_key, text)


@pytest.mark.parametrize("point", [*sorted(sealing._SMALL_ORDER), P, P + 1])
@pytest.mark.parametrize("top", [0, 1 << 255])
def test_a_key_that_protects_nothing_is_refused_as_libsodium_would(point: int, top: int) -> None:
    from nacl.bindings import crypto_scalarmult

    raw = (point | top).to_bytes(32, "little")
    with pytest.raises(RuntimeError):
        crypto_scalarmult(SECRET, raw)
    assert "protects nothing" in refusal(sealing.parse_key, "x25519:" + raw.hex())


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"DP3APM": KEY}, "no key for *"),
        ({"*": KEY, "dp3apm": KEY}, "'dp3apm' is no unit"),
        ({"*": "x25519:" + "0" * 64}, "protects nothing"),
        ({"*": KEY} | {f"U{n}": KEY for n in range(64)}, "too many"),
    ],
)
def test_keys_that_would_leave_reports_readable_are_refused(keys: dict[str, str], why: str) -> None:
    assert why in refusal(sealing.parse_keys, keys)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "names no key"),
        ([{"unit": "*"}], "columns"),
        ([{"unit": "*", "key": KEY, "more": "x"}], "columns"),
        ([{"unit": "*", "key": KEY}, {"unit": "*", "key": OTHER_KEY}], "two keys"),
        ([{"unit": "DP3APM", "key": KEY}], "no key for *"),
    ],
)
def test_a_bad_table_is_refused(rows: list[dict[str, str]], why: str) -> None:
    assert why in refusal(sealing.parse_table, rows)


def test_a_unit_without_a_key_of_its_own_has_that_of_all() -> None:
    keys = sealing.parse_table([{"unit": "*", "key": OTHER_KEY}, {"unit": "DP3APM", "key": KEY}])
    assert sealing.holder(keys, "DP3APM") == UNIT
    assert sealing.holder(keys, "POLRESTA") == Holder("*", OTHER_KEY)
    assert sealing.holder({}, "DP3APM") is None


def test_the_placeholder_names_only_the_unit() -> None:
    assert sealing.placeholder(UNIT) == "(tersegel untuk DP3APM)"
    assert sealing.placeholder(Holder("*", KEY)) == "(tersegel)"
