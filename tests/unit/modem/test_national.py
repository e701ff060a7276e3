"""National language tables, against an independent copy of 3GPP 23.038 annex A."""

import gsmcodecs
import pytest

from modem.pdu import concat, gsm7, national
from modem.pdu.dcs import Alphabet
from modem.pdu.udh import Element
from modem.pdu.user_data import UserData

SINGLE, LOCKING = 0x24, 0x25
TURKISH, PORTUGUESE, HINDI, KANNADA, TELUGU, URDU = 1, 3, 6, 7, 12, 13
# Where the copy differs from a third one and from the order of the script: it has an apostrophe for
# the comma of all Indic scripts and Urdu, the letter PA twice in Kannada, no euro in Telugu.
COMMA, KANNADA_DDA, TELUGU_EURO = 0x2C, (KANNADA, 0x24), (TELUGU, 0x65)


def a_part(septets, **languages):
    ieis = {"locking": LOCKING, "single": SINGLE}
    elements = tuple(
        Element(iei=ieis[kind], data=bytes([language])) for kind, language in languages.items()
    )
    return UserData(alphabet=Alphabet.GSM7, body=bytes(septets), elements=elements)


@pytest.mark.parametrize("language", range(1, 14))
def test_locking_tables_agree_with_an_independent_copy(language):
    tables = national.alphabet(language, None)
    theirs = gsmcodecs.GSMCHARMAPS[language].get("locking", gsmcodecs.GSMCHARMAPS[0]["locking"])
    for code in set(range(128)) - {gsm7.ESCAPE}:
        if (language >= 4 and code == COMMA) or (language, code) == KANNADA_DDA:
            continue
        assert ord(tables.basic.get(code, "\0")) == theirs["decode"].get(code, 0), hex(code)


@pytest.mark.parametrize("language", range(1, 14))
def test_single_shift_tables_agree_with_an_independent_copy(language):
    tables = national.alphabet(None, language)
    theirs = gsmcodecs.GSMCHARMAPS[language]["singleShift"]["decode"]
    for code in set(range(128)) - {gsm7.ESCAPE}:
        if (language, code) == TELUGU_EURO:
            continue
        assert ord(tables.extension.get(code, "\0")) == theirs.get(code, 0), hex(code)


@pytest.mark.parametrize(
    ("septets", "languages", "text"),
    [
        (b"\x1bS\x1bs", {"single": TURKISH}, "Şş"),
        (b"\x04\x07", {"locking": TURKISH}, "€ı"),
        (b"\x1be\x1b\x28", {"locking": TURKISH, "single": TURKISH}, "€{"),
        (b"\x1bA", {"single": PORTUGUESE}, "À"),
        (b"\x00,", {"locking": HINDI}, "\u0901,"),
        (b"\x24", {"locking": KANNADA}, "\u0ca1"),
        (b"\x1be", {"single": TELUGU}, "€"),
        (b"\x07", {"locking": URDU}, "\u062a"),
    ],
)
def test_header_names_the_tables(septets, languages, text):
    assert concat.join([a_part(septets, **languages)]) == text


@pytest.mark.parametrize("language", [0, 14, 255])
def test_reserved_language_is_read_by_the_default_tables(language):
    assert concat.join([a_part(b"\x00\x1be", locking=language, single=language)]) == "@€"


def test_element_without_a_language_is_ignored():
    part = UserData(alphabet=Alphabet.GSM7, body=b"\0", elements=(Element(iei=LOCKING, data=b""),))
    assert concat.join([part]) == "@"


def test_code_that_a_table_leaves_empty_is_a_replacement():
    assert concat.join([a_part(b"\x0c", locking=7)]) == "\ufffd"


def test_extension_that_a_table_lacks_is_the_character_of_the_locking_table():
    assert concat.join([a_part(b"\x1b\x04", locking=TURKISH, single=TURKISH)]) == "€"


def test_escape_cut_between_parts_is_read_by_the_table_of_both():
    parts = [a_part(b"\x1b", single=TURKISH), a_part(b"s", single=TURKISH)]
    assert concat.join(parts) == "ş"


def test_parts_of_different_languages_are_read_each_by_its_own():
    assert concat.join([a_part(b"\x04", locking=TURKISH), a_part(b"\x04")]) == "€è"


def test_tables_are_not_read_before_a_message_asks_for_them():
    national._tables.cache_clear()
    concat.join([a_part(b"biasa")])
    assert national._tables.cache_info().currsize == 0
