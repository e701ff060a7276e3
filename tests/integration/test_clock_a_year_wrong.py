"""Box check 11: a box without a network boots with its clock a year ahead or behind."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.actions.cases import intake
from appliance.actions.wifi import wifi_sessions as wifi
from appliance.domain.cases.service_request import Status, StatusEntry
from appliance.domain.moment import Moment
from appliance.kiosk.app import create_app as kiosk_app
from appliance.runtime import ids
from appliance.runtime.settings import Portal, Settings, Site
from appliance.store.cases import requests
from appliance.store.database import connect, transaction
from appliance.store.wifi import wifi_sessions as sessions
from captive_portal.app import create_app as portal_app
from sync_agent.housekeeper import Housekeeper
from tests.builders import a_draft
from tests.support.kiosk_pages import confirmed, touch
from tests.support.kiosk_pages import ticket_of as kiosk_ticket
from tests.support.portal_pages import submit
from tests.support.portal_pages import ticket_of as portal_ticket
from tests.support.sms_box import Box

YEAR = timedelta(days=365)
SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")
MAC = "02:00:00:00:00:01"
LIMIT = 3


class House:
    """A box with all its channels, whose clock somebody else sets."""

    def __init__(self, path: Path) -> None:
        self.sms, self.source = Box(path), "ntp"
        self.db: sqlite3.Connection = self.sms.db
        self._off = timedelta()
        settings = Settings(site=SITE, portal=Portal(reports_per_hour=LIMIT))
        opened = partial(connect, path)
        self.portal = portal_app(settings, opened, now=self.now, new_id=ids.new_id).test_client()
        self.kiosk: FlaskClient = kiosk_app(
            settings, opened, now=self.now, new_id=ids.new_id
        ).test_client()
        self.start()

    def start(self) -> None:
        self._housekeeper = Housekeeper(self.db, now=self.now, monotonic_s=lambda: self.sms.seconds)

    def now(self) -> Moment:
        moment: Moment = self.sms.moment()
        return replace(moment, source=self.source)

    @property
    def truth(self) -> datetime:
        """What a right clock shows."""
        return self.now().wall - self._off

    def boot(self, off: timedelta) -> None:
        """The power was away; nobody sets the clock."""
        self.source, self._off = "none", off
        self.sms.boot_anew(off)
        self.start()

    def set_clock(self) -> None:
        """The network is back."""
        self.sms.set_clock(-self._off)
        self.source, self._off = "ntp", timedelta()

    def pass_hours(self, hours: int) -> None:
        for _ in range(2 * hours):
            self.sms.pass_time(timedelta(minutes=30))
            self._housekeeper()

    def created(self, ticket_or_text: str) -> datetime:
        [found] = [
            one for one in requests.every(self.db)
            if ticket_or_text in (one.ticket.digits, one.text)
        ]  # fmt: skip
        return found.created_at

    def count(self, table: str) -> int:
        [count] = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A box that has been in use under a right clock."""
    made = House(tmp_path / "posko.db")
    receipt = intake.receive(made.db, a_draft("pohon tumbang di jalan"), made.now())
    assert isinstance(receipt, intake.Receipt)
    closed = StatusEntry(
        status=Status.CLOSED, message="sudah selesai", agency="DLHK", at=made.now().wall
    )
    with transaction(made.db):
        requests.set_status(made.db, receipt.request.id, closed)
    wifi.block(made.db, MAC, "mengganggu", days=7, now=made.now())
    with transaction(made.db):
        made.db.execute(
            """
            INSERT INTO wifi_sessions (id, zone, device, resume_hash, terms_version, granted_s,
                opened_at_ms) VALUES (?, 'kantor', ?, ?, 'v1', 60, ?)
            """,
            ("0" * 36, "d" * 32, "r" * 64, int(made.now().wall.timestamp() * 1000)),
        )
    made.pass_hours(24)
    return made


@pytest.mark.parametrize("off", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_residents_notice_nothing_and_times_are_put_right(house: House, off: timedelta) -> None:
    house.boot(off)
    before = {table: house.count(table) for table in ("wifi_sessions", "wifi_blocks", "texts")}
    told: dict[str, datetime] = {}

    assert house.portal.get("/").status_code == 200
    sent = submit(house.portal)
    told[portal_ticket(sent)] = house.truth
    assert "PIN" in house.portal.get(sent.headers["Location"]).text, "the fresh page, with its PIN"
    house.pass_hours(1)
    done = touch(house.kiosk, confirmed(house.kiosk, "Jalan berlubang"), agree="no")
    told[kiosk_ticket(done)] = house.truth
    house.pass_hours(1)
    house.sms.sms("lampu jalan mati di depan masjid")
    told["lampu jalan mati di depan masjid"] = house.truth
    sent_parts: list[object] = []
    house.sms.send(sent_parts.append)
    assert sent_parts, "the receipt goes out, a queue does not wait for a year"

    house.pass_hours(48)
    after = {table: house.count(table) for table in before}
    assert after["wifi_sessions"] == before["wifi_sessions"], "nothing is forgotten"
    assert after["wifi_blocks"] == before["wifi_blocks"]
    assert "pohon tumbang di jalan" in house.sms.reports

    house.set_clock()
    house.pass_hours(2)
    for one, truth in told.items():
        assert abs(house.created(one) - truth) < timedelta(seconds=5), one
    assert len(house.sms.reports) == 4
    assert house.count("wifi_sessions") == before["wifi_sessions"]
    assert sessions.is_blocked(house.db, MAC, house.now().wall)
    for number in range(LIMIT):
        text = f"Parit tersumbat di gang {number}"
        again = submit(house.portal, text=text, submission_id=ids.new_id())
        assert portal_ticket(again), "no quota of a wrong year stands"
