"""What we hand to the network read back, and validity periods in all their formats."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import concat, validity
from modem.pdu.errors import PduError
from modem.pdu.submit import Submit, decode_submit, encode_submit
from tests.sim import smscodec

NONE, ENHANCED, RELATIVE, ABSOLUTE = 0x00, 0x08, 0x10, 0x18
numbers = st.from_regex(r"(\+?[1-9]|0[1-9])[0-9]{2,18}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def lasts(form: int, octets: bytes) -> validity.Validity:
    """The period of a submission that another writer has made."""
    head = bytes([0x01 | form, 0x07, 4, 0x81, 0x71, 0x80, 0x00, 0x00])
    message = decode_submit(head + octets + bytes([2, 0x61, 0x31]))
    assert (message.reference, message.recipient.number) == (7, "1708")
    assert concat.join([message.content]) == "ab"
    return message.validity


def test_a_number_with_the_prefix_that_others_dial_is_written_as_international() -> None:
    """Nobody reaches 0062... from an Indonesian network, whose prefixes are 001, 007 and 008."""
    [segment] = concat.split("ya", 0)
    written = encode_submit(
        recipient="006281234567890",
        content=segment.content,
        header=segment.header,
        validity=0,
        wants_report=False,
    )
    assert decode_submit(written).recipient.number == "+6281234567890"


@given(texts, numbers, st.integers(0, 255), st.integers(0, 255), st.booleans())
def test_what_we_write_we_read(
    text: str, number: str, reference: int, octet: int, wants_report: bool
) -> None:
    parts: list[Submit] = [
        decode_submit(
            encode_submit(
                recipient=number,
                content=segment.content,
                header=segment.header,
                validity=octet,
                wants_report=wants_report,
            )
        )
        for segment in concat.split(text, reference)
    ]
    assert concat.join([part.content for part in parts]) == text
    assert {part.recipient.number for part in parts} == {number}
    assert {part.wants_report for part in parts} == {wants_report}
    period = timedelta(minutes=validity.relative_minutes(octet))
    assert {part.validity for part in parts} == {validity.Validity(period=period)}


@given(st.integers(0, 255))
def test_each_relative_octet_is_written_as_it_is_read(octet: int) -> None:
    assert validity.relative_octet(validity.relative_minutes(octet)) == octet


@given(st.binary(max_size=200), st.sampled_from([NONE, ENHANCED, RELATIVE, ABSOLUTE]))
def test_any_bytes_are_a_submission_or_raise_the_typed_error(octets: bytes, form: int) -> None:
    try:
        message = decode_submit(bytes([0x01 | form]) + octets)
    except PduError:
        return
    concat.join([message.content])
    assert message.validity.until is None or form == ABSOLUTE
    assert message.validity.period is None or form in (RELATIVE, ENHANCED)


@pytest.mark.parametrize(
    ("octet", "period"),
    [
        (0, timedelta(minutes=5)),
        (143, timedelta(hours=12)),
        (144, timedelta(hours=12, minutes=30)),
        (167, timedelta(hours=24)),
        (168, timedelta(days=2)),
        (196, timedelta(days=30)),
        (197, timedelta(weeks=5)),
        (255, timedelta(weeks=63)),
    ],
)
def test_relative_periods_are_read_by_the_table(octet: int, period: timedelta) -> None:
    """23.040 9.2.3.12.1."""
    assert lasts(RELATIVE, bytes([octet])) == validity.Validity(period=period)
    assert lasts(ENHANCED, bytes([0x01, octet, 0, 0, 0, 0, 0])).period == period


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2089, 12, 30)),  # noqa: DTZ001 - a local time
    st.integers(-47, 56),
)
def test_absolute_ends_are_the_moment_that_the_network_would_read(
    local: datetime, quarters: int
) -> None:
    """23.040 9.2.3.12.2."""
    until = lasts(ABSOLUTE, smscodec.stamp(local, quarters)).until
    assert until is not None
    moment = local.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=15 * quarters)
    assert until.to_utc() == moment


def test_no_period_is_none() -> None:
    assert lasts(NONE, b"") == validity.Validity()


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.booleans())
def test_enhanced_periods_may_be_hours_minutes_and_seconds(
    hours: int, minutes: int, seconds: int, is_single_shot: bool
) -> None:
    """23.040 9.2.3.12.3."""
    octets = bytes(value // 10 | value % 10 << 4 for value in (hours, minutes, seconds))
    found = lasts(ENHANCED, bytes([0x43 if is_single_shot else 0x03]) + octets + bytes(3))
    assert found == validity.Validity(
        period=timedelta(hours=hours, minutes=minutes, seconds=seconds),
        is_single_shot=is_single_shot,
    )


@given(st.integers(1, 255))
def test_enhanced_periods_may_be_seconds(seconds: int) -> None:
    found = lasts(ENHANCED, bytes([0x02, seconds, 0, 0, 0, 0, 0]))
    assert found.period == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "octets",
    ["00 FF0000", "02 000000", "03 00A000", "03 000600", "04 010000", "07 010000", "81 010000"],
)
def test_enhanced_periods_that_are_none_or_reserved_say_nothing(octets: str) -> None:
    """23.040 9.2.3.12.3: reserved kinds, and functionality that has no octet yet."""
    assert lasts(ENHANCED, bytes.fromhex(octets) + bytes(3)) == validity.Validity()


@pytest.mark.parametrize("octets", ["", "00", "01", "01 07 04 81 71", "00 07 04 81 71 80 00 00 00"])
def test_what_is_no_submission_raises_the_typed_error(octets: str) -> None:
    with pytest.raises(PduError):
        decode_submit(bytes.fromhex(octets))
