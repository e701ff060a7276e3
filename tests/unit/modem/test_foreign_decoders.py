"""The codec against decoders of other people, on messages that the simulator's codec writes.

python-messaging reads deliveries and status reports, smspdudecoder deliveries and submits. Cases in
which one of them is known to be wrong are left out for that one only, each by a named condition.
"""

import random
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO

import pytest
from messaging.sms import SmsDeliver, SmsSubmit
from smspdudecoder.fields import SMSDeliver, SMSSubmit

from modem.pdu import concat, submit, tpdu, validity
from tests.sim import smscodec

ROUNDS = 1200
BASIC = [char for char in smscodec.CODE if char != "\x1b"]
EXTENSION = list(smscodec.ESCAPED)
WIDE = list("–漢字ไทยשלום")
EMOJI = list("😀𝄞🙏")
FIRST = datetime(2005, 1, 1)  # noqa: DTZ001 - a network's local time
SECONDS = 20 * 365 * 86400


class Case:
    """One random delivery and what went into it."""

    def __init__(self, dice: random.Random) -> None:
        self.signs = dice.choice([BASIC, BASIC + EXTENSION, BASIC + WIDE, WIDE + EMOJI])
        self.concat = dice.choice([None, False, True])
        self.text = self._text(dice)
        self.is_ucs2 = not smscodec.is_gsm(self.text)
        self.sender = dice.choice(["+62", "0", ""]) + str(dice.randrange(1000, 10**12))
        self.when = FIRST + timedelta(seconds=dice.randrange(SECONDS))
        self.reference = dice.randrange(65536 if self.concat else 256)
        self.total = dice.randrange(2, 256)
        self.sequence = dice.randint(1, self.total)
        self.pid = dice.choice([0, 0x40, 0x41])

    def _text(self, dice: random.Random) -> str:
        wanted, text = dice.randrange(1, 153), ""
        while len(text) < wanted:
            longer = text + dice.choice(self.signs)
            units = len(smscodec.units_of(longer))
            if units > (152 if smscodec.is_gsm(longer) else 132):
                break
            text = longer
        return text

    @property
    def header(self) -> bytes:
        if self.concat is None:
            return b""
        return smscodec.header_of(self.reference, self.total, self.sequence, is_wide=self.concat)

    @property
    def pdu(self) -> bytes:
        units = smscodec.units_of(self.text)
        return smscodec.deliver(
            self.sender, units, self.when, is_ucs2=self.is_ucs2, header=self.header, pid=self.pid
        )

    @property
    def has_emoji(self) -> bool:
        """python-messaging reads each half of a surrogate pair as a character."""
        return any(char in EMOJI for char in self.text)

    @property
    def has_escape(self) -> bool:
        """smspdudecoder counts characters, not septets, and reads the header as septets too."""
        header = smscodec.unpack(self.header, (len(self.header) * 8 + 6) // 7, 0)
        text_or_header = [*header, *smscodec.units_of(self.text)]
        return not self.is_ucs2 and 0x1B in text_or_header


def deliveries():
    dice = random.Random(23040)
    return [Case(dice) for _ in range(ROUNDS)]


def ours(case):
    message = tpdu.decode(case.pdu)
    assert isinstance(message, tpdu.Deliver)
    part = message.concat
    return (
        concat.join([message.content]),
        message.sender.number,
        message.timestamp.to_utc(),
        part and (part.reference, part.total, part.sequence),
    )


def test_deliveries_are_read_as_by_python_messaging():
    """SMS checks 1 and 2."""
    compared = [case for case in deliveries() if not case.has_emoji]
    assert len(compared) > ROUNDS // 2
    for case in compared:
        theirs = SmsDeliver(case.pdu.hex())
        part = theirs.udh and theirs.udh.concat
        assert ours(case) == (
            theirs.text,
            theirs.number,
            theirs.date.replace(tzinfo=UTC),
            part and (part.ref, part.cnt, part.seq),
        )


def test_deliveries_are_read_as_by_smspdudecoder():
    """SMS checks 1 and 2."""
    compared = [case for case in deliveries() if not case.has_escape]
    assert len(compared) > ROUNDS // 2
    for case in compared:
        theirs = SMSDeliver.decode(StringIO(case.pdu.hex()))
        sender = theirs["sender"]
        plus = "+" if sender["toa"]["ton"] == "international" else ""
        elements = (theirs["user_data"]["header"] or {"elements": []})["elements"]
        part = elements[0]["data"] if elements else None
        assert ours(case) == (
            theirs["user_data"]["data"],
            plus + sender["number"],
            theirs["scts"].astimezone(UTC),
            part and (part["reference"], part["parts_count"], part["part_number"]),
        )


def test_status_reports_are_read_as_by_python_messaging():
    dice = random.Random(9223)
    for _ in range(ROUNDS):
        number = dice.choice(["+62", "08"]) + str(dice.randrange(10**6, 10**11))
        reference, status = dice.randrange(256), dice.randrange(128)
        when = FIRST + timedelta(seconds=dice.randrange(SECONDS))
        pdu = smscodec.status_report(number, reference, status, when)
        report = tpdu.decode(pdu)
        theirs = SmsDeliver(pdu.hex())
        assert isinstance(report, tpdu.StatusReport)
        assert (report.reference, report.recipient.number, report.status) == (
            theirs.udh.concat.ref,
            theirs.sr["recipient"],
            theirs.sr["status"],
        )
        # It gives local times without their zone.
        local = report.timestamp.to_utc() + timedelta(minutes=15 * report.timestamp.quarter_hours)
        assert local == theirs.sr["scts"].replace(tzinfo=UTC)


def test_submits_are_read_as_written_by_smspdudecoder():
    """SMS check 31."""
    dice = random.Random(9222)
    for _ in range(ROUNDS // 2):
        signs = dice.choice([BASIC, WIDE + EMOJI, BASIC + EMOJI])
        text = "".join(dice.choices(signs, k=dice.randrange(1, 400)))
        number = dice.choice(["+62", "08", ""]) + str(dice.randrange(1000, 10**11))
        reference = dice.randrange(256)
        parts = [_read_back(segment, number) for segment in concat.split(text, reference)]
        assert "".join(part["user_data"]["data"] for part in parts) == text
        for part in parts:
            plus = "+" if part["recipient"]["toa"]["ton"] == "international" else ""
            assert plus + part["recipient"]["number"] == number
            assert (part["vp"], part["header"]["srr"]) == (169, True)
        headers = [part["user_data"]["header"] for part in parts if part["user_data"]["header"]]
        assert [header["elements"][0]["data"] for header in headers] == [
            {"reference": reference, "parts_count": len(parts), "part_number": place}
            for place in range(1, len(headers) + 1)
        ]


@pytest.mark.parametrize("kind", ["none", "relative", "absolute"])
def test_submits_of_python_messaging_are_read_as_it_meant_them(kind):
    """SMS check 31."""
    dice = random.Random(9212)
    for _ in range(ROUNDS // 4):
        text = "".join(dice.choices(BASIC if kind == "none" else WIDE, k=dice.randrange(1, 60)))
        theirs = SmsSubmit(dice.choice(["+62", "08"]) + str(dice.randrange(10**6, 10**11)), text)
        theirs.ref, theirs.request_status = dice.randrange(256), dice.random() < 0.5
        theirs.validity = _validity(kind, dice)
        [pdu] = theirs.to_pdu()
        message = submit.decode_submit(bytes.fromhex(pdu.pdu)[1:])
        assert (message.reference, message.recipient.number, message.wants_report) == (
            theirs.ref,
            theirs.number,
            theirs.request_status,
        )
        assert concat.join([message.content]) == text
        until = message.validity.until and message.validity.until.to_utc()
        assert theirs.validity == (until or message.validity.period)


def _validity(kind, dice):
    """A period that its octet can say, or an end in a zone east of London: it has no other."""
    if kind == "relative":
        return timedelta(minutes=validity.relative_minutes(dice.randrange(143, 256)))
    if kind == "absolute":
        zone = timezone(timedelta(minutes=15 * dice.randrange(1, 56)))
        return (FIRST + timedelta(seconds=dice.randrange(SECONDS))).replace(tzinfo=zone)
    return None


def test_periods_of_submits_are_read_as_by_smspdudecoder():
    """SMS check 31. It reads 0 to 143 as one step too little, and 145 to 167 in whole hours."""
    dice = random.Random(9213)
    units = {"hours": 3600, "days": 86400, "weeks": 604800}
    for octet in [*range(145, 167, 2), *range(168, 256)]:
        pdu = _submission(0x11, bytes([octet]))
        theirs = SMSSubmit.decode(StringIO(pdu.hex()))
        [seconds] = [
            theirs[f"validity-{n}"] * s for n, s in units.items() if f"validity-{n}" in theirs
        ]
        assert submit.decode_submit(pdu[1:]).validity.period == timedelta(seconds=seconds)
    for _ in range(ROUNDS // 4):
        when = FIRST + timedelta(seconds=dice.randrange(SECONDS))
        pdu = _submission(0x19, smscodec.stamp(when, dice.randrange(57)))
        until = submit.decode_submit(pdu[1:]).validity.until
        assert until is not None
        assert until.to_utc() == SMSSubmit.decode(StringIO(pdu.hex()))["vp"]


def _submission(first, period):
    return bytes([0, first, 7, 4, 0x81, 0x71, 0x80, 0, 0]) + period + bytes([2, 0x61, 0x31])


def _read_back(segment, number):
    octets = submit.encode_submit(
        recipient=number,
        content=segment.content,
        header=segment.header,
        validity=169,
        wants_report=True,
    )
    return SMSSubmit.decode(StringIO("00" + octets.hex()))


@pytest.mark.parametrize("extra", ["", "@"])
@pytest.mark.parametrize("length", [6, 7, 8, 14, 15, 159])
def test_final_at_signs_are_counted_as_by_python_messaging(length, extra):
    """SMS check 1."""
    text = "a" * length + extra
    pdu = smscodec.deliver("1708", smscodec.units_of(text), FIRST)
    message = tpdu.decode(pdu)
    assert concat.join([message.content]) == SmsDeliver(pdu.hex()).text == text
