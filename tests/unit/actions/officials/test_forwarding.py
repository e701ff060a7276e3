"""Requests on the phones of officials."""

import json
import sqlite3

import pytest

from appliance.actions.cases import intake
from appliance.actions.officials import directory
from appliance.actions.sms import sending
from appliance.actions.sms.sending import Refusal
from appliance.domain.errors import BadInput
from appliance.domain.events.texts import TextSettled
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.store.city import outbox
from appliance.store.officials import directory as officials
from appliance.store.sms import text_parts, texts
from appliance.store.sms.texts import Text
from tests.builders import PHONE, a_draft
from tests.conftest import at

DEPUTY = Msisdn("+6281200000002")


def whole(_recipient: str, body: str) -> list[bytes]:
    return [body.encode()]


def forwards(db: sqlite3.Connection) -> list[Text]:
    return [text for text in texts.every(db) if text.purpose == "forward"]


def refuse_forward(db: sqlite3.Connection, refusal: Refusal = Refusal.GIVE_UP) -> None:
    for _ in texts.every(db):
        part = sending.claim_part(db, at(), whole)
        assert part is not None
        text = texts.by_id(db, text_parts.by_id(db, part.id).text_id)
        sending.part_sending(db, part.id, at())
        if text.purpose == "forward":
            sending.part_refused(db, part.id, refusal, "CMS 1", at())
            return
        sending.part_sent(db, part.id, 1, at())


def test_a_new_request_goes_to_the_head_of_its_agency_without_its_reporter(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    draft = a_draft(
        "lampu jalan mati, hubungi saya 0812 3456 7890",
        reporter_name="Siti Rahma",
        location="depan masjid",
    )
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    [forward] = forwards(db)
    assert forward.recipient == official.e164
    assert str(receipt.request.ticket) in forward.body
    assert "lampu jalan mati" in forward.body
    assert "depan masjid" in forward.body
    for trace in ("7890", "3456", "Siti", PHONE.e164[-3:]):
        assert trace not in forward.body


def test_what_is_confidential_goes_to_no_phone(db: sqlite3.Connection) -> None:
    for agency in ("DP3APM", "INSPEKTORAT"):
        directory.put(db, Official(agency=agency, rank=1, phone=DEPUTY, name="Kepala"), at())
    intake.receive(db, a_draft("suami saya memukul saya tiap malam"), at())
    assert forwards(db) == []


def test_a_request_repeated_is_not_forwarded_again(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    draft = a_draft()
    intake.receive(db, draft, at())
    intake.receive(db, draft, at())
    assert len(forwards(db)) == 1


def test_the_deputy_gets_what_the_head_did_not_once(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    directory.put(db, Official(agency="DISHUB", rank=2, phone=DEPUTY, name="Wakil"), at())
    intake.receive(db, a_draft(), at())
    refuse_forward(db)
    assert [text.recipient for text in forwards(db)] == [official.e164, DEPUTY.e164]
    refuse_forward(db)
    assert [text.state for text in forwards(db)] == ["failed", "failed"]


def test_the_deputy_gets_what_expired_at_the_head(db: sqlite3.Connection, official: Msisdn) -> None:
    directory.put(db, Official(agency="DISHUB", rank=2, phone=DEPUTY, name="Wakil"), at())
    intake.receive(db, a_draft(reporter_phone=None), at())
    sending.claim_part(db, at(days=4), whole)
    assert [text.recipient for text in forwards(db)] == [official.e164, DEPUTY.e164]


def test_an_official_of_an_unknown_agency_is_a_mistake_that_names_the_known(
    db: sqlite3.Connection,
) -> None:
    with pytest.raises(BadInput, match="DISHUB"):
        directory.put(db, Official(agency="DKP", rank=1, phone=DEPUTY, name="Kepala"), at())
    with pytest.raises(BadInput, match="rank 3"):
        directory.remove(db, "DISHUB", 3, at())


def test_a_phone_tells_the_offices_it_stands_for(db: sqlite3.Connection, official: Msisdn) -> None:
    assert [office.agency for office in officials.by_phone(db, official, at().day)] == ["DISHUB"]
    assert officials.by_phone(db, PHONE, at().day) == []


def told(db: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = [row for row in outbox.every(db) if row.kind == TextSettled.KIND]
    return [(data["purpose"], data["state"]) for data in (json.loads(r.payload) for r in rows)]


def test_the_city_hears_what_became_of_each_text_and_not_to_which_number(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    """SMS check 37."""
    intake.receive(db, a_draft(), at())
    refuse_forward(db)
    assert told(db) == [("forward", "failed")]
    sending.report(
        db, recipient=PHONE.e164, message_reference=1, is_delivered=True, now=at(seconds=9)
    )
    assert told(db) == [("forward", "failed"), ("receipt", "delivered")]
    payloads = "".join(row.payload for row in outbox.every(db) if row.kind == TextSettled.KIND)
    assert PHONE.e164 not in payloads
    assert official.e164 not in payloads


def test_one_failure_asks_one_deputy_however_many_reports_come(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    for rank in (2, 3):
        phone = Msisdn(f"+628120000000{rank}")
        directory.put(db, Official(agency="DISHUB", rank=rank, phone=phone, name="Wakil"), at())
    intake.receive(db, a_draft(reporter_phone=None), at())
    for reference in (1, 2):
        part = sending.claim_part(db, at(), lambda _to, body: [body[:9].encode(), b"rest"])
        assert part is not None
        sending.part_sending(db, part.id, at())
        sending.part_sent(db, part.id, reference, at())
    for reference in (1, 2):
        sending.report(
            db,
            recipient=official.e164,
            message_reference=reference,
            is_delivered=False,
            now=at(seconds=1),
        )
    assert [text.recipient for text in forwards(db)] == [official.e164, DEPUTY.e164]


def test_a_forward_begun_and_never_ended_goes_to_the_deputy_when_its_time_is_over(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    directory.put(db, Official(agency="DISHUB", rank=2, phone=DEPUTY, name="Wakil"), at())
    intake.receive(db, a_draft(reporter_phone=None), at())
    part = sending.claim_part(db, at(), lambda _to, body: [body[:9].encode(), b"rest"])
    assert part is not None
    sending.part_sending(db, part.id, at())
    sending.part_sent(db, part.id, 1, at())
    sending.claim_part(db, at(days=4), whole, modem="other")
    assert [text.recipient for text in forwards(db)] == [official.e164, DEPUTY.e164]
