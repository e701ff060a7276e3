"""A person's data, gone from the box for good."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.actions.cases import casework, intake, photos
from appliance.actions.privacy import erasing, exporting
from appliance.actions.sms import answering, sending
from appliance.domain import quota
from appliance.domain.blobs import Manifest
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.events.privacy import ErasureOrdered, RequestErased
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.phone import Msisdn
from appliance.domain.privacy.erasure import ERASED_TEXT, Reason
from appliance.domain.sms.received import Report
from appliance.store import blob_files, housekeeping, migrate
from appliance.store.cases import follow_ups, requests
from appliance.store.city import outbox
from appliance.store.database import connect, transaction
from appliance.store.files import beside, wal
from appliance.store.privacy import erasures, processing_log
from appliance.store.sms import sms_inbox, texts
from tests.builders import PHONE, a_batch, a_draft, a_part, an_sms
from tests.conftest import SITE, at
from tests.unit.actions.by_sms import arrived, say
from tests.unit.actions.erased import SECRETS, acknowledge_all, dump, everything, remembered, told

OTHER = Msisdn("+6281300000009")


@pytest.mark.parametrize("is_acked", [False, True])
def test_nothing_personal_is_left_on_the_card(
    db: sqlite3.Connection,
    db_path: Path,
    official: Msisdn,
    new_id: Callable[[], str],
    is_acked: bool,
) -> None:
    request = told(db)
    say(db, f"TAMBAH {SECRETS[0]} lagi", new_id, b"\x04Mawarjingga", about=request)
    news = RequestStatusChanged(
        request_id=request.id,
        ticket=request.ticket.digits,
        status="diproses",
        message=f"Ibu {SECRETS[1]} kami datang",
        changed_at=at().wall,
    )
    casework.apply_batch(db, a_batch(news), at())
    if is_acked:
        acknowledge_all(db)
    beside(db_path, ".damaged-20260101T000000Z").write_bytes(SECRETS[0].encode())
    assert remembered(db) == [*SECRETS]
    erasing.erase(db, request, at(hours=1), by="tests")
    assert remembered(db) == []
    housekeeping.keep_house(db, at(hours=1).wall)
    left = everything(db_path)
    for secret in (*SECRETS, *(secret.encode().hex() for secret in SECRETS)):
        assert secret.encode() not in left
    assert erasures.unscrubbed(db) == []


def test_statistics_stand_as_before(db: sqlite3.Connection, official: Msisdn) -> None:
    request = told(db)
    erasing.erase(db, request, at(hours=1), by="tests")
    left = requests.by_id(db, request.id)
    assert left is not None
    for name in ("ticket", "channel", "kind", "category", "agency", "status", "created_at"):
        assert getattr(left, name) == getattr(request, name)
    assert left.text == ERASED_TEXT
    assert (left.reporter_phone, left.reporter_name, left.location) == (None, None, None)
    assert requests.counts_by_status(db) == {"diterima": 1}


def test_the_city_hears_what_is_still_allowed_to_travel_and_then_of_the_erasure(
    db: sqlite3.Connection,
) -> None:
    request = told(db)
    erasing.erase(db, request, at(hours=1), by="tests")
    events = [(row.kind, json.loads(row.payload)) for row in outbox.every(db)]
    assert [kind for kind, _ in events] == ["service_request.received", RequestErased.KIND]
    assert events[0][1]["text"] == ERASED_TEXT
    assert events[0][1]["ticket"] == request.ticket.digits
    assert events[1][1]["by"] == "tests"


def test_erasing_twice_tells_the_city_once(db: sqlite3.Connection) -> None:
    request = told(db)
    for _ in range(2):
        erasing.erase(db, request, at(), by="tests")
    assert [row.kind for row in outbox.every(db)].count(RequestErased.KIND) == 1


def test_other_requests_of_the_phone_stay(db: sqlite3.Connection) -> None:
    one, other = told(db), told(db, "sampah menumpuk")
    erasing.erase(db, one, at(), by="tests")
    kept = requests.by_id(db, other.id)
    assert kept is not None
    assert kept.reporter_phone == PHONE
    assert [text.request_id for text in texts.every(db)] == [other.id]


def test_a_phone_is_erased_with_all_it_has_said(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    told(db)
    told(db, "sampah menumpuk")
    say(db, "halo", new_id, b"\x04halo")
    with transaction(db):
        follow_ups.opt_out(db, PHONE, at().wall)
    assert erasing.erase_phone(db, PHONE, at(), by="tests") == 3
    assert PHONE.e164 not in dump(db)
    assert PHONE.e164[1:] not in dump(db)


def test_the_same_submission_again_brings_nothing_back(
    db: sqlite3.Connection, db_path: Path
) -> None:
    draft = a_draft(f"lampu {SECRETS[0]}")
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    erasing.erase(db, receipt.request, at(), by="tests")
    photo = photos.stage(
        db,
        Photo(content=b"\xff\xd8photo", media_type="image/jpeg"),
        at(),
        origin=None,
        limit=quota.Quota(limit=9, window=timedelta(hours=1)),
    )
    again = intake.receive(db, draft, at(hours=1), photo=photo)
    assert isinstance(again, intake.Receipt)
    assert not again.is_new
    assert again.request.text == ERASED_TEXT
    assert db.execute("SELECT count(*) FROM photos").fetchone()[0] == 0


def test_a_submission_whose_request_a_restored_copy_lacks_is_refused(
    db: sqlite3.Connection,
) -> None:
    draft = a_draft()
    order = ErasureOrdered(request_id=draft.submission_id, at=at().wall)
    casework.apply_batch(db, a_batch(order), at())
    assert isinstance(intake.receive(db, draft, at()), intake.Refused)
    assert [row.kind for row in outbox.every(db)] == [RequestErased.KIND]


def test_a_late_part_of_an_erased_message_is_dropped(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    first = a_part(b"\x04first", concat_key="+6281234567890/7/8/2", total=2, part=1)
    answering.keep_part(db, first, at())
    [stored] = sms_inbox.waiting(db)
    request_id = answering.answer(
        db, an_sms("sampah [...]", stored.id), Report("sampah [...]"), at(), new_id
    )
    request = requests.by_id(db, request_id or "")
    assert request is not None
    erasing.erase(db, request, at(minutes=5), by="tests")
    late = a_part(b"\x04Mawarjingga", concat_key="+6281234567890/7/8/2", total=2, part=2)
    assert not answering.keep_part(db, late, at(minutes=6))
    assert sms_inbox.waiting(db) == []
    assert "Mawarjingga" not in dump(db)
    another = a_part(b"\x04x", concat_key="+6281234567890/7/8/2", total=2, part=1)
    assert answering.keep_part(db, another, at(days=2))


def test_a_part_that_a_sim_gives_again_is_a_repetition(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    request_id = say(db, "sampah menumpuk", new_id, b"\x04sampah")
    request = requests.by_id(db, request_id or "")
    assert request is not None
    erasing.erase(db, request, at(hours=1), by="tests")
    assert not answering.keep_part(db, arrived(b"\x04sampah"), at(hours=2))
    assert sms_inbox.waiting(db) == []


def test_news_of_the_city_come_without_words_and_go_to_nobody(db: sqlite3.Connection) -> None:
    request = told(db)
    erasing.erase(db, request, at(), by="tests")
    news = RequestStatusChanged(
        request_id=request.id,
        ticket=request.ticket.digits,
        status="selesai",
        message=f"untuk {SECRETS[1]}",
        changed_at=at().wall,
    )
    assert casework.apply_batch(db, a_batch(news), at()).rejects == ()
    assert SECRETS[1] not in dump(db)
    assert texts.every(db) == []
    left = requests.by_id(db, request.id)
    assert left is not None
    assert left.status == "selesai"


def test_the_citys_order_erases_and_is_answered_once(db: sqlite3.Connection) -> None:
    request = told(db)
    order = ErasureOrdered(request_id=request.id, at=at().wall)
    casework.apply_batch(db, a_batch(order), at())
    casework.apply_batch(db, a_batch(order, first=2), at())
    assert remembered(db) == []
    [erased] = [row for row in outbox.every(db) if row.kind == RequestErased.KIND]
    assert json.loads(erased.payload)["by"] == erasing.CITY


def test_a_text_in_the_modems_hands_ends_and_tells_nothing(db: sqlite3.Connection) -> None:
    request = told(db)
    part = sending.claim_part(db, at(), lambda _to, body: [body.encode()])
    assert part is not None
    sending.part_sending(db, part.id, at())
    erasing.erase(db, request, at(), by="tests")
    sending.part_sent(db, part.id, 7, at())
    [text] = texts.every(db)
    assert (text.body, text.request_id, text.state) == (ERASED_TEXT, None, "sent")
    assert [row.kind for row in outbox.every(db)][-1] == RequestErased.KIND


def test_a_text_that_was_claimed_only_is_not_sent(db: sqlite3.Connection) -> None:
    request = told(db)
    part = sending.claim_part(db, at(), lambda _to, body: [body.encode()])
    assert part is not None
    erasing.erase(db, request, at(), by="tests")
    with pytest.raises(sending.NotOurs):
        sending.part_sending(db, part.id, at())


def test_the_photo_goes_with_the_request(db: sqlite3.Connection) -> None:
    folder = blob_files.of(db)
    file = folder.stage(b"\xff\xd8 a face")
    manifest = Manifest(sha256=file.sha256, size_bytes=9, media_type="image/jpeg")
    draft = a_draft()
    receipt = intake.receive(
        db, draft, at(), photo=photos.StagedPhoto(file=file, manifest=manifest)
    )
    assert isinstance(receipt, intake.Receipt)
    assert folder.read(file.sha256, 0, 9)
    erasing.erase(db, receipt.request, at(), by="tests")
    photos.sweep(db)
    assert not folder.read(file.sha256, 0, 9)


def test_a_salvaged_database_keeps_its_erasures(db: sqlite3.Connection, db_path: Path) -> None:
    request = told(db)
    erasing.erase(db, request, at(), by="tests")
    with transaction(db):
        db.execute("UPDATE requests SET text = ?, reporter_name = 'Siti Zubaidah'", SECRETS[:1])
    db.close()
    content = bytearray(db_path.read_bytes())
    wal(db_path).unlink(missing_ok=True)
    content[:16] = b"no database file"
    db_path.write_bytes(content)
    migrate.ensure(db_path, SITE, lambda: "0000ea60")
    salvaged = connect(db_path)
    left = requests.by_id(salvaged, request.id)
    assert left is not None
    assert left.text == ERASED_TEXT
    assert left.reporter_name is None
    assert erasures.of(salvaged, request.id)
    salvaged.close()


def test_what_the_box_forgets_alone_is_not_told(db: sqlite3.Connection) -> None:
    request = told(db)
    with transaction(db):
        erasing.forget(db, request.id, Reason.HANDED_OVER, at(), keeps_phone=True)
    left = requests.by_id(db, request.id)
    assert left is not None
    assert (left.text, left.reporter_phone) == (ERASED_TEXT, PHONE)
    assert len(outbox.every(db)) == 1
    erasing.erase(db, left, at(hours=1), by="tests")
    assert [row.kind for row in outbox.every(db)][-1] == RequestErased.KIND
    assert [entry.act for entry in processing_log.of_request(db, request.id)] == ["forget", "erase"]


def test_an_export_shows_what_is_hers_and_nobody_elses(
    db: sqlite3.Connection, official: Msisdn, new_id: Callable[[], str]
) -> None:
    request = told(db)
    intake.receive(db, a_draft("punya orang lain", reporter_phone=OTHER), at())
    facts = json.dumps(exporting.of_request(db, request, at(hours=1), by="tests"))
    for mine in SECRETS:
        assert mine in facts
    for others in (official.e164, "Kepala Dinas", "punya orang lain", OTHER.e164):
        assert others not in facts
    assert '"act": "export"' in facts


def test_a_phone_is_exported_with_what_belongs_to_no_request(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    told(db)
    say(db, "halo", new_id, b"\x04halo")
    facts = exporting.of_phone(db, PHONE, at(hours=1), by="tests")
    assert len(facts["requests"]) == 2
    assert exporting.of_phone(db, OTHER, at(), by="tests")["requests"] == []


def test_a_process_killed_anywhere_in_an_erasure_leaves_all_or_nothing(
    db: sqlite3.Connection, db_path: Path, official: Msisdn, new_id: Callable[[], str]
) -> None:
    """Another erasure then comes to the same end, and the card is clean after housekeeping."""
    request = told(db)
    say(db, f"TAMBAH {SECRETS[0]}", new_id, b"\x04Mawarjingga", about=request)
    before, deaths = dump(db), 0
    while _dies_at(db_path, request, deaths):
        assert dump(db) == before
        deaths += 1
    assert deaths > 10
    assert remembered(db) == []
    deaths = 0
    while _dies_at(db_path, None, deaths):
        assert remembered(db) == []
        deaths += 1
        if deaths > 60:
            break
    housekeeping.keep_house(db, at(hours=2).wall)
    assert not [secret for secret in SECRETS if secret.encode() in everything(db_path)]
    assert [row.kind for row in outbox.every(db)].count(RequestErased.KIND) == 1


def _dies_at(path: Path, request: ServiceRequest | None, statement: int) -> bool:
    """Erase (or keep house) in a process that is killed at its n-th statement; False if it ends."""
    child = os.fork()
    if child == 0:
        left = [statement]

        def count(_sql: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        mine = connect(path)
        mine.set_trace_callback(count)
        if request is None:
            housekeeping.keep_house(mine, at(hours=1).wall)
        else:
            erasing.erase(mine, request, at(hours=1), by="tests")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
