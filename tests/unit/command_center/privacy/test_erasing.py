"""A person's data, gone from the city for good."""

import json
import os
import signal
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.events.files import PhotoAttached
from appliance.domain.events.privacy import ConsentChanged, RequestErased
from appliance.domain.events.requests import FollowedUp, TextAmended
from appliance.domain.events.texts import TextSettled
from appliance.domain.ids import SiteCode
from appliance.domain.privacy.erasure import ERASED_TEXT, redacted
from command_center.cases import casework
from command_center.privacy import erasing, exporting
from command_center.store import database
from command_center.store.database import reading
from command_center.store.privacy import consents, erasures
from command_center.store.receiving import follow_ups, photos
from tests.conftest import START
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import (
    a_batch,
    a_received,
    received,
    request,
    rows,
    store,
    tell,
    wire_event,
)
from tests.unit.command_center.privacy.siti import SECRETS, dump, orders, remembered, siti

LATER = START + timedelta(hours=1)


def test_an_order_erases_here_and_waits_for_the_box(engine: Engine) -> None:
    case = siti(engine)
    assert remembered(engine) == [*SECRETS]
    erasing.order(engine, case.request_id, by="tests", now=LATER)
    assert remembered(engine) == []
    assert orders(engine) == [case.request_id]
    with reading(engine) as connection:
        assert erasures.unconfirmed(connection) == [case.request_id]
        assert follow_ups.due(connection) == []


def test_statistics_stand_as_before(engine: Engine) -> None:
    case = siti(engine)
    erasing.order(engine, case.request_id, by="tests", now=LATER)
    left = request(engine, case.request_id)
    for name in ("ticket", "category", "agency", "kind", "occurred_ms", "received_ms", "kelurahan"):
        assert getattr(left, name) == getattr(case, name)
    assert (left.status, left.text) == ("diproses", ERASED_TEXT)


def test_nothing_is_left_in_the_file_and_its_wal(sqlite_city: Engine) -> None:
    case = siti(sqlite_city)
    erasing.order(sqlite_city, case.request_id, by="tests", now=LATER)
    assert erasing.scrub(sqlite_city) == 1
    path = database.file_of(sqlite_city)
    assert path is not None
    for file in (path, path.with_name(path.name + "-wal")):
        content = file.read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in content] == []
    assert erasing.scrub(sqlite_city) == 0


def test_what_a_box_has_erased_the_city_erases_and_keeps_an_order_for_older_copies(
    engine: Engine,
) -> None:
    case = siti(engine)
    ack = tell(engine, RequestErased(request_id=case.request_id, at=LATER, by="posko, admin"))
    assert ack.reject == []
    assert remembered(engine) == []
    assert orders(engine) == [case.request_id]
    with reading(engine) as connection:
        assert erasures.unconfirmed(connection) == []
        assert follow_ups.due(connection) == []


def test_another_site_cannot_erase(engine: Engine) -> None:
    case = siti(engine)
    gone = RequestErased(request_id=case.request_id, at=LATER, by="x")
    told = wire_event(gone)
    ack = store(engine, a_batch(told, epoch="0badbad0"), site=SiteCode("14.71.08"))
    assert [reject.code for reject in ack.reject] == ["event"]
    assert remembered(engine) == [*SECRETS]


def test_nothing_that_comes_later_brings_it_back(engine: Engine) -> None:
    """A box restored from a backup tells it all again under a new epoch."""
    case = siti(engine)
    erasing.order(engine, case.request_id, by="tests", now=LATER)
    id_ = case.request_id
    again = [
        a_received(request_id=id_, ticket=case.ticket, text=SECRETS[0], reporter_name=SECRETS[1]),
        FollowedUp(follow_up_id="f9", request_id=id_, wish="tambah", text=SECRETS[0], at=START),
        TextAmended(request_id=id_, text=SECRETS[0], at=START),
        PhotoAttached(request_id=id_, sha256="b" * 64, size_bytes=9, media_type="image/jpeg"),
        TextSettled(request_id=id_, text_id=2, purpose="status", recipient=SECRETS[4],
                    state="delivered", at=START),
    ]  # fmt: skip
    ack = store(engine, a_batch(*map(wire_event, again), epoch="0badbad0"))
    assert ack.reject == []
    assert remembered(engine) == []
    with reading(engine) as connection:
        assert photos.by_request(connection, id_) is None
    settled = rows(engine, "SELECT payload FROM down_outbox WHERE kind LIKE '%photo_settled'")
    assert '"failed"' in str(settled)


def test_a_request_erased_before_the_city_has_heard_of_it_stays_a_figure(engine: Engine) -> None:
    event_ = a_received(text=SECRETS[0], reporter_name=SECRETS[1])
    left = redacted(event_.KIND, wire.encode_event(event_).decode())
    gone = RequestErased(request_id=event_.request_id, at=LATER, by="posko")
    batch = a_batch(wire_event(data=left), wire_event(gone))
    assert store(engine, batch).reject == []
    assert request(engine, event_.request_id).text == ERASED_TEXT


@pytest.mark.parametrize("is_erased_at_the_city", [False, True])
def test_the_same_number_with_and_without_its_person_is_no_clone(
    engine: Engine, is_erased_at_the_city: bool
) -> None:
    """The ack was lost, one of the two has erased since, and the box sends again."""
    event_ = a_received(text=SECRETS[0])
    store(engine, a_batch(wire_event(event_)))
    if is_erased_at_the_city:
        erasing.order(engine, event_.request_id, by="tests", now=LATER)
    left = wire_event(data=redacted(event_.KIND, wire.encode_event(event_).decode()))
    for again in (left, wire_event(event_)):
        assert not store(engine, a_batch(again)).renew
    other = wire_event(a_received(request_id=event_.request_id, category="sampah"))
    assert store(engine, a_batch(other)).renew


def test_consents_are_kept_with_proof_and_taken_back(engine: Engine) -> None:
    case = received(engine)
    given = ConsentChanged(
        request_id=case.request_id,
        purpose="publish",
        is_given=True,
        text_version="1",
        language="id",
        channel="portal",
        at=START,
    )
    tell(engine, given)
    with reading(engine) as connection:
        assert consents.holds(connection, case.request_id, "publish")
    taken_back = ConsentChanged(**{**_fields(given), "is_given": False, "at": LATER})
    tell(engine, taken_back)
    with reading(engine) as connection:
        assert not consents.holds(connection, case.request_id, "publish")
        [agreed] = consents.of_request(connection, case.request_id)
    assert (agreed.given_at, agreed.withdrawn_at) == (START, LATER)


def _fields(struct: ConsentChanged) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def test_an_export_names_no_officer_and_is_noted(engine: Engine) -> None:
    case = siti(engine)
    casework.change_status(
        engine, case.request_id, Status.RESOLVED, "beres", by="Budi Petugas", now=LATER
    )
    [facts] = exporting.export(engine, [case], by="tests", now=LATER)
    shown = json.dumps(facts)
    assert SECRETS[0] in shown
    assert "Budi Petugas" not in shown
    [again] = exporting.export(engine, [case], by="tests", now=LATER)
    assert [entry["act"] for entry in again["processed"]] == ["export", "export"]


@pytest.fixture
def officer(engine: Engine) -> FlaskClient:
    return an_officer(engine, now=LATER)


def test_officers_tick_off_what_they_have_answered(engine: Engine, officer: FlaskClient) -> None:
    case = received(engine)
    tell(
        engine,
        FollowedUp(follow_up_id="d1", request_id=case.request_id, wish="data", text="", at=START),
    )
    assert "lihat data" in officer.get("/data-pribadi").text
    assert "diperlihatkan" in officer.get(f"/permohonan/{case.request_id}").text
    assert officer.post("/data-pribadi/d1").status_code == 303
    assert officer.post("/data-pribadi/nothing").status_code == 303
    assert "lihat data" not in officer.get("/data-pribadi").text
    assert rows(engine, "SELECT done_by FROM follow_ups") == [("uji-verifikator",)]


def test_erasing_by_the_page_wants_to_be_sure(engine: Engine, officer: FlaskClient) -> None:
    case = siti(engine)
    page = f"/permohonan/{case.request_id}/hapus"
    assert "Tidak dapat dibatalkan" in officer.get(page).text
    assert officer.post(page).status_code == 200
    assert remembered(engine) == [*SECRETS]
    assert officer.post(page, data={"sure": "yes"}).status_code == 303
    assert remembered(engine) == []
    assert "Menunggu kotak Posko" in officer.get(f"/permohonan/{case.request_id}").text
    assert "Menunggu kotak Posko" in officer.get("/data-pribadi").text
    assert officer.get("/permohonan/unknown/hapus").status_code == 404


def test_a_process_killed_anywhere_in_an_erasure_leaves_all_or_nothing(engine: Engine) -> None:
    case = siti(engine)
    before, deaths = dump(engine), 0
    engine.dispose()
    while _dies_at(engine, case.request_id, deaths):
        assert dump(engine) == before
        engine.dispose()
        deaths += 1
    assert deaths > 8
    assert remembered(engine) == []
    assert orders(engine) == [case.request_id]


def _dies_at(engine: Engine, request_id: str, statement: int) -> bool:
    """Erase in a process that is killed before its n-th statement; False if it ends."""
    child = os.fork()
    if child == 0:
        left = [statement]

        def count(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)
        erasing.order(engine, request_id, by="tests", now=LATER)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
