from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import concat, submit, tpdu, udh, validity
from modem.pdu.dcs import Alphabet, decode_coding
from modem.pdu.errors import PduError
from modem.pdu.salvage import salvage
from modem.pdu.timestamp import Timestamp
from tests.sim import smscodec

WHEN = datetime(2026, 11, 21, 9, 30, 15)  # noqa: DTZ001 - a network's local time
texts = st.one_of(
    st.text(st.sampled_from([char for char in smscodec.CODE if char != "\x1b"]), max_size=150),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
senders = st.one_of(
    st.from_regex(r"\+62[0-9]{7,12}", fullmatch=True),
    st.from_regex(r"[0-9]{3,13}", fullmatch=True),
    st.from_regex(r"[A-Z]{2,10}[A-Z]", fullmatch=True),
)


def a_delivery(text="Lampu jalan mati", sender="+628123456789", **options):
    is_ucs2 = not smscodec.is_gsm(text)
    units = smscodec.units_of(text)
    return tpdu.decode(smscodec.deliver(sender, units, WHEN, is_ucs2=is_ucs2, **options))


@given(texts, senders)
def test_what_the_simulated_network_writes_is_read_exactly(text, sender):
    """SMS check 1."""
    message = a_delivery(text, sender)
    assert isinstance(message, tpdu.Deliver)
    assert concat.join([message.content]) == text
    assert message.sender.number == sender
    assert message.sender.is_alphanumeric == sender.isalpha()


@given(texts, st.integers(0, 65535), st.integers(2, 255), st.booleans())
def test_parts_are_recognised_with_both_widths_of_reference(text, reference, total, is_wide):
    header = smscodec.header_of(reference, total, 2, is_wide=is_wide)
    message = a_delivery(text, header=header)
    expected = reference if is_wide else reference & 255
    assert message.concat == udh.Concat(
        reference=expected, total=total, sequence=2, is_wide=is_wide
    )
    assert concat.join([message.content]) == text


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_raise_the_typed_error(octets):
    try:
        message = tpdu.decode(octets)
    except PduError:
        return
    if isinstance(message, tpdu.Deliver):
        concat.join([message.content]).encode("utf-8")
        message.fingerprint()
        message.timestamp.to_utc()


@given(texts, st.integers(0, 250), st.integers(0, 255))
def test_damaged_deliveries_decode_or_raise_the_typed_error(text, place, value):
    is_ucs2 = not smscodec.is_gsm(text)
    units = smscodec.units_of(text)
    pdu = bytearray(smscodec.deliver("+628123456789", units, WHEN, is_ucs2=is_ucs2))
    pdu[place % len(pdu)] = value
    try:
        tpdu.decode(bytes(pdu))
    except PduError:
        return


@pytest.mark.parametrize(("total", "sequence"), [(3, 0), (3, 4), (1, 1), (0, 0)])
def test_nonsense_concatenation_counts_as_single(total, sequence):
    assert a_delivery(header=smscodec.header_of(7, total, sequence)).concat is None


@pytest.mark.parametrize("pid", [0x40, 0x41, 0x7F])
def test_service_messages_are_told_by_their_protocol(pid):
    assert a_delivery(pid=pid).is_service
    assert not a_delivery().is_service


@given(st.binary(max_size=200), st.integers(0, 200))
def test_what_is_salvaged_of_any_bytes_reads_well(octets, length):
    pdu = salvage(octets, length)
    assert pdu is None or tpdu.decode(pdu)


def test_port_addressed_message_is_service():
    assert a_delivery(header=bytes([6, 5, 4, 0x0B, 0x84, 0x23, 0xF0])).is_service


def test_waiting_indication_in_the_header_is_service():
    assert a_delivery(header=bytes([4, 0x01, 2, 0x80, 3])).is_service


@pytest.mark.parametrize(
    ("octet", "alphabet", "message_class"),
    [
        (0x00, Alphabet.GSM7, None),
        (0x08, Alphabet.UCS2, None),
        (0x04, Alphabet.OCTETS, None),
        (0x0C, Alphabet.GSM7, None),
        (0x10, Alphabet.GSM7, 0),
        (0x18, Alphabet.UCS2, 0),
        (0xC8, Alphabet.GSM7, None),
        (0xE0, Alphabet.UCS2, None),
        (0xF0, Alphabet.GSM7, 0),
        (0xF6, Alphabet.OCTETS, 2),
        (0x90, Alphabet.GSM7, None),
    ],
)
def test_coding_octets_are_read_by_group(octet, alphabet, message_class):
    coding = decode_coding(octet)
    assert (coding.alphabet, coding.message_class) == (alphabet, message_class)


@pytest.mark.parametrize(
    ("octet", "quarters"), [(0x82, 28), (0x23, 32), (0x63, 36), (0x0A, -20), (0x00, 0)]
)
def test_zone_octet_is_quarter_hours_with_sign(octet, quarters):
    assert Timestamp(raw=bytes(6) + bytes([octet])).quarter_hours == quarters


def test_stamp_is_converted_to_utc():
    assert a_delivery().timestamp.to_utc() == datetime(2026, 11, 21, 2, 30, 15, tzinfo=UTC)


def test_impossible_stamp_is_kept_raw():
    stamp = Timestamp(raw=bytes.fromhex("FFFFFFFFFFFFFF"))
    assert stamp.to_utc() is None


def test_same_delivery_by_another_centre_has_the_same_fingerprint():
    first = a_delivery(centre="+6281100000")
    assert first.fingerprint() == a_delivery(centre="+628161000").fingerprint()
    assert first.fingerprint() != a_delivery("Lampu jalan mati!").fingerprint()


@pytest.mark.parametrize(
    ("status", "is_delivered", "is_final"),
    [(0x00, True, True), (0x02, True, True), (0x20, False, False), (0x41, False, True)],
)
def test_status_report_tells_recipient_reference_and_outcome(status, is_delivered, is_final):
    report = tpdu.decode(smscodec.status_report("+628123456789", 200, status, WHEN))
    assert isinstance(report, tpdu.StatusReport)
    assert (report.reference, report.recipient.number) == (200, "+628123456789")
    assert (report.is_delivered, report.is_final) == (is_delivered, is_final)


@pytest.mark.parametrize(
    ("minutes", "octet"),
    [(0, 0), (5, 0), (6, 1), (720, 143), (750, 144), (1440, 167), (4320, 169), (10**7, 255)],
)
def test_validity_is_rounded_up_to_what_the_octet_can_say(minutes, octet):
    assert validity.relative_octet(minutes) == octet


@given(texts, st.sampled_from(["+628123456789", "08123456789", "1708"]), st.integers(0, 255))
def test_the_simulated_network_accepts_and_reads_every_submit(text, number, reference):
    submits = [
        smscodec.read_submit(
            submit.encode_submit(
                recipient=number,
                content=segment.content,
                header=segment.header,
                validity=169,
                wants_report=True,
            )
        )
        for segment in concat.split(text, reference)
    ]
    units = b"".join(submit.text_units for submit in submits)
    assert smscodec.text_of(units, is_ucs2=submits[0].is_ucs2) == text
    assert {submit.number for submit in submits} == {number}
    assert all(submit.wants_report and submit.validity == 169 for submit in submits)


@pytest.mark.parametrize("number", ["", "+", "TELKOMSEL", "1" * 21])
def test_number_that_cannot_be_dialled_is_refused(number):
    content = concat.split("ya", 0)[0].content
    with pytest.raises(PduError):
        submit.encode_submit(
            recipient=number, content=content, header=b"", validity=0, wants_report=False
        )
