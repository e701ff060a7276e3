import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890", "0812-3456-7890", "+62 812 3456 7890", "6281234567890",
        "006281234567890", "(0812) 3456.7890", " 0812 3456 7890 ",
    ],
)  # fmt: skip
def test_every_indonesian_way_to_write_a_number_gives_one_key(typed: str) -> None:
    assert Msisdn.parse(typed).e164 == "+6281234567890"


@pytest.mark.parametrize(
    "typed",
    [
        "", "abc", "08", "0812345", "0761-23456", "1" * 50, "+", "112",
        "-", "--", "0", "+62", "tidak ada", "0800 lupa nomor",
    ],
)  # fmt: skip
def test_wrong_numbers_are_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match=r"Contoh|telepon rumah"):
        Msisdn.parse(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_bad_input(typed: str) -> None:
    with contextlib.suppress(BadInput):
        assert Msisdn.parse(typed).e164.startswith("+")


def test_a_masked_number_shows_neither_the_middle_nor_its_whole() -> None:
    phone = Msisdn.parse("081234567890")
    assert phone.masked == "+62812xxxxxx90"
    assert "34567890" not in str(phone)
    assert phone.grouped == "0812-3456-7890"
