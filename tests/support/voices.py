"""Recordings that are none: the beginning of a WebM file, and something to tell it by."""

import sqlite3

from appliance.actions.cases import intake, recordings
from appliance.domain.cases import recording
from appliance.domain.cases.service_request import Channel, ServiceRequest
from tests.builders import a_draft
from tests.conftest import at

WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"


def a_voice(about: str = "lampu") -> bytes:
    """The same bytes each time for the same words."""
    return WEBM + about.encode()


def spoken(db: sqlite3.Connection, words: str = "", **changes: object) -> ServiceRequest:
    """A report by voice, with a sentence that was touched or none."""
    voice = recordings.stage(db, a_voice(words), 12)
    assert voice is not None
    told = {"channel": Channel.KIOSK, "is_spoken": True, "category": "sampah", **changes}
    text = recording.text_with(words, is_kept=True)
    receipt = intake.receive(db, a_draft(text, **told), at(), voice=voice)
    recordings.discard(db, voice)
    assert isinstance(receipt, intake.Receipt)
    return receipt.request
