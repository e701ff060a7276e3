"""Limits, quiet hours, order, several modems, and reports that come at any time."""

import sqlite3
from datetime import timedelta

import pytest

from appliance.actions.cases import intake
from appliance.actions.sms import sending, texting
from appliance.actions.sms.sending import ClaimedPart, Refusal
from appliance.domain.hours import DailyHours
from appliance.domain.phone import Msisdn
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.store.sms import text_parts, texts
from tests.builders import PHONE, a_draft
from tests.conftest import at

OTHER = Msisdn("+6281100000001")
EMERGENCY = "kebakaran rumah di jl Rajawali, tolong cepat"


def whole(_recipient: str, body: str) -> list[bytes]:
    return [body.encode()]


def claim(db: sqlite3.Connection, policy: SendingPolicy | None = None, **when: float) -> str | None:
    """Hand the next part over and return whose it is."""
    part = sending.claim_part(db, at(**when), whole, policy=policy or SendingPolicy())
    if part is None:
        return None
    sending.part_sending(db, part.id, at(**when))
    return recipient_of(db, part)


def recipient_of(db: sqlite3.Connection, part: ClaimedPart) -> str:
    return texts.by_id(db, text_parts.by_id(db, part.id).text_id).recipient


def send(db: sqlite3.Connection, reference: int, **when: float) -> None:
    """Send what is next."""
    part = sending.claim_part(db, at(**when), whole)
    assert part is not None
    sending.part_sending(db, part.id, at(**when))
    sending.part_sent(db, part.id, reference, at(**when))


def report(
    db: sqlite3.Connection, reference: int, *, delivered: bool = True, **when: float
) -> bool:
    return sending.report(
        db,
        recipient="0" + PHONE.e164[3:],
        message_reference=reference,
        is_delivered=delivered,
        now=at(**when),
    )


def states(db: sqlite3.Connection) -> list[str]:
    return [text.state for text in texts.every(db)]


@pytest.mark.parametrize(
    ("limits", "window_s"),
    [({"per_minute": 3}, 60), ({"per_hour": 3}, 3600), ({"per_day": 3}, 86400)],
)
def test_what_one_sim_sends_is_limited_and_goes_on_when_the_window_has_passed(
    db: sqlite3.Connection, limits: dict[str, int], window_s: float
) -> None:
    """SMS check 30: what was sent is counted in the database, so a restart forgets nothing."""
    policy = SendingPolicy(**limits)
    for number in range(5):
        texting.send(db, Msisdn(f"+62811000000{number}"), "halo", at())
    assert [claim(db, policy, seconds=n) is not None for n in range(4)] == [True] * 3 + [False]
    assert claim(db, policy, seconds=window_s - 1) is None
    assert claim(db, policy, seconds=window_s) is not None


def test_an_emergency_goes_beyond_the_limit(db: sqlite3.Connection) -> None:
    policy = SendingPolicy(per_hour=1)
    texting.send(db, OTHER, "halo", at())
    assert claim(db, policy) == OTHER.e164
    texting.send(db, OTHER, "halo lagi", at())
    intake.receive(db, a_draft(EMERGENCY), at())
    assert claim(db, policy) == PHONE.e164
    assert claim(db, policy) is None


def by_sign(_recipient: str, body: str) -> list[bytes]:
    return [sign.encode() for sign in body]


def sent_parts(db: sqlite3.Connection, policy: SendingPolicy, **when: float) -> list[bytes]:
    """Send all that is allowed now."""
    sent = []
    while part := sending.claim_part(db, at(**when), by_sign, policy=policy):
        sending.part_sending(db, part.id, at(**when))
        sending.part_sent(db, part.id, 1, at(**when))
        sent.append(part.tpdu)
    return sent


@pytest.mark.parametrize(
    ("limits", "window_s"),
    [({"per_minute": 3}, 60), ({"per_hour": 3}, 3600), ({"per_day": 3}, 86400)],
)
def test_the_parts_of_a_text_go_in_one_window_or_wait_together(
    db: sqlite3.Connection, limits: dict[str, int], window_s: float
) -> None:
    """SMS check 30."""
    policy = SendingPolicy(**limits)
    texting.send(db, OTHER, "ab", at())
    texting.send(db, PHONE, "cd", at())
    texting.send(db, OTHER, "e", at())
    assert sent_parts(db, policy) == [b"a", b"b"]
    assert sent_parts(db, policy, seconds=window_s) == [b"c", b"d", b"e"]


def test_a_text_longer_than_the_limit_goes_as_a_whole_in_an_empty_window(
    db: sqlite3.Connection,
) -> None:
    """SMS check 30."""
    policy = SendingPolicy(per_minute=2)
    texting.send(db, OTHER, "a", at())
    texting.send(db, OTHER, "bcd", at())
    assert sent_parts(db, policy) == [b"a"]
    assert sent_parts(db, policy, seconds=60) == [b"b", b"c", b"d"]


def test_what_is_left_of_a_text_under_way_keeps_its_place_in_the_limit(
    db: sqlite3.Connection,
) -> None:
    """SMS check 30: while a part waits for its next try, others do not take its place."""
    policy = SendingPolicy(per_hour=3)
    texting.send(db, OTHER, "ab", at())
    texting.send(db, PHONE, "cd", at())
    sending.part_sending(db, sending.claim_part(db, at(), by_sign, policy=policy).id, at())  # type: ignore[union-attr]
    first = texts.every(db)[0]
    sending.part_sent(db, text_parts.of_text(db, first.id)[0].id, 1, at())
    second = sending.claim_part(db, at(), by_sign, policy=policy)
    assert second is not None
    sending.part_refused(db, second.id, Refusal.RETRY, "CMS 42", at())
    assert sent_parts(db, policy, seconds=1) == []
    assert sent_parts(db, policy, seconds=31) == [b"b"]


def test_an_emergency_passes_a_long_text_that_the_limit_has_stopped(db: sqlite3.Connection) -> None:
    policy = SendingPolicy(per_hour=2)
    texting.send(db, OTHER, "a", at())
    texting.send(db, OTHER, "bc", at())
    assert sent_parts(db, policy) == [b"a"]
    intake.receive(db, a_draft(EMERGENCY), at())
    assert claim(db, policy) == PHONE.e164


def test_a_later_text_does_not_overtake_one_that_waits_for_the_same_recipient(
    db: sqlite3.Connection,
) -> None:
    """SMS check 28."""
    texting.send(db, PHONE, "pertama", at())
    part = sending.claim_part(db, at(), whole)
    assert part is not None
    sending.part_refused(db, part.id, Refusal.RETRY, "CMS 42", at())
    texting.send(db, PHONE, "kedua", at())
    texting.send(db, OTHER, "lain", at())
    assert claim(db, seconds=1) == OTHER.e164
    assert claim(db, seconds=2) is None
    assert sending.claim_part(db, at(seconds=31), whole) == part


def test_a_refusal_that_is_likely_to_last_waits_longer(db: sqlite3.Connection) -> None:
    """SMS check 28."""
    texting.send(db, PHONE, "halo", at())
    part = sending.claim_part(db, at(), whole)
    assert part is not None
    sending.part_refused(db, part.id, Refusal.RETRY_LATER, "CMS 38", at())
    assert claim(db, minutes=9) is None
    assert claim(db, minutes=10) == PHONE.e164


def test_two_modems_never_take_the_same_text(db: sqlite3.Connection) -> None:
    texting.send(db, PHONE, "satu", at())
    texting.send(db, OTHER, "dua", at())
    first = sending.claim_part(db, at(), whole, modem="a")
    second = sending.claim_part(db, at(), whole, modem="b")
    assert first is not None
    assert second is not None
    assert {recipient_of(db, first), recipient_of(db, second)} == {PHONE.e164, OTHER.e164}
    assert sending.claim_part(db, at(), whole, modem="a") == first


def test_a_text_that_a_modem_gives_back_unsent_goes_with_another(db: sqlite3.Connection) -> None:
    texting.send(db, PHONE, "satu", at())
    first = sending.claim_part(db, at(), whole, modem="a")
    assert sending.claim_part(db, at(), whole, modem="b") is None
    sending.release(db, "a")
    assert sending.claim_part(db, at(), whole, modem="b") == first


def test_a_report_that_overtakes_the_answer_to_its_message_is_not_lost(
    db: sqlite3.Connection,
) -> None:
    """SMS check 29."""
    texting.send(db, PHONE, "halo", at())
    part = sending.claim_part(db, at(), whole)
    assert part is not None
    sending.part_sending(db, part.id, at())
    assert not report(db, 7, seconds=1)
    sending.part_sent(db, part.id, 7, at(seconds=2))
    assert states(db) == ["delivered"]


@pytest.mark.parametrize("outcome", ["no answer", "crash"])
def test_a_report_that_comes_while_the_answer_is_out_settles_the_uncertain(
    db: sqlite3.Connection, outcome: str
) -> None:
    """SMS checks 27 and 29."""
    texting.send(db, PHONE, "halo", at())
    part = sending.claim_part(db, at(), whole)
    assert part is not None
    sending.part_sending(db, part.id, at())
    assert not report(db, 7, seconds=1)
    if outcome == "crash":
        sending.recover(db, at(seconds=2))
    else:
        sending.part_uncertain(db, part.id, at(seconds=2))
    assert states(db) == ["delivered"]


def test_a_report_is_for_the_message_under_way_and_not_for_an_older_uncertain_one(
    db: sqlite3.Connection,
) -> None:
    """SMS check 29: it may overtake the answer that names its message."""
    texting.send(db, PHONE, "pertama", at())
    first = sending.claim_part(db, at(), whole)
    assert first is not None
    sending.part_sending(db, first.id, at())
    sending.part_uncertain(db, first.id, at(seconds=1))
    texting.send(db, PHONE, "kedua", at(seconds=2))
    second = sending.claim_part(db, at(seconds=2), whole)
    assert second is not None
    sending.part_sending(db, second.id, at(seconds=2))
    assert not report(db, 8, seconds=3)
    assert states(db) == ["uncertain", "sending"]
    sending.part_sent(db, second.id, 8, at(seconds=4))
    assert states(db) == ["uncertain", "delivered"]


def test_a_repeated_report_does_not_settle_another_uncertain_message(
    db: sqlite3.Connection,
) -> None:
    """SMS check 29."""
    texting.send(db, PHONE, "pertama", at())
    send(db, 7)
    report(db, 7, seconds=1)
    texting.send(db, PHONE, "kedua", at())
    part = sending.claim_part(db, at(seconds=2), whole)
    assert part is not None
    sending.part_sending(db, part.id, at(seconds=2))
    sending.part_uncertain(db, part.id, at(seconds=3))
    assert not report(db, 7, seconds=4)
    assert states(db) == ["delivered", "uncertain"]
    assert report(db, 8, seconds=5)
    assert states(db) == ["delivered", "delivered"]


def test_a_report_repeated_late_says_nothing_about_a_later_message(db: sqlite3.Connection) -> None:
    """SMS check 29: references wrap, so the same number comes again for the same phone."""
    texting.send(db, PHONE, "pertama", at())
    send(db, 7)
    assert report(db, 7, seconds=2)
    assert not report(db, 7, seconds=3)
    texting.send(db, PHONE, "kedua", at(seconds=4))
    send(db, 7, seconds=5)
    assert states(db) == ["delivered", "sent"]
    assert report(db, 7, seconds=9)
    assert states(db) == ["delivered", "delivered"]


def test_reports_find_their_messages_after_the_references_have_wrapped(
    db: sqlite3.Connection,
) -> None:
    """SMS check 29: 300 sends, reports in the opposite order."""
    for number in range(300):
        texting.send(db, PHONE, f"kabar {number % 10}", at(seconds=number))
        send(db, number % 256, seconds=number)
    for number in reversed(range(300)):
        assert report(db, number % 256, seconds=400)
    assert set(states(db)) == {"delivered"}


def test_a_text_of_several_parts_is_delivered_when_all_are(db: sqlite3.Connection) -> None:
    """SMS check 29."""
    texting.send(db, PHONE, "ab", at())
    for reference in (1, 2):
        part = sending.claim_part(db, at(), lambda _to, body: [sign.encode() for sign in body])
        assert part is not None
        sending.part_sending(db, part.id, at())
        sending.part_sent(db, part.id, reference, at())
    report(db, 2, seconds=1)
    assert states(db) == ["sent"]
    report(db, 1, seconds=2)
    assert states(db) == ["delivered"]


def test_early_reports_do_not_pile_up(db: sqlite3.Connection) -> None:
    for number in range(1100):
        report(db, number % 256, seconds=number)
    assert db.execute("SELECT count(*) FROM early_reports").fetchone()[0] <= 1000
    report(db, 1, hours=2)
    assert db.execute("SELECT count(*) FROM early_reports").fetchone()[0] == 1


def test_officials_are_left_in_peace_at_night_but_for_emergencies(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    """SMS check 30."""
    night = SendingPolicy(quiet_hours=DailyHours.parse("21:00-06:00"))
    evening = timedelta(hours=12, minutes=30).total_seconds()
    intake.receive(db, a_draft(reporter_phone=None), at(seconds=evening))
    assert claim(db, night, seconds=evening) is None
    assert claim(db, night, hours=21) == official.e164
    outcome = intake.receive(db, a_draft(EMERGENCY, reporter_phone=None), at(hours=37))
    assert isinstance(outcome, intake.Receipt)
    texting.queue_forward(db, outcome.request, official, at(hours=37))
    assert claim(db, night, hours=37) == official.e164
