import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from appliance.actions.cases import intake
from appliance.actions.sms import sending, texting
from appliance.actions.sms.sending import Refusal
from appliance.store.sms import texts
from tests.builders import PHONE, a_draft
from tests.conftest import at


def in_two(_recipient: str, body: str) -> list[bytes]:
    return [body[:5].encode(), body[5:].encode()]


@pytest.fixture
def queued(db: sqlite3.Connection) -> sqlite3.Connection:
    intake.receive(db, a_draft(), at())
    return db


def claim(db: sqlite3.Connection, **when: float) -> sending.ClaimedPart:
    part = sending.claim_part(db, at(**when), in_two)
    assert part is not None
    sending.part_sending(db, part.id, at(**when))
    return part


def state(db: sqlite3.Connection) -> str:
    return texts.every(db)[0].state


def test_the_parts_of_a_text_are_sent_in_order(queued: sqlite3.Connection) -> None:
    first = claim(queued)
    assert state(queued) == "sending"
    sending.part_sent(queued, first.id, 7, at())
    second = claim(queued)
    assert first.tpdu + second.tpdu == texts.every(queued)[0].body.encode()
    sending.part_sent(queued, second.id, 8, at())
    assert state(queued) == "sent"
    assert sending.claim_part(queued, at(), in_two) is None


def test_a_claim_alone_leaves_the_part_to_be_claimed_again(queued: sqlite3.Connection) -> None:
    first = sending.claim_part(queued, at(), in_two)
    assert state(queued) == "queued"
    assert sending.recover(queued, at()) == 0
    assert sending.claim_part(queued, at(), in_two) == first


def test_a_part_refused_before_it_was_handed_over_waits_for_its_next_try(
    queued: sqlite3.Connection,
) -> None:
    part = sending.claim_part(queued, at(), in_two)
    assert part is not None
    sending.part_refused(queued, part.id, Refusal.RETRY, "no prompt", at())
    assert sending.claim_part(queued, at(seconds=29), in_two) is None
    assert sending.claim_part(queued, at(seconds=30), in_two) == part


def test_a_text_whose_outcome_is_open_does_not_hold_up_the_next(queued: sqlite3.Connection) -> None:
    intake.receive(queued, a_draft("got mampet"), at())
    first = claim(queued)
    second = sending.claim_part(queued, at(), in_two)
    assert second is not None
    assert second.id != first.id


def test_a_part_caught_by_a_crash_is_uncertain_and_never_sent_again(
    queued: sqlite3.Connection,
) -> None:
    sending.part_sent(queued, claim(queued).id, 7, at())
    claim(queued)
    assert sending.recover(queued, at(minutes=1)) == 1
    assert state(queued) == "uncertain"
    assert sending.claim_part(queued, at(hours=5), in_two) is None


def test_an_uncertain_text_is_settled_by_its_status_report(queued: sqlite3.Connection) -> None:
    for reference in (7, 8):
        part = claim(queued)
        sending.part_uncertain(queued, part.id, at())
        assert sending.report(
            queued, recipient="081234567890", message_reference=reference,
            is_delivered=True, now=at(minutes=1),
        )  # fmt: skip
    assert state(queued) == "delivered"


@pytest.mark.parametrize(
    ("recipient", "reference"), [("+6281111111111", 7), (PHONE.e164, 99), ("", 7)]
)
def test_a_report_for_something_else_changes_nothing(
    queued: sqlite3.Connection, recipient: str, reference: int
) -> None:
    sending.part_sent(queued, claim(queued).id, 7, at())
    before = texts.every(queued)
    assert not sending.report(
        queued, recipient=recipient, message_reference=reference, is_delivered=True, now=at()
    )
    assert texts.every(queued) == before


def test_a_temporary_refusal_waits_longer_each_time(queued: sqlite3.Connection) -> None:
    sending.part_refused(queued, claim(queued).id, Refusal.RETRY, "CMS 42", at())
    assert sending.claim_part(queued, at(seconds=29), in_two) is None
    sending.part_refused(queued, claim(queued, seconds=30).id, Refusal.RETRY, "", at(seconds=30))
    assert sending.claim_part(queued, at(seconds=89), in_two) is None
    claim(queued, seconds=90)


def test_a_permanent_refusal_fails_the_text_with_its_error(queued: sqlite3.Connection) -> None:
    sending.part_refused(queued, claim(queued).id, Refusal.GIVE_UP, "CMS 1 unassigned", at())
    assert state(queued) == "failed"
    assert texts.every(queued)[0].error == "CMS 1 unassigned"
    assert sending.claim_part(queued, at(hours=1), in_two) is None


def test_a_text_nobody_could_send_in_time_expires(queued: sqlite3.Connection) -> None:
    assert sending.claim_part(queued, at(days=4), in_two) is None
    assert state(queued) == "expired"


def test_texts_expire_little_by_little_and_none_of_them_is_sent_meanwhile(
    db: sqlite3.Connection,
) -> None:
    """What expires in one transaction holds up everybody who reports."""
    for _ in range(120):
        texting.send(db, PHONE, "halo", at())
    found = []
    for _ in range(3):
        assert sending.claim_part(db, at(days=4), in_two) is None
        found.append(texts.counts_by_state(db).get("expired"))
    assert found == [50, 100, 120]


def test_a_jump_of_the_clock_neither_expires_nor_delays_a_text(db: sqlite3.Connection) -> None:
    """Check 10: a Pi without RTC boots in the past, and a wrong clock is set back."""
    past = replace(at(), wall=datetime(2024, 1, 1, tzinfo=UTC))
    intake.receive(db, a_draft(), past)
    now = replace(at(seconds=5), wall=datetime(2026, 11, 21, tzinfo=UTC))
    part = sending.claim_part(db, now, in_two)
    assert part is not None
    sending.part_refused(db, part.id, Refusal.RETRY, "CMS 42", now)
    back = replace(at(minutes=10), wall=datetime(2025, 11, 21, tzinfo=UTC))
    assert sending.claim_part(db, back, in_two) is not None


def test_an_emergency_overtakes_the_queue(queued: sqlite3.Connection) -> None:
    intake.receive(queued, a_draft("tolong cepat ada kebakaran"), at())
    assert b"DARUR" in claim(queued).tpdu
