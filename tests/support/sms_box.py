"""The SMS part of a box: its mailbox on a real database, and the network instead of a modem."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment
from appliance.store import migrate, room
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import connect
from appliance.store.sms import texts
from modem.inbound import MISSING_AFTER
from modem.mailbox import SmsMailbox
from tests.sim.air import Air

CITIZEN = "+628123456789"
NEIGHBOUR = "+628129999999"


class Box:
    def __init__(self, path):
        self.path = path
        migrate.ensure(path, SiteCode("14.71.07"), lambda: "00000001")
        self.time = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
        self.seconds = 0.0
        self.boot_id = "first boot"
        self.ids = count(1)
        self.air = Air()
        self.db = connect(path)
        self.start()

    def start(self):
        self.mailbox = SmsMailbox(
            self.db,
            now=self.moment,
            new_id=lambda: f"00000000-0000-7000-8000-{next(self.ids):012d}",
            first_reference=0,
            clock=lambda: self.seconds,
        )
        self.mailbox.recover()

    def moment(self):
        return Moment(wall=self.time, boot_id=self.boot_id, mono_ms=int(self.seconds * 1000))

    def pass_time(self, delta):
        self.time += delta
        self.seconds += delta.total_seconds()

    def set_clock(self, delta):
        self.time += delta

    def boot_anew(self, clock_off_by):
        self.set_clock(clock_off_by)
        self.boot_id, self.seconds = "second boot", 0.0
        self.start()

    def arrive(self, pdus):
        for pdu in pdus:
            self.mailbox.receive(pdu, memory="SM", index=0)
        self.pass_time(timedelta(seconds=1))
        self.mailbox.act()

    def sms(self, text, sender=CITIZEN, **options):
        pdus = self.air.inject(sender, text, **options)
        self.arrive(pdus)
        return pdus

    @property
    def reports(self):
        return [request.text for request in requests.every(self.db)]

    @property
    def queued(self):
        return texts.every(self.db)

    def send(self, outcome):
        while part := self.mailbox.next_part():
            self.mailbox.sending(part.part_id)
            outcome(part)
            self.seconds += 2
            self.time += timedelta(seconds=2)


@contextmanager
def locked(box):
    """Another process holds the writer's lock."""
    box.db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(box.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full_disk(box, monkeypatch):
    """Not a byte can be written."""

    def refuse(*_, **__):
        raise room.full(box.path)

    with monkeypatch.context() as patch:
        patch.setattr(room, "prepare", refuse)
        yield


def outcomes(box):
    return [row["outcome"] for row in box.db.execute("SELECT outcome FROM sms_inbox ORDER BY id")]


def kinds(box):
    return [row.kind for row in outbox.every(box.db)]


def told(box, kind):
    """The events of a kind for the city, as they go to it."""
    rows = (row for row in outbox.every(box.db) if row.kind == kind)
    return [wire.decode_event(row.kind, row.payload.encode()) for row in rows]


def in_two_parts(box, first, second, sender=CITIZEN):
    """What the first 153 signs say, given up waiting for the rest, and then the rest."""
    one, two = box.air.inject(sender, first.ljust(153, ".") + second)
    box.arrive([one])
    box.pass_time(MISSING_AFTER)
    box.arrive([])
    box.arrive([two])
    box.pass_time(timedelta(minutes=2))
    box.arrive([])
