"""Texts on their way out: refused, uncertain, reported."""

from datetime import timedelta

import pytest

from appliance.store.box import gauges
from modem.events import Health, ModemState, Verdict
from modem.pdu import validity
from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.support.sms_box import CITIZEN


def test_queued_text_becomes_parts_that_a_network_accepts(box):
    box.sms("Lampu jalan mati")
    box.send(lambda part: (box.air.accept(part.tpdu), box.mailbox.sent(part.part_id, 5)))
    assert box.air.delivered[0].text == box.queued[0].body
    assert box.queued[0].state == "sent"


def test_status_report_settles_a_sent_text(box):
    box.sms("BANTUAN")
    box.send(lambda part: box.mailbox.sent(part.part_id, 5))
    box.arrive([smscodec.status_report(CITIZEN, 5, 0x30, FIRST_STAMP)])
    assert box.queued[0].state == "sent"
    box.arrive([smscodec.status_report(CITIZEN, 5, 0x00, FIRST_STAMP)])
    assert box.queued[0].state == "delivered"


def test_temporary_refusal_is_tried_again_later(box):
    box.sms("Lampu jalan mati")
    tries = []
    box.send(
        lambda part: (
            tries.append(part),
            box.mailbox.refused(part.part_id, "CMS 38", Verdict.TEMPORARY),
        )
    )
    assert len(tries) == 1
    box.pass_time(timedelta(minutes=2))
    box.send(lambda part: box.mailbox.sent(part.part_id, 1))
    assert box.queued[0].state == "sent"


@pytest.mark.parametrize(("error", "remedy"), [("CMS 21", "top up"), ("CMS 330", "SMS centre")])
def test_what_stops_the_queue_stands_in_the_advice_until_a_text_goes_out(box, error, remedy):
    def advice():
        box.pass_time(timedelta(minutes=2))
        box.mailbox.act()
        return gauges.of(box.db, "modem")["advice"]

    box.mailbox.modem_state(Health(state=ModemState.READY))
    for number in range(3):
        box.sms(f"Lampu jalan mati {number}", sender=f"+62812999999{number}")
        box.send(lambda part: box.mailbox.refused(part.part_id, error, Verdict.STOP))
        box.pass_time(timedelta(minutes=1))
    assert error in advice()
    assert remedy in advice()
    box.pass_time(timedelta(hours=1))
    box.send(lambda part: box.mailbox.sent(part.part_id, 1))
    assert advice() == ""


def test_three_refusals_in_a_row_for_no_credit_stop_the_queue_for_half_an_hour(box):
    for number in range(4):
        box.sms(f"Lampu jalan mati {number}", sender=f"+62812999999{number}")
    tries = []

    def refuse(part):
        tries.append(part)
        box.mailbox.refused(part.part_id, "CMS 21", Verdict.STOP)

    for _ in range(10):
        box.send(refuse)
        box.pass_time(timedelta(minutes=2))
    assert len(tries) == 3
    box.pass_time(timedelta(hours=1))
    box.send(lambda part: box.mailbox.sent(part.part_id, 1))
    assert {text.state for text in box.queued} == {"sent"}


def test_one_recipient_that_is_always_refused_does_not_hold_up_the_others(box):
    box.sms("Lampu jalan mati", sender="+628129999990")
    for number in range(1, 4):
        box.sms(f"Lampu jalan mati {number}", sender=f"+62812999999{number}")
    bad = box.queued[0].id

    def answer(part):
        text_id = box.db.execute(
            "SELECT text_id FROM text_parts WHERE id = ?", (part.part_id,)
        ).fetchone()[0]
        if text_id == bad:
            box.mailbox.refused(part.part_id, "CMS 21", Verdict.STOP)
        else:
            box.mailbox.sent(part.part_id, 1)

    for _ in range(10):
        box.send(answer)
        box.pass_time(timedelta(seconds=5))
    assert [text.state for text in box.queued] == ["queued", "sent", "sent", "sent"]


def test_part_in_flight_at_a_crash_is_uncertain_and_not_repeated(box):
    box.sms("BANTUAN")
    box.mailbox.sending(box.mailbox.next_part().part_id)
    box.start()
    box.pass_time(timedelta(hours=2))
    assert box.mailbox.next_part() is None
    assert box.queued[0].state == "uncertain"


def test_part_claimed_before_a_crash_is_sent_after_it(box):
    box.sms("Lampu jalan mati")
    claimed = box.mailbox.next_part()
    box.start()
    assert box.mailbox.next_part() == claimed


def test_permanent_refusal_fails_the_text(box):
    box.sms("Lampu jalan mati")
    box.send(lambda part: box.mailbox.refused(part.part_id, "CMS 28", Verdict.PERMANENT))
    assert box.queued[0].state == "failed"


def test_answers_ask_for_a_status_report_and_expire(box):
    box.sms("Lampu jalan mati")
    part = box.mailbox.next_part()
    submit = smscodec.read_submit(part.tpdu)
    assert submit.wants_report
    assert submit.validity == validity.relative_octet(3 * 24 * 60)
