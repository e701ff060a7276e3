"""The searcher of the tests finds what it is there for: one that is blind would prove nothing."""

import base64
import gzip
import zlib

import pytest

from tests.sim import smscodec
from tests.sim.air import Air
from tests.support.leaks import found_in

WORD = "tersundutrokok"
TEXT = f"awalnya {WORD} oleh"


@pytest.mark.parametrize("lead", range(9))
def test_a_word_is_found_in_whatever_it_is_written(lead: int) -> None:
    text = "x" * lead + TEXT
    raw = text.encode()
    views = [
        raw,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        raw.hex().encode(),
        base64.b64encode(raw),
        b"\x01\x02" + zlib.compress(raw),
        gzip.compress(raw),
        smscodec.deliver("+628", smscodec.units_of(text), _when(), is_ucs2=False),
    ]
    for view in views:
        assert found_in(b"before" + view + b"after", [WORD])
        assert found_in(view, ["katalainlagi"]) == []


def test_a_word_in_any_part_of_a_long_sms_is_found() -> None:
    pdus = Air().inject("+628123456789", f"{'a' * 60} {WORD} {'b' * 200} {WORD}x")
    assert all(found_in(pdu, [WORD]) for pdu in pdus[:1])
    assert any(found_in(pdu.hex().upper().encode(), [WORD]) for pdu in pdus)


def _when():
    from tests.sim.air import FIRST_STAMP

    return FIRST_STAMP
