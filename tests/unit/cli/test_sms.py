import json
import sqlite3

import pytest

from appliance.actions.box import health
from appliance.actions.sms import answering, sending
from appliance.store.sms import texts
from tests.conftest import at
from tests.unit.cli.conftest import Command


def test_a_text_from_the_office_is_queued_and_made_safe(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    status, out, _ = command("sms", "send", "0812 3456 7890", "hubungi nomor 07611234567 besok")
    assert status == 0
    assert "+6281234567890" in out
    assert "hubungi no 07 611 234 567 besok" in out
    part = sending.claim_part(db, at(), lambda _to, body: [body.encode()])
    assert part is not None


@pytest.mark.parametrize("number", ["1708", "abc", "0761123456"])
def test_a_number_that_is_no_mobile_is_refused_with_an_example(
    command: Command,
    db: sqlite3.Connection,
    number: str,
) -> None:
    status, _, err = command("sms", "send", number, "halo")
    assert status == 1
    assert "08" in err


def test_it_is_told_how_many_sms_a_text_is(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    status, out, _ = command("sms", "send", "0812 3456 7890", "kata " * 90)
    assert status == 0
    assert ", 3 SMS: kata" in out


@pytest.mark.parametrize("text", ["kata " * 1000, "07611234567 " * 37])
def test_a_text_that_would_have_to_be_cut_is_refused(
    command: Command,
    db: sqlite3.Connection,
    text: str,
) -> None:
    status, _, err = command("sms", "send", "0812 3456 7890", text)
    assert status == 1
    assert "450 (three SMS) are the most" in err
    assert texts.counts_by_state(db) == {}


def test_an_empty_text_is_refused(command: Command, db: sqlite3.Connection) -> None:
    status, _, err = command("sms", "send", "0812 3456 7890", " \n")
    assert status == 1
    assert "empty" in err


def test_status_tells_the_modem_and_the_queue(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    """SMS check 37."""
    health.state(db, "modem", {"state": "ready", "signal_dbm": "-73"}, at())
    command("sms", "send", "0812 3456 7890", "halo")
    status, out, _ = command("sms", "status", "--json")
    facts = json.loads(out)
    assert status == 0
    assert facts["modem"]["signal_dbm"] == "-73"
    assert facts["queue"] == 1
    assert facts["unreadable"] == 0
    _, table, _ = command("sms", "status")
    assert "signal_dbm" in table


def test_status_tells_messages_that_could_not_be_read(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    """SMS check 37: they are kept for a person to look at."""
    assert "Unreadable" not in command("status")[1]
    for octets in (b"ab", b"cd"):
        answering.quarantine(db, octets.hex() * 16, octets, at())
    assert "Unreadable 2 SMS" in command("status")[1]
    assert "unreadable       2" in command("sms", "status")[1]
