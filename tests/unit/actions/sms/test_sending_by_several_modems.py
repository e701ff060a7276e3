import sqlite3

import pytest

from appliance.actions.cases import intake
from appliance.actions.sms import sending, texting
from appliance.actions.sms.sending import NotOurs, Refusal
from appliance.store.sms import texts
from tests.builders import PHONE, a_draft
from tests.conftest import at

ONE, TWO = "modem", "modem-xl"


def whole(_recipient: str, body: str) -> list[bytes]:
    return [body.encode()]


def claim(db: sqlite3.Connection, modem: str, **options: object) -> sending.ClaimedPart | None:
    when = options.pop("when", at())
    return sending.claim_part(db, when, whole, modem=modem, **options)


@pytest.fixture
def queued(db: sqlite3.Connection) -> sqlite3.Connection:
    intake.receive(db, a_draft(), at())
    return db


def prefix(db: sqlite3.Connection) -> tuple[str]:
    return (texts.every(db)[0].recipient[:6],)


def test_a_text_that_one_modem_has_claimed_is_not_the_others(queued: sqlite3.Connection) -> None:
    assert claim(queued, ONE) is not None
    assert claim(queued, TWO) is None


def test_what_was_released_goes_with_another_and_is_neither_sent_nor_settled_by_the_first(
    queued: sqlite3.Connection,
) -> None:
    part = claim(queued, ONE)
    sending.release(queued, ONE)
    assert claim(queued, TWO) == part
    with pytest.raises(NotOurs):
        sending.part_sending(queued, part.id, at(), modem=ONE)
    sending.part_sending(queued, part.id, at(), modem=TWO)
    sending.part_refused(queued, part.id, Refusal.RETRY, "not stored", at(), modem=ONE)
    assert texts.every(queued)[0].state == "sending"


def test_begun_texts_are_not_released(queued: sqlite3.Connection) -> None:
    sending.part_sending(queued, claim(queued, ONE).id, at(), modem=ONE)
    sending.release(queued, ONE)
    assert claim(queued, TWO) is None


def test_numbers_of_a_better_modem_are_left_to_it_for_a_minute(queued: sqlite3.Connection) -> None:
    assert claim(queued, ONE, left_to_others=prefix(queued)) is None
    assert claim(queued, ONE, left_to_others=("+62999",)) is not None
    sending.release(queued, ONE)
    assert claim(queued, ONE, left_to_others=prefix(queued), when=at(seconds=61)) is not None


def test_a_restart_of_one_channel_leaves_the_parts_of_the_others_alone(
    queued: sqlite3.Connection,
) -> None:
    sending.part_sending(queued, claim(queued, TWO).id, at(), modem=TWO)
    assert sending.recover(queued, at(), modem=ONE, others=[TWO]) == 0
    assert sending.recover(queued, at(), modem=TWO, others=[ONE]) == 1


def test_claims_of_a_modem_that_is_no_longer_there_are_freed(queued: sqlite3.Connection) -> None:
    assert claim(queued, TWO) is not None
    sending.recover(queued, at(), modem=ONE)
    assert claim(queued, ONE) is not None


def hand_over(db: sqlite3.Connection, modem: str, **when: float) -> int:
    part = claim(db, modem, when=at(**when))
    assert part is not None
    sending.part_sending(db, part.id, at(**when), modem=modem)
    return part.id


def report(db: sqlite3.Connection, modem: str, reference: int, **when: float) -> bool:
    return sending.report(
        db,
        recipient=PHONE.e164,
        message_reference=reference,
        is_delivered=True,
        now=at(**when),
        modem=modem,
    )


def states(db: sqlite3.Connection) -> list[str]:
    return [text.state for text in texts.every(db)]


def test_a_report_that_comes_early_is_for_a_message_of_its_modem(
    queued: sqlite3.Connection,
) -> None:
    """SMS check 29: each SIM counts its own messages."""
    sending.part_sent(queued, hand_over(queued, ONE), 7, at())
    texting.send(queued, PHONE, "kedua", at())
    second = hand_over(queued, TWO, seconds=1)
    assert not report(queued, TWO, 7, seconds=2)
    assert states(queued) == ["sent", "sending"]
    sending.part_sent(queued, second, 7, at(seconds=3))
    assert states(queued) == ["sent", "delivered"]
    assert report(queued, ONE, 7, seconds=4)


def test_an_early_report_of_one_modem_is_not_taken_by_the_message_of_another(
    queued: sqlite3.Connection,
) -> None:
    """SMS check 29."""
    first = hand_over(queued, ONE)
    texting.send(queued, PHONE, "kedua", at())
    second = hand_over(queued, TWO)
    assert not report(queued, TWO, 7, seconds=1)
    sending.part_sent(queued, first, 7, at(seconds=2))
    assert states(queued) == ["sent", "sending"]
    sending.part_sent(queued, second, 7, at(seconds=3))
    assert states(queued) == ["sent", "delivered"]


def test_the_answer_that_one_modem_owes_holds_up_no_report_of_another(
    queued: sqlite3.Connection,
) -> None:
    """SMS check 29: only a message of the same SIM may be the one that is reported."""
    uncertain = hand_over(queued, ONE)
    sending.part_uncertain(queued, uncertain, at(seconds=1))
    texting.send(queued, PHONE, "kedua", at())
    hand_over(queued, TWO, seconds=2)
    assert report(queued, ONE, 9, seconds=3)
    assert states(queued) == ["delivered", "sending"]
