"""What the box knows of a person: her own words and data, and what was done with them.

Other people's data are left out: of an official there is his agency and a masked number.
"""

import sqlite3
from typing import Any

from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import Moment, from_ms
from appliance.domain.phone import Msisdn
from appliance.store.cases import answers, follow_ups, photos, recordings, requests
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.privacy import consents, erasures, processing_log
from appliance.store.public import publications
from appliance.store.sms import sms_inbox, texts
from appliance.store.staff import staff_actions, staff_log

Facts = dict[str, Any]


def basics(request: ServiceRequest) -> Facts:
    """What a request tells of itself, as the program's lists show it."""
    return {
        "ticket": str(request.ticket),
        "channel": request.channel,
        "kind": request.kind,
        "category": request.category,
        "sensitivity": request.sensitivity,
        "agency": request.agency,
        "status": request.status,
        "text": request.text,
        "phone": request.reporter_phone.e164 if request.reporter_phone else None,
        "name": request.reporter_name,
        "location": request.location,
        "kelurahan": request.kelurahan,
        "created_at": request.created_at.isoformat(),
    }


def of_request(db: sqlite3.Connection, request: ServiceRequest, now: Moment, *, by: str) -> Facts:
    """All about one request; that it was asked for is noted."""
    with transaction(db):
        processing_log.add(db, request.id, "export", by, now.wall)
        return _request(db, request)


def of_phone(db: sqlite3.Connection, phone: Msisdn, now: Moment, *, by: str) -> Facts:
    """All about a phone: its requests, and the SMS that belong to none."""
    with transaction(db):
        own = requests.of_phone(db, phone)
        for request in own:
            processing_log.add(db, request.id, "export", by, now.wall)
        if not own:
            processing_log.add(db, None, "export", by, now.wall)
        return {
            "phone": phone.e164,
            "wants_no_news": follow_ups.has_opted_out(db, phone),
            "requests": [_request(db, request) for request in own[::-1]],
            "sms": [
                _message(message)
                for message in sms_inbox.every_of(db, phone)
                if message.request_id is None
            ],
            "texts": [
                _text(text, phone)
                for text in texts.every(db)
                if text.recipient == phone.e164 and text.request_id is None
            ],
        }


def _request(db: sqlite3.Connection, request: ServiceRequest) -> Facts:
    phone, erased = request.reporter_phone, erasures.of(db, request.id)
    lanes = outbox.lanes(db)
    return {
        **basics(request),
        "photo": photos.state_of(db, request.id),
        "recording": voice.state if (voice := recordings.of(db, request.id)) else None,
        "published": _published(db, request.id),
        "consents": [_consent(record) for record in consents.of_request(db, request.id)],
        "history": [
            {
                "at": entry.at.isoformat(),
                "status": entry.status,
                "message": entry.message,
                "agency": entry.agency,
            }
            for entry in requests.history(db, request.id)
        ],
        "said_later": [
            {"at": said.at.isoformat(), "wish": said.wish, "text": said.text}
            for said in follow_ups.of_request(db, request.id)
        ],
        "asked_by_staff": [
            {
                "at": action.at.isoformat(),
                "act": action.wish.act,
                "changes": dict(action.wish.changes),
                "message": action.wish.message,
                "outcome": action.outcome,
            }
            for action in staff_actions.of_request(db, request.id)
        ],
        "sms": [
            _message(message)
            for message in sms_inbox.every_of(db, phone)
            if message.request_id == request.id
        ]
        if phone
        else [],
        "texts": [_text(text, phone) for text in texts.of_request(db, request.id)],
        "told_to_the_city": [
            {
                "at": from_ms(row.wall_ms).isoformat(),
                "event": row.kind,
                "has_arrived": row.seq <= lanes[row.lane].acked_seq,
            }
            for row in outbox.of_subject(db, request.id)
        ],
        "processed": [
            {"at": entry.at.isoformat(), "act": entry.act, "by": entry.by}
            for entry in processing_log.of_request(db, request.id)
        ]
        + [
            {"at": entry.at.isoformat(), "act": entry.what, "by": "petugas kecamatan"}
            for entry in staff_log.of_subject(db, request.id)
        ],
        "erased_at": erased.at.isoformat() if erased else None,
    }


def _published(db: sqlite3.Connection, request_id: str) -> Facts:
    shown, answer = publications.of_request(db, request_id), answers.of(db, request_id)
    return {
        "state": shown.state if shown else None,
        "text": shown.text if shown else None,
        "answer": answer.text if answer else None,
    }


def _consent(record: consents.Record) -> Facts:
    return {
        "purpose": record.purpose,
        "text_version": record.text_version,
        "language": record.language,
        "channel": record.channel,
        "given_at": record.given_at.isoformat(),
        "withdrawn_at": record.withdrawn_at.isoformat() if record.withdrawn_at else None,
    }


def _message(message: sms_inbox.Message) -> Facts:
    return {
        "at": message.received_at.isoformat(),
        "text": message.body,
        "outcome": message.outcome,
    }


def _text(text: texts.Text, phone: Msisdn | None) -> Facts:
    is_own = phone is not None and text.recipient == phone.e164
    return {
        "at": text.created_at.isoformat(),
        "to": text.recipient if is_own else Msisdn(text.recipient).masked,
        "purpose": text.purpose,
        "state": text.state,
        "text": text.body,
    }
