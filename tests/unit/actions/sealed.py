"""Reports that a unit alone can open."""

import sqlite3
from collections.abc import Callable

from appliance.actions.cases import intake
from appliance.actions.sms import answering
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content
from appliance.domain.sms.received import Report
from appliance.store.sms import sms_inbox
from tests.builders import a_draft, a_part, an_sms
from tests.conftest import at

SECRET, UNIT_SECRET = bytes(range(32)), bytes(range(1, 33))
KEY, UNIT_KEY = sealing.public_key(SECRET), sealing.public_key(UNIT_SECRET)
KEYS = {"*": KEY, "DP3APM": UNIT_KEY}
WORDS = ["tersundutrokok", "Mawarnita", "gangmelatidalam"]
TEXT = f"saya dipukul suami, kdrt, {WORDS[0]}"
NewId = Callable[[], str]


def opened(sealed: str | None, secret: bytes = UNIT_SECRET) -> Content:
    assert sealed is not None
    return sealing.unseal(sealing.parse(sealed), secret)[0]


def report(db: sqlite3.Connection, **changes: object) -> ServiceRequest:
    values = {"text": TEXT, "reporter_name": WORDS[1], "location": WORDS[2]}
    receipt = intake.receive(db, a_draft(**{**values, **changes}), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def texted(
    db: sqlite3.Connection, text: str, new_id: NewId, command: object = None, **when: float
) -> str | None:
    """Take in an SMS as the modem does: kept first, then acted on."""
    tpdu = b"\x04" + text.encode()
    number = db.execute("SELECT count(*) FROM sms_parts").fetchone()[0]
    part = a_part(tpdu, fingerprint=f"{number:064d}")
    answering.keep_part(db, part, at(**when))
    [waiting] = sms_inbox.waiting(db)
    assert waiting.tpdu == tpdu
    sms = an_sms(text, waiting.id)
    return answering.answer(db, sms, command or Report(text), at(**when), new_id)  # type: ignore[arg-type]
