"""What the mailbox does when the database refuses, the disk is full, a message cannot be read."""

import sqlite3
from datetime import timedelta

import pytest

from appliance.store.sms import sms_inbox
from modem.driver import NotStoredError
from modem.events import Health, ModemState, Verdict
from tests.support.sms_box import (
    CITIZEN,
    full_disk,
    kinds,
    locked,
)


def test_crash_between_keeping_and_acting_is_made_up_for(box):
    for pdu in box.air.inject(CITIZEN, "Listrik padam"):
        box.mailbox.receive(pdu, memory="SM", index=3)
    assert box.reports == []
    box.start()
    assert box.reports == ["Listrik padam"]


def test_unreadable_pdu_is_quarantined(box):
    """SMS check 34."""
    box.arrive([b"\x00\x04\xff" + bytes(500), b""])
    states = box.db.execute("SELECT state FROM sms_parts").fetchall()
    assert [row["state"] for row in states] == ["quarantined", "quarantined"]
    box.sms("Sesudahnya")
    assert box.reports == ["Sesudahnya"]


@pytest.mark.parametrize("octets", [177, 401, 512])
def test_readable_pdu_that_is_too_long_is_quarantined(box, octets):
    (pdu,) = box.air.inject(CITIZEN, "Panjang sekali")
    box.arrive([pdu + bytes(octets - len(pdu))])
    (row,) = box.db.execute("SELECT state, length(tpdu) AS size FROM sms_parts").fetchall()
    assert (row["state"], row["size"]) == ("quarantined", min(octets, 400))
    assert box.reports == []


def test_message_that_the_table_refuses_is_quarantined(box, monkeypatch):
    def refuse(*_):
        raise sqlite3.IntegrityError("CHECK constraint failed")

    monkeypatch.setattr(sms_inbox, "keep_part", refuse)
    box.sms("Aneh")
    assert [row["state"] for row in box.db.execute("SELECT state FROM sms_parts")] == [
        "quarantined"
    ]


@pytest.mark.parametrize(
    "error", [sqlite3.IntegrityError, sqlite3.DatabaseError, sqlite3.OperationalError]
)
def test_any_fault_of_the_database_keeps_the_message_on_the_sim(box, monkeypatch, error):
    """SMS check 38."""

    def refuse(*_):
        raise error("no")

    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    with monkeypatch.context() as patch:
        patch.setattr(sms_inbox, "keep_part", refuse)
        patch.setattr(sms_inbox, "quarantine", refuse)
        with pytest.raises(NotStoredError):
            box.mailbox.receive(pdu, memory="SM", index=0)
    box.arrive([pdu])
    assert box.reports == ["Nanti"]


def test_full_disk_stops_nothing_for_good(box, monkeypatch):
    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    box.sms("Lampu jalan mati")
    part = box.mailbox.next_part()
    with full_disk(box, monkeypatch):
        for _ in range(20):
            with pytest.raises(NotStoredError):
                box.mailbox.receive(pdu, memory="SM", index=0)
            with pytest.raises(NotStoredError):
                box.mailbox.sending(part.part_id)
            box.mailbox.refused(part.part_id, "not stored", Verdict.TEMPORARY)
            box.mailbox.modem_state(Health(state=ModemState.READY))
            box.mailbox.act()
            assert box.mailbox.next_part() is None
            box.pass_time(timedelta(seconds=30))
        box.start()
    box.arrive([pdu])
    box.send(lambda part: box.mailbox.sent(part.part_id, 5))
    assert box.reports == ["Lampu jalan mati", "Nanti"]
    assert [text.state for text in box.queued] == ["sent", "sent"]


def test_outcome_that_cannot_be_written_is_written_later(box):
    box.sms("BANTUAN")
    part = box.mailbox.next_part()
    box.mailbox.sending(part.part_id)
    with locked(box):
        box.mailbox.sent(part.part_id, 5)
        assert box.mailbox.next_part() is None
    assert box.queued[0].state == "sending"
    box.pass_time(timedelta(seconds=2))
    assert box.mailbox.next_part() is None
    assert box.queued[0].state == "sent"


def test_database_that_refuses_for_a_minute_ends_the_process(box):
    """A connection stuck in a transaction must not be waited for until somebody pulls the plug."""
    with locked(box):
        for _ in range(6):
            box.mailbox.modem_state(Health(state=ModemState.READY))
            box.mailbox.act()
            assert box.mailbox.next_part() is None
            box.pass_time(timedelta(seconds=10))
        box.mailbox.next_part()
        box.pass_time(timedelta(seconds=10))
        with pytest.raises(sqlite3.OperationalError):
            box.mailbox.next_part()


def test_message_that_cannot_be_stored_for_a_minute_ends_the_process(box):
    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    with locked(box):
        with pytest.raises(NotStoredError):
            box.mailbox.receive(pdu, memory="SM", index=0)
        for _ in range(2):
            box.pass_time(timedelta(seconds=30))
            with pytest.raises(NotStoredError):
                box.mailbox.receive(pdu, memory="SM", index=0)
        box.pass_time(timedelta(seconds=1))
        with pytest.raises(sqlite3.OperationalError):
            box.mailbox.receive(pdu, memory="SM", index=0)


def test_part_caught_by_a_crash_is_settled_when_the_disk_has_room_again(box, monkeypatch):
    box.sms("Lampu jalan mati")
    box.mailbox.sending(box.mailbox.next_part().part_id)
    box.sms("LAPOR got mampet")
    with full_disk(box, monkeypatch):
        box.start()
        assert box.mailbox.next_part() is None
    box.send(lambda part: box.mailbox.sent(part.part_id, 5))
    assert [text.state for text in box.queued] == ["uncertain", "sent"]


def test_refusals_far_apart_end_nothing(box):
    for _ in range(10):
        with locked(box):
            box.mailbox.modem_state(Health(state=ModemState.READY))
        box.pass_time(timedelta(seconds=61))


def test_refusals_with_successes_between_end_nothing(box):
    for _ in range(10):
        with locked(box):
            box.mailbox.modem_state(Health(state=ModemState.READY))
        box.mailbox.modem_state(Health(state=ModemState.READY))
        box.pass_time(timedelta(seconds=30))


def test_locked_database_keeps_the_message_on_the_sim(box):
    box.db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(box.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    with pytest.raises(NotStoredError):
        box.mailbox.receive(pdu, memory="SM", index=0)
    assert box.mailbox.next_part() is None
    other.close()
    box.arrive([pdu])
    assert box.reports == ["Nanti"]


def test_crash_before_the_delete_makes_no_second_ticket_and_no_second_reply(box):
    """SMS check 12: the SIM still holds what is committed, and gives it again after the restart."""
    pdus = box.sms("Sampah menumpuk di pasar")
    box.start()
    box.arrive(pdus)
    assert (len(box.reports), len(box.queued), kinds(box)) == (
        1,
        1,
        ["service_request.received"],
    )
