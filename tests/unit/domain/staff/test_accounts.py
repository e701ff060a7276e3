"""Names, passwords and sessions of staff."""

import unicodedata

import pytest

from appliance.domain.errors import BadInput
from appliance.domain.staff import accounts as staff
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Role
from appliance.domain.staff.passwords import COST, Cost

CHEAP = Cost(log_n=2, r=1, p=1)
SALT = b"0123456789abcdef"


def test_roles_are_stored_by_these_words() -> None:
    assert [role.value for role in Role] == ["operator", "camat", "admin"]


@pytest.mark.parametrize("typed", ["sri", " Sri.Wahyuni ", "op-2", "a" * 30])
def test_names_are_kept_in_lower_case(typed: str) -> None:
    assert staff.account_name(typed) == typed.strip().lower()


@pytest.mark.parametrize("typed", ["", "a", "2op", "sri wahyuni", "a" * 31, "sr\ni", "srí", "-x"])
def test_other_names_are_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        staff.account_name(typed)


@pytest.mark.parametrize(
    ("password", "is_strong"),
    [
        ("empat kuda makan rumput", True),
        ("Kopi-3-Susu", True),
        ("kopi susu", False),
        ("kopi" * 40, False),
        ("aabbaabbaabb", False),
        ("saya-sri-2026", False),
        ("0812-3456-7890", False),
        ("1234567890", False),
        ("Pekanbaru2026!", False),
        ("p4ssword, password", True),
        ("password123", False),
    ],
)
def test_what_is_guessed_first_is_no_password(password: str, is_strong: bool) -> None:
    assert staff.is_strong(password, "sri") is is_strong


def test_a_password_is_known_again_and_another_is_not() -> None:
    stored = passwords.derive("kopi hitam", SALT, CHEAP)
    assert passwords.matches("kopi hitam", stored)
    assert not passwords.matches("kopi hitan", stored)
    assert "kopi" not in stored


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed = "kafé di pojok"
    stored = passwords.derive(composed, SALT, CHEAP)
    assert passwords.matches(unicodedata.normalize("NFD", composed), stored)


def test_the_same_password_is_stored_differently_with_another_salt() -> None:
    assert passwords.derive("kopi", SALT, CHEAP) != passwords.derive("kopi", SALT[::-1], CHEAP)


def test_a_hash_holds_sixteen_mebibytes() -> None:
    assert COST.memory_bytes == 16 * 1024 * 1024


def test_hashes_of_another_cost_are_still_understood() -> None:
    stored = passwords.derive("kopi", SALT, Cost(log_n=3, r=2, p=2))
    assert passwords.matches("kopi", stored)


def test_it_is_the_scrypt_of_rfc_7914() -> None:
    """Section 12, the second vector, as far as we keep of it."""
    key = passwords._key("password", b"NaCl", Cost(log_n=10, r=8, p=16))
    assert key.hex() == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
