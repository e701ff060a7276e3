"""A voice from the kiosk: kept with its report or not at all, written down once, then forgotten."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from appliance.actions.cases import intake, photos, recordings, transcribing
from appliance.actions.privacy import erasing, retaining, sealing
from appliance.domain.cases import recording
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.recording import APART, PLACEHOLDER
from appliance.domain.cases.service_request import Channel, Kind, Sensitivity, ServiceRequest
from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import TextAmended
from appliance.domain.privacy import retention
from appliance.store import blob_files
from appliance.store.cases import alerts, requests
from appliance.store.cases import recordings as stored
from appliance.store.city import outbox
from appliance.store.database import connect
from appliance.store.staff import staff_log
from tests.builders import PHONE, a_draft
from tests.conftest import at
from tests.support.voices import a_voice, spoken
from tests.unit.actions.sealed import KEYS

NewId = Callable[[], str]


def wrote(
    db: sqlite3.Connection, request: ServiceRequest, words: str, new_id: NewId
) -> ServiceRequest:
    return transcribing.transcribe(
        db, request.id, words, by="rina", now=at(minutes=5), new_id=new_id
    )


def files(db: sqlite3.Connection) -> list[str]:
    """What lies in the folder after a sweep."""
    photos.sweep(db)
    return sorted(file.name for file in blob_files.of(db).path.iterdir())


def amended(db: sqlite3.Connection, request: ServiceRequest) -> list[str]:
    events = (wire.decode_event(row.kind, row.payload.encode()) for row in outbox.every(db))
    return [e.text for e in events if isinstance(e, TextAmended) and e.request_id == request.id]


def left(db: sqlite3.Connection, request: ServiceRequest) -> ServiceRequest:
    found = requests.by_id(db, request.id)
    assert found is not None
    return found


def test_a_voice_is_kept_with_its_report_and_marked(db: sqlite3.Connection) -> None:
    request = spoken(db, "Sampah menumpuk")
    assert request.text == f"{PLACEHOLDER}\nSampah menumpuk"
    assert (request.category, request.kind) == ("sampah", Kind.COMPLAINT)
    assert Mark.VOICE in request.marks
    voice = stored.of(db, request.id)
    assert voice is not None
    assert (voice.state, voice.seconds) == ("waiting", 12)
    assert files(db) == [voice.sha256]


def test_voices_of_one_person_are_never_taken_for_the_same_report(db: sqlite3.Connection) -> None:
    first, second = spoken(db, kelurahan="14.71.07.1005"), spoken(db, kelurahan="14.71.07.1005")
    assert first.id != second.id
    assert second.duplicate_of is None


def test_a_confidential_report_keeps_no_voice(db: sqlite3.Connection) -> None:
    request = spoken(db, "saya dipukul suami tiap malam")
    assert request.sensitivity is Sensitivity.CONFIDENTIAL
    assert stored.of(db, request.id) is None
    assert files(db) == []


def test_without_room_the_report_is_stored_alone(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "TOTAL_MAX_BYTES", 10)
    assert recordings.stage(db, a_voice(), 12) is None


def _die_before_the_commit(path: Path) -> None:
    db = connect(path)
    voice = recordings.stage(db, a_voice(), 12)
    db.set_trace_callback(lambda sql: os._exit(9) if sql.startswith("COMMIT") else None)
    draft = a_draft(PLACEHOLDER, channel=Channel.KIOSK, is_spoken=True)
    intake.receive(db, draft, at(), voice=voice)


def test_a_kill_between_file_and_row_leaves_neither(db: sqlite3.Connection, db_path: Path) -> None:
    child = get_context("spawn").Process(target=_die_before_the_commit, args=(db_path,))
    child.start()
    child.join()
    assert child.exitcode == 9
    assert len(list(blob_files.of(db).path.iterdir())) == 1
    assert list(requests.every(db)) == []
    assert files(db) == []


def test_what_staff_write_becomes_the_text_at_both_ends_once(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request = spoken(db, "Sampah menumpuk")
    said = wrote(db, request, "Sudah dua minggu di gang Mawar", new_id)
    assert said.id == request.id
    assert said.text == "Sudah dua minggu di gang Mawar\nSampah menumpuk"
    assert said.category == "sampah"
    assert amended(db, request) == [said.text]
    assert [
        (e.what, e.by) for e in staff_log.page(db, by="", subject=request.id, before=None, limit=9)
    ] == [("transcribed", "rina")]
    with pytest.raises(BadInput):
        wrote(db, request, "Lain lagi", new_id)
    assert left(db, request).text == said.text


def test_nothing_is_not_taken_for_words(db: sqlite3.Connection, new_id: NewId) -> None:
    with pytest.raises(BadInput):
        wrote(db, spoken(db), " \n ", new_id)


def test_words_of_an_emergency_become_an_urgent_report_of_their_own(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request = spoken(db, reporter_phone=PHONE)
    urgent = wrote(db, request, "rumah tetangga terbakar di gang Mawar, tolong cepat", new_id)
    assert urgent.id != request.id
    assert urgent.kind is Kind.EMERGENCY
    assert (urgent.channel, urgent.reporter_phone) == (Channel.KIOSK, PHONE)
    assert left(db, request).text == recording.moved_to(str(urgent.ticket))


def test_confidential_words_are_sealed_and_the_voice_goes_at_once(
    db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    sealing.configure(db_path, KEYS)
    request = spoken(db)
    secret = wrote(db, request, "saya dipukul suami tiap malam", new_id)
    assert secret.sealed is not None
    assert secret.sensitivity is Sensitivity.CONFIDENTIAL
    assert Mark.ALERT not in secret.marks or alerts.unanswered(db)
    assert left(db, request).text == APART
    assert files(db) == []
    assert "dipukul" not in "\n".join(db.iterdump())


def test_a_voice_goes_with_its_report(db: sqlite3.Connection, new_id: NewId) -> None:
    request = spoken(db)
    erasing.erase(db, request, at(hours=1), by="test")
    assert files(db) == []
    with pytest.raises(BadInput):
        wrote(db, request, "lampu mati", new_id)


def test_a_voice_is_forgotten_some_time_after_it_was_written_down(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    written, waiting = spoken(db, "satu"), spoken(db, "dua")
    wrote(db, written, "lampu mati", new_id)
    days = retention.RECORDING.days
    retaining.retain(db, replace(at(days=days - 1), source="ntp"))
    assert stored.of(db, written.id) is not None
    retaining.retain(db, replace(at(days=days + 1), source="ntp"))
    assert stored.of(db, written.id) is None
    assert stored.of(db, waiting.id) is not None
    assert len(files(db)) == 1
