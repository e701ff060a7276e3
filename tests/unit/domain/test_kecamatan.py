import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain import kecamatan


def test_every_kecamatan_of_the_country_is_there_once() -> None:
    codes = [place.code for place in kecamatan.every()]
    assert len(codes) == len(set(codes)) == 7285
    assert len({place.city for place in kecamatan.every()}) == 514


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Bukit Raya", "14.71.07"),
        ("bukit raya pekan", "14.71.07"),
        ("bukit raya kating", "62.06.13"),
        ("14.71.07", "14.71.07"),
        ("  tenayan ", "14.71.10"),
    ],
)
def test_the_likeliest_comes_first(typed: str, code: str) -> None:
    assert kecamatan.search(typed, 9)[0].code == code


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_whatever_is_typed_finds_a_few_or_none(typed: str) -> None:
    assert len(kecamatan.search(typed, 8)) <= 8


def test_nothing_typed_finds_nothing() -> None:
    assert kecamatan.search("  ", 8) == []
