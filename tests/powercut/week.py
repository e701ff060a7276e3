"""The program under the recorder: one stretch of a week in which the box has no uplink.

`python -m tests.powercut.week FOLDER STRETCH` takes in its share of complaints by portal, kiosk and
SMS, hours apart by the box's clock, and writes each text into FOLDER/confirmed at the moment at
which the resident's part is done: the ticket is shown, or the SMS may be deleted from the SIM.
"""

import hashlib
import os
import sqlite3
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.actions.cases import intake
from appliance.actions.sms import answering
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import ReceivedPart, ReceivedSms, Report
from appliance.runtime import ids
from appliance.store import database, housekeeping, migrate
from appliance.store.database import connect
from appliance.store.sms import sms_inbox
from tests.conftest import SITE, START

WEEK = timedelta(days=7)
INTAKES = 300
PACE = WEEK / INTAKES
UNSET = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """From one boot to the power cut that ends it (or to the end of the week)."""

    boot: str
    first: int
    last: int
    """Of the week's intakes."""
    has_clock: bool
    """Without an RTC a boot without uplink begins in 1970."""

    def begin(self) -> datetime:
        """The true time of the boot."""
        return true_time(self.first) - timedelta(minutes=1)

    def moment(self, at: datetime) -> Moment:
        """What the box's clocks show at a true time."""
        uptime = at - self.begin()
        return Moment(
            wall=at if self.has_clock else UNSET + uptime,
            boot_id=self.boot,
            mono_ms=uptime // timedelta(milliseconds=1),
            source="ntp" if self.has_clock else "none",
        )


STRETCHES = (
    Stretch("boot-1", 0, 130, has_clock=True),
    Stretch("boot-2", 130, 230, has_clock=False),
    Stretch("boot-3", 230, INTAKES, has_clock=False),
)


def true_time(number: int) -> datetime:
    """When the resident with this number comes; the week ends when the tests' time begins."""
    return START - WEEK + number * PACE


def text(number: int) -> str:
    """What they report; every seventh is an emergency."""
    words = "tolong ada kebakaran di blok" if number % 7 == 0 else "lampu jalan mati di gang"
    return f"{words} {number}"


def main(folder: Path, stretch: Stretch) -> None:
    """Take the stretch's complaints in."""
    path = folder / "posko.db"
    database.CHECKPOINT_FROM_BYTES = 64 * 1024  # so that cuts fall into checkpoints too
    migrate.ensure(path, SITE, ids.new_epoch)
    db = connect(path)
    confirmed = os.open(folder / "confirmed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    answer_waiting(db, stretch.moment(stretch.begin()))
    for number in range(stretch.first, stretch.last):
        now = stretch.moment(true_time(number))
        if number % 3 == 2:
            keep_sms(db, number, now)
        else:
            report(db, number, now)
        os.write(confirmed, f"{number}\n".encode())
        answer_waiting(db, now)
        if number % 20 == 19:
            housekeeping.keep_house(db, now.wall)


def report(db: sqlite3.Connection, number: int, now: Moment) -> None:
    """Somebody at a screen."""
    draft = Draft(
        channel=Channel.PORTAL if number % 3 else Channel.KIOSK,
        text=text(number),
        submission_id=ids.new_id(),
    )
    receipt = intake.receive(db, draft, now)
    assert isinstance(receipt, intake.Receipt)


def keep_sms(db: sqlite3.Connection, number: int, now: Moment) -> None:
    """A text comes in; its words stand for its TPDU."""
    tpdu = text(number).encode()
    part = ReceivedPart(
        fingerprint=hashlib.sha256(tpdu).hexdigest(), tpdu=tpdu, sender=f"+62812{number:08d}"
    )
    assert answering.keep_part(db, part, now)


def answer_waiting(db: sqlite3.Connection, now: Moment) -> None:
    """What the modem daemon does after each message, and after each start."""
    for part in sms_inbox.waiting(db):
        phone = Msisdn(part.sender or "")
        words = part.tpdu.decode()
        sms = ReceivedSms(sender=str(phone), phone=phone, text=words, part_ids=(part.id,))
        answering.answer(db, sms, Report(words), now, ids.new_id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), STRETCHES[int(sys.argv[2])])
