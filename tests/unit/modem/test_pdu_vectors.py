"""Octets worked out by hand from 3GPP 23.040 and 23.038, with the clause of each."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import concat, tpdu, udh, validity
from modem.pdu.errors import PduError

SENDER = "0C91 261832547698"
STAMP = "62111290035182"
HELLO = "E8329BFD06"


def delivery(first="04", sender=SENDER, pid="00", dcs="00", stamp=STAMP, data="05" + HELLO):
    message = tpdu.decode(bytes.fromhex("00" + first + sender + pid + dcs + stamp + data))
    assert isinstance(message, tpdu.Deliver)
    return message


def text_of(**fields):
    return concat.join([delivery(**fields).content])


@pytest.mark.parametrize(
    ("clause", "dcs", "data", "text"),
    [
        ("23.038 6.1.2.1: seven bits, lowest first", "00", "05 E8329BFD06", "hello"),
        ("23.038 6.1.2.1: bits of the ninth octet", "00", "0A E8329BFD4697D9EC37", "hellohello"),
        ("23.040 9.2.3.16: UDL 7, the last bits pad", "00", "07 E8329BFD469701", "hellohe"),
        ("23.040 9.2.3.16: UDL 8, the same bits are @", "00", "08 E8329BFD469701", "hellohe@"),
        ("23.038 6.1.2.3.1: CR pads USSD, not SMS", "00", "08 E8329BFD46971B", "hellohe\r"),
        ("23.038 6.2.1.1: extension", "00", "02 9B32", "€"),
        ("23.038 6.2.1.1: second escape", "00", "02 9B0D", " "),
        ("23.038 6.2.1: extension without a character", "00", "02 9B34", "i"),
        ("23.040 9.2.3.16: nothing", "00", "00", ""),
        ("23.038 6.2.3: UCS2", "08", "04 004800E9", "Hé"),
        ("Unicode D91: surrogate pair", "08", "04 D83DDE00", "😀"),
        ("Unicode D80: lone surrogate", "08", "04 D83D0041", "\ufffdA"),
        ("23.038 4: class 0, UCS2", "18", "02 0041", "A"),
        ("23.038 4: reserved group", "B0", "05 E8329BFD06", "hello"),
        ("23.038 4: waiting indication, UCS2", "E0", "02 0041", "A"),
        ("23.038 4: marked for deletion", "40", "05 E8329BFD06", "hello"),
    ],
)
def test_user_data(clause, dcs, data, text):
    assert text_of(dcs=dcs, data=data) == text, clause


@pytest.mark.parametrize(
    ("clause", "sender", "number"),
    [
        ("23.040 9.1.2.5: international", "0C91 261832547698", "+628123456789"),
        ("23.040 9.1.2.3: odd, filled with F", "0B91 2618325476F8", "+62812345678"),
        ("23.040 9.1.2.5: unknown type", "0481 7180", "1708"),
        ("23.040 9.1.2.5: national", "04A1 7180", "1708"),
        ("23.040 9.1.2.3: nibbles A to E", "0781 1A2BDCFE", "*1#2abc"),
        ("23.040 9.1.2.5: letters", "09D0 E8329BFD06", "hello"),
        ("E.164 6.2: no country begins with 0", "0C91 801332547698", "083123456789"),
        ("the same, with a prefix", "0E91 00261832547698", "00628123456789"),
    ],
)
def test_addresses(clause, sender, number):
    assert delivery(sender=sender).sender.number == number, clause


@pytest.mark.parametrize(
    ("clause", "header", "text", "expected"),
    [
        ("9.2.3.24.1", "09 050003 2A0201", "D069", udh.Concat(reference=42, total=2, sequence=1)),
        (
            "9.2.3.24.8",
            "0A 060804 012A0201",
            "E834",
            udh.Concat(reference=298, total=2, sequence=1, is_wide=True),
        ),
        ("9.2.3.24.1: sequence 0", "09 050003 2A0200", "D069", None),
        ("9.2.3.24.1: sequence above the total", "09 050003 2A0203", "D069", None),
        ("9.2.3.24: a last element that is cut voids all", "09 050009 2A0201", "D069", None),
        ("9.2.3.24: likewise half a one", "09 050002 2A0224", "D069", None),
    ],
)
def test_headers(clause, header, text, expected):
    message = delivery(first="44", data=header + text)
    assert (message.concat, concat.join([message.content])) == (expected, "hi"), clause


@pytest.mark.parametrize("first", ["00", "04", "0C", "24", "84", "A4"])
def test_bits_for_the_network_change_nothing(first):
    """23.040 9.2.3: more messages, loop prevention, report indication, reply path."""
    assert text_of(first=first) == "hello"


def test_reserved_type_of_message_is_read_as_a_delivery():
    """23.040 9.2.3.1 orders it."""
    assert text_of(first="07") == "hello"


@pytest.mark.parametrize("pid", ["40", "41", "47", "48", "7C", "7D", "7E", "7F"])
def test_protocols_for_programs_are_service(pid):
    """23.040 9.2.3.9: type 0, replace, device triggering, R-DATA, ME and SIM download."""
    assert delivery(pid=pid).is_service


@pytest.mark.parametrize("pid", ["00", "01", "1F", "20", "32", "3F", "5F", "80", "C0"])
def test_other_protocols_are_from_a_person(pid):
    assert not delivery(pid=pid).is_service


@pytest.mark.parametrize("dcs", ["04", "12", "15", "C8", "D0", "E8", "F2", "F4"])
def test_codings_for_programs_are_service(dcs):
    """23.038 4: eight bits, class 2, waiting indications."""
    assert delivery(dcs=dcs, data="02 4142").is_service


@pytest.mark.parametrize(
    ("first", "dcs", "data"),
    [
        ("04", "00", "06 E8329BFD06"),
        ("04", "08", "06 00480049"),
        ("04", "20", "05 E8329BFD06"),
        ("44", "00", "09 0A0003 2A0201"),
        ("44", "00", "06 050003 2A0201"),
        ("44", "08", "03 050003 2A0201"),
        ("04", "00", ""),
    ],
)
def test_user_data_that_cannot_be_as_long_as_it_says_is_refused(first, dcs, data):
    with pytest.raises(PduError):
        delivery(first=first, dcs=dcs, data=data)


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("62111290035182", datetime(2026, 11, 21, 2, 30, 15, tzinfo=UTC)),
        ("62111290035123", datetime(2026, 11, 21, 1, 30, 15, tzinfo=UTC)),
        ("6211129003510A", datetime(2026, 11, 21, 14, 30, 15, tzinfo=UTC)),
        ("62111290035132", datetime(2026, 11, 21, 3, 45, 15, tzinfo=UTC)),
        ("07111290035100", datetime(2070, 11, 21, 9, 30, 15, tzinfo=UTC)),
        ("62312090035100", None),
        ("6211129003510F", None),
        ("62111290035175", None),
        ("621112900351F2", None),
        ("6211129A035100", None),
        ("00000000000000", None),
    ],
)
def test_stamps(stamp, utc):
    """SMS check 35: 23.040 9.2.3.11; what is impossible is None."""
    assert delivery(stamp=stamp).timestamp.to_utc() == utc
    assert delivery(stamp=stamp).timestamp.raw.hex().upper() == stamp


@given(st.binary(min_size=7, max_size=7))
def test_any_stamp_is_a_moment_or_none(octets):
    """SMS check 35."""
    moment = delivery(stamp=octets.hex()).timestamp.to_utc()
    assert moment is None or 1989 <= moment.year <= 2090


@pytest.mark.parametrize("options", ["", "00", "01 00", "07 00 00 05 E8329BFD06", "FF"])
def test_optional_parameters_of_a_status_report_are_passed_over(options):
    """23.040 9.2.3.27."""
    octets = f"00 06 C8 {SENDER} {STAMP} {STAMP} 41 {options}"
    report = tpdu.decode(bytes.fromhex(octets))
    assert isinstance(report, tpdu.StatusReport)
    assert (report.reference, report.status, report.is_final) == (200, 0x41, True)


@given(st.integers(1, 63 * 7 * 24 * 60))
def test_validity_is_the_shortest_that_is_long_enough(minutes):
    """23.040 9.2.3.12.1."""
    octet = validity.relative_octet(minutes)
    assert minutes_of(octet) >= minutes
    assert octet == 0 or minutes_of(octet - 1) < minutes


def minutes_of(octet):
    hour, day = 60, 24 * 60
    if octet < 144:
        return (octet + 1) * 5
    if octet < 168:
        return 12 * hour + (octet - 143) * 30
    return (octet - 166) * day if octet < 197 else (octet - 192) * 7 * day
