"""A confidential report leaves nothing readable at the box, and nothing of it is lost."""

import json
import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.actions.box import reporting
from appliance.actions.cases import casework, intake, joining, photos
from appliance.actions.privacy import erasing
from appliance.actions.privacy import sealing as acts
from appliance.actions.sms import sending
from appliance.cli.listing import request_row
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import Channel, ServiceRequest
from appliance.domain.events.files import PhotoAttached
from appliance.domain.events.orders import TablePublished
from appliance.domain.events.requests import FollowedUp, RequestCorrected, RequestReceived
from appliance.domain.events.texts import TextSettled
from appliance.domain.privacy import sealing
from appliance.domain.privacy.erasure import Reason
from appliance.domain.privacy.sealing import Content
from appliance.domain.quota import Quota
from appliance.domain.sms.received import FollowUp, Wish
from appliance.store import blob_files, housekeeping
from appliance.store.cases import requests
from appliance.store.city import city_tables, outbox
from appliance.store.database import connect, transaction
from appliance.store.repair import requeue
from appliance.store.sms import sms_inbox, texts
from tests.builders import PHONE, a_batch, a_draft
from tests.conftest import START, at
from tests.support.leaks import found_below
from tests.support.told import told
from tests.unit.actions.sealed import (
    KEY,
    KEYS,
    SECRET,
    TEXT,
    UNIT_KEY,
    UNIT_SECRET,
    WORDS,
    NewId,
    opened,
    report,
    texted,
)

LIMIT = Quota(limit=9, window=timedelta(hours=1))


def test_the_unit_reads_what_the_resident_wrote_and_the_box_does_not(
    sealed_db: sqlite3.Connection,
) -> None:
    request = report(sealed_db, kelurahan="14.71.07.1001")
    assert opened(request.sealed) == Content(
        request_id=request.id,
        at=START,
        said="laporan",
        text=TEXT,
        category="kekerasan",
        phone=PHONE.e164,
        name=WORDS[1],
        location=WORDS[2],
        kelurahan="14.71.07.1001",
    )
    stored = requests.by_id(sealed_db, request.id)
    assert stored == request
    assert stored is not None
    assert (stored.text, stored.category) == ("(tersegel untuk DP3APM)", "rahasia")
    assert (stored.reporter_name, stored.location, stored.kelurahan) == (None, None, None)
    assert stored.reporter_phone == PHONE
    assert request_row(stored)["sealed_for"] == "DP3APM"


def test_the_event_tells_the_unit_and_no_person_place_topic_or_word(
    sealed_db: sqlite3.Connection,
) -> None:
    request = report(sealed_db)
    [event] = told(sealed_db, RequestReceived)
    assert (event.agency, event.category, event.kind) == ("DP3APM", "rahasia", "pengaduan")
    assert (event.reporter_phone, event.reporter_name, event.location) == (None, None, None)
    assert (event.text, event.sealed) == (request.text, request.sealed)
    [row] = outbox.every(sealed_db)
    assert PHONE.e164[3:] not in row.payload


def test_a_unit_without_a_key_of_its_own_is_sealed_to_the_key_of_all(
    sealed_db: sqlite3.Connection,
) -> None:
    request = report(sealed_db, text="ada bandar narkoba di rumah kosong")
    assert request.text == "(tersegel)"
    assert opened(request.sealed, SECRET).category == "kriminal"


def test_what_is_not_confidential_stays_readable(sealed_db: sqlite3.Connection) -> None:
    request = report(sealed_db, text="lampu jalan mati")
    assert (request.text, request.sealed) == ("lampu jalan mati", None)


def test_without_a_key_reports_are_taken_readable_and_the_box_says_so(
    db: sqlite3.Connection,
) -> None:
    request = report(db)
    assert (request.text, request.sealed) == (TEXT, None)
    assert "OFF" in reporting.facts(db)["sealing"]
    assert "posko-center sealing-key new" in acts.gauges(db)["advice"]


def test_the_resident_still_gets_ticket_and_news(sealed_db: sqlite3.Connection) -> None:
    request = report(sealed_db)
    [text] = texts.every(sealed_db)
    assert (text.recipient, str(request.ticket) in text.body) == (PHONE.e164, True)


def test_the_same_submission_again_gives_the_same_ticket(sealed_db: sqlite3.Connection) -> None:
    draft = a_draft(TEXT)
    first, again = (intake.receive(sealed_db, draft, at()) for _ in range(2))
    assert isinstance(first, intake.Receipt)
    assert isinstance(again, intake.Receipt)
    assert (again.is_new, again.request) == (False, first.request)


def published(version: int, rows: list[dict[str, str]]) -> TablePublished:
    return TablePublished(name="sealing_keys", version=version, rows=rows)


def test_the_citys_keys_go_before_those_of_the_settings(sealed_db: sqlite3.Connection) -> None:
    table = published(1, [{"unit": "*", "key": UNIT_KEY}])
    assert casework.apply_batch(sealed_db, a_batch(table), at()).rejects == ()
    assert report(sealed_db).text == "(tersegel)"
    assert acts.keys(sealed_db) == {"*": UNIT_KEY}
    assert "the city's table" in acts.state(sealed_db)
    assert acts.gauges(sealed_db)["advice"] == ""


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"unit": "DP3APM", "key": KEY}],
        [{"unit": "*", "key": "x25519:" + "0" * 64}],
        [{"unit": "*", "key": "secret"}],
    ],
)
def test_a_bad_table_never_replaces_a_good_one(
    sealed_db: sqlite3.Connection, rows: list[dict[str, str]]
) -> None:
    good, bad = published(1, [{"unit": "*", "key": UNIT_KEY}]), published(2, rows)
    applied = casework.apply_batch(sealed_db, a_batch(good, bad), at())
    assert [reject.seq for reject in applied.rejects] == [2]
    assert applied.upto == 2
    assert acts.keys(sealed_db) == {"*": UNIT_KEY}


def test_a_bad_table_from_an_earlier_release_leaves_the_keys_of_the_settings(
    sealed_db: sqlite3.Connection,
) -> None:
    """It was kept when nobody knew what it meant."""
    with transaction(sealed_db):
        city_tables.replace(sealed_db, "sealing_keys", 1, [{"unit": "x"}], START)
    assert acts.keys(sealed_db) == KEYS


def test_new_settings_replace_the_keys_as_a_whole(
    sealed_db: sqlite3.Connection, db_path: Path
) -> None:
    acts.configure(db_path, {"*": UNIT_KEY})
    assert acts.keys(sealed_db) == {"*": UNIT_KEY}
    acts.configure(db_path, {})
    assert acts.state(sealed_db) == acts.OFF


@pytest.mark.parametrize("wish", [Wish.ADD, Wish.DISPUTE, Wish.SAFE, Wish.ERASE])
def test_what_is_said_later_is_sealed_too(
    sealed_db: sqlite3.Connection, new_id: NewId, wish: Wish
) -> None:
    request = report(sealed_db, channel=Channel.SMS)
    said = f"{wish} {request.ticket} {WORDS[2]}"
    texted(sealed_db, said, new_id, FollowUp(wish, request.ticket, said), minutes=1)
    [event] = told(sealed_db, FollowedUp)
    assert (event.wish, event.text) == (wish, "")
    content = opened(event.sealed)
    assert (content.said, content.text, content.request_id) == (wish, said, request.id)
    assert requests.by_id(sealed_db, request.id) == request


def test_a_word_without_more_needs_no_sealing(sealed_db: sqlite3.Connection, new_id: NewId) -> None:
    request = report(sealed_db, channel=Channel.SMS)
    texted(sealed_db, "AMAN", new_id, FollowUp(Wish.SAFE, None, ""), minutes=1)
    [event] = told(sealed_db, FollowedUp)
    assert (event.request_id, event.sealed) == (request.id, None)


def test_what_follows_is_sealed_although_the_keys_are_gone(
    sealed_db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    report(sealed_db, channel=Channel.SMS)
    acts.configure(db_path, {})
    texted(sealed_db, WORDS[2], new_id, minutes=1)
    [event] = told(sealed_db, FollowedUp)
    assert opened(event.sealed).text == WORDS[2]


def test_what_follows_is_for_the_unit_that_has_the_report_whoever_the_agency_is_by_now(
    sealed_db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    """The city may hand a case on to whom it accuses, who must not read what else is said."""
    request = report(sealed_db, channel=Channel.SMS)
    acts.configure(db_path, {"*": KEY, "POLRESTA": KEY, "DP3APM": UNIT_KEY})
    moved = RequestCorrected(request_id=request.id, corrected_at=START, agency="POLRESTA")
    assert casework.apply_batch(sealed_db, a_batch(moved), at()).rejects == ()
    texted(sealed_db, WORDS[2], new_id, minutes=1)
    [event] = told(sealed_db, FollowedUp)
    assert opened(event.sealed).text == WORDS[2]


def test_a_new_key_of_the_unit_seals_what_follows(
    sealed_db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    report(sealed_db, channel=Channel.SMS)
    acts.configure(db_path, {"*": UNIT_KEY, "DP3APM": KEY})
    texted(sealed_db, WORDS[2], new_id, minutes=1)
    [event] = told(sealed_db, FollowedUp)
    assert opened(event.sealed, SECRET).text == WORDS[2]


def test_after_the_box_has_forgotten_what_it_handed_over_nothing_said_later_is_readable(
    sealed_db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    """Retention takes the sealed text from the box, and leaves the phone."""
    request = report(sealed_db, channel=Channel.SMS)
    with transaction(sealed_db):
        erasing.forget(sealed_db, request.id, Reason.HANDED_OVER, at(days=2), keeps_phone=True)
    forgotten = requests.by_id(sealed_db, request.id)
    assert forgotten is not None
    assert (forgotten.sealed, forgotten.reporter_phone) == (None, PHONE)
    said = f"TAMBAH {request.ticket} {WORDS[2]}"
    texted(sealed_db, said, new_id, FollowUp(Wish.ADD, request.ticket, said), days=2)
    [event] = told(sealed_db, FollowedUp)
    assert (event.text, opened(event.sealed).text) == ("", said)
    housekeeping.keep_house(sealed_db, at(days=2, minutes=1).wall)
    assert found_below(db_path.parent, WORDS) == []


def test_what_was_stored_before_there_was_a_key_is_sealed_from_then_on(
    db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    request = report(db, channel=Channel.SMS, text="saya dipukul suami, kdrt")
    acts.configure(db_path, KEYS)
    texted(db, WORDS[0], new_id, minutes=1)
    [event] = told(db, FollowedUp)
    assert (event.text, opened(event.sealed).text) == ("", WORDS[0])
    assert [message.body for message in sms_inbox.every(db)] == ["(tersegel)"]
    assert requests.by_id(db, request.id) == request


def test_what_another_channel_adds_to_a_sealed_request_names_no_place_or_person(
    sealed_db: sqlite3.Connection, new_id: NewId
) -> None:
    request = report(sealed_db)
    draft = a_draft(WORDS[0], reporter_name=WORDS[1], location=WORDS[2])
    with transaction(sealed_db):
        joining.join(sealed_db, request, draft, at())
    [event] = told(sealed_db, FollowedUp)
    assert (event.text, event.location, event.reporter_name) == ("", None, None)
    assert WORDS[2] in opened(event.sealed).text
    assert requests.by_id(sealed_db, request.id) == request


def test_a_sealed_request_goes_to_no_phone_though_it_is_called_public_later(
    sealed_db: sqlite3.Connection, official: object
) -> None:
    request = report(sealed_db)
    moved = RequestCorrected(
        request_id=request.id, corrected_at=START, agency="DISHUB", sensitivity="publik"
    )
    assert casework.apply_batch(sealed_db, a_batch(moved), at()).rejects == ()
    assert [text.purpose for text in texts.every(sealed_db)] == ["receipt"]


def photo(db: sqlite3.Connection, text: str, content: bytes) -> ServiceRequest:
    draft = a_draft(text)
    staged = photos.stage(
        db,
        Photo(content=content, media_type="image/jpeg"),
        at(),
        origin=None,
        limit=LIMIT,
        of=draft.submission_id,
        to=intake.sealed_to(db, draft, at()),
    )
    receipt = intake.receive(db, draft, at(), photo=staged)
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def test_a_photo_is_written_only_sealed(sealed_db: sqlite3.Connection, db_path: Path) -> None:
    request = photo(sealed_db, TEXT, WORDS[1].encode() * 9)
    [event] = told(sealed_db, PhotoAttached)
    assert event.media_type == sealing.MEDIA_TYPE
    data = blob_files.of(sealed_db).file(event.sha256).read_bytes()
    content, inside = sealing.unseal(sealing.parse(data), UNIT_SECRET)
    assert inside == WORDS[1].encode() * 9
    assert (content.media_type, content.request_id) == ("image/jpeg", request.id)
    assert found_below(db_path.parent, WORDS) == []


def test_a_photo_that_was_not_sealed_stays_out_of_a_sealed_request(
    sealed_db: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    picture = Photo(content=b"jpeg", media_type="image/jpeg")
    staged = photos.stage(sealed_db, picture, at(), origin=None, limit=LIMIT)
    with caplog.at_level(logging.WARNING):
        intake.receive(sealed_db, a_draft(TEXT), at(), photo=staged)
    assert told(sealed_db, PhotoAttached) == []
    assert "is not kept" in caplog.text


def test_no_official_gets_it_and_the_city_hears_of_no_number(
    sealed_db: sqlite3.Connection, official: object
) -> None:
    report(sealed_db)
    [text] = texts.every(sealed_db)
    assert text.recipient == PHONE.e164
    assert sending.claim_part(sealed_db, at(days=4), lambda *_: []) is None
    [event] = told(sealed_db, TextSettled)
    assert (event.state, event.recipient) == ("expired", "(tersegel)")


def test_every_listing_and_event_of_it_is_free_of_its_words(
    sealed_db: sqlite3.Connection, new_id: NewId
) -> None:
    report(sealed_db)
    texted(sealed_db, TEXT + WORDS[1], new_id, minutes=1)
    shown = json.dumps(
        [
            [request_row(request) for request in requests.every(sealed_db)],
            [row.payload for row in outbox.every(sealed_db)],
            [text.body for text in texts.every(sealed_db)],
            [message.body for message in sms_inbox.every(sealed_db)],
        ]
    )
    assert [word for word in WORDS if word in shown] == []


def test_a_salvaged_database_tells_the_city_of_it_without_its_phone(
    sealed_db: sqlite3.Connection, db_path: Path
) -> None:
    request = report(sealed_db)
    with transaction(sealed_db):
        sealed_db.execute("DELETE FROM outbox")
        requeue.requeue(sealed_db, [], {})
    [event] = told(sealed_db, RequestReceived)
    assert (event.sealed, event.reporter_phone) == (request.sealed, None)


def test_another_connection_seals_by_the_same_keys(
    sealed_db: sqlite3.Connection, db_path: Path
) -> None:
    with closing(connect(db_path)) as other:
        assert acts.keys(other) == KEYS
