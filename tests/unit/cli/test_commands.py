import json
import os
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import __main__ as posko
from appliance.actions.cases import intake
from appliance.actions.city import syncing
from appliance.domain.blobs import Manifest
from appliance.domain.city import wire
from appliance.domain.city.city_tables import SHIPPED_VERSION
from appliance.domain.city.topics import Lane
from appliance.runtime import ids
from appliance.store import migrate
from appliance.store.cases import photos
from appliance.store.city import city_tables, outbox
from appliance.store.database import transaction
from tests.builders import PHONE, a_draft
from tests.conftest import EPOCH, SITE, START, at
from tests.support.programs import leave_out, needs
from tests.unit.cli.conftest import Command


@pytest.mark.parametrize("given", ["requests", "status", "backup"])
def test_a_damaged_database_is_told_with_what_to_do(
    command: Command, tmp_path: Path, given: str
) -> None:
    (tmp_path / "posko.db").write_bytes(b"no database" * 1000)
    status, _, error = command(given)
    assert status == 1
    assert f"{tmp_path}/posko.db is damaged (file is not a database). Run `posko store" in error


@pytest.mark.parametrize("given", [["requests"], ["sms", "send", "081234567890", "halo"]])
def test_a_database_on_a_read_only_disk_is_told_without_a_traceback(
    tmp_path: Path, given: list[str]
) -> None:
    """Root may write what is read-only by its mode, so that the disk must be."""
    if os.geteuid() != 0:
        leave_out("a disk is mounted as root only")
    config, path = tmp_path / "posko.toml", tmp_path / "posko.db"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{path}"\n'
    )
    migrate.ensure(path, SITE, ids.new_epoch)
    folder, program = shlex.quote(str(tmp_path)), [sys.executable, "-m", "appliance"]
    run = shlex.join([*program, "--config", str(config), *given])
    script = f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder} && {run}"
    done = subprocess.run(
        [needs("unshare"), "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    told = f"posko: {path} cannot be opened for writing; is its disk mounted read-only? see dmesg\n"
    assert (done.returncode, done.stderr) == (1, told)


def test_requests_as_json_carry_every_promised_field(
    command: Command, db: sqlite3.Connection
) -> None:
    intake.receive(db, a_draft("lampu jalan mati"), at())
    status, out, _ = command("requests", "--json")
    [row] = json.loads(out)
    assert status == 0
    promised = ("channel", "kind", "category", "status", "text", "phone")
    assert {key: row[key] for key in promised} == {
        "channel": "portal", "kind": "pengaduan", "category": "pju", "status": "diterima",
        "text": "lampu jalan mati", "phone": PHONE.e164,
    }  # fmt: skip
    assert row["acked"] is False
    assert row["created_at"] == "2026-11-21T02:00:00+00:00"
    assert row["ticket"].startswith("07 000 01")


def test_the_outbox_tells_of_photos_that_wait(command: Command, db: sqlite3.Connection) -> None:
    assert "photos: 0 (0 kB) wait for the city" in command("outbox")[1]
    receipt = intake.receive(db, a_draft(), at())
    assert isinstance(receipt, intake.Receipt)
    photo = Manifest(sha256="a" * 64, size_bytes=5 * 1024, media_type="image/png")
    with transaction(db):
        photos.add(db, receipt.request.id, photo, START)
    assert "photos: 1 (5 kB) wait for the city" in command("outbox")[1]


def test_the_outbox_tells_what_waits_by_kind_and_since_when(
    command: Command, db: sqlite3.Connection
) -> None:
    for hours in (3, 1):
        intake.receive(db, a_draft(), at(hours=hours))
    told = command("outbox")[1]
    assert "0 acknowledged in the last minute" in told
    assert "service_request.received: 2 wait, since 2026-11-21T03:00:00+00:00" in told
    outbox.acknowledge(db, Lane.COMPLAINTS, 2, START)
    assert "service_request.received" not in command("outbox")[1].split("\n\n")[-1]


def test_outbox_and_texts_as_json(command: Command, db: sqlite3.Connection) -> None:
    intake.receive(db, a_draft("lampu jalan mati"), at())
    [event] = json.loads(command("outbox", "--json")[1])
    assert (event["lane"], event["seq"], event["acked"]) == ("p1", 1, False)
    assert event["data"]["text"] == "lampu jalan mati"
    [text] = json.loads(command("texts", "--json")[1])
    assert (text["recipient"], text["state"]) == (PHONE.e164, "queued")


@pytest.mark.parametrize("listing", ["requests", "outbox", "texts", "status"])
def test_tables_for_people_work_on_an_empty_and_a_full_box(
    command: Command, db: sqlite3.Connection, listing: str
) -> None:
    assert command(listing)[0] == 0
    intake.receive(db, a_draft("baris\npertama " * 30), at())
    status, out, _ = command(listing)
    assert status == 0
    assert all(len(line) < 200 for line in out.splitlines())


def test_status_as_json_counts_the_backlog(command: Command, db: sqlite3.Connection) -> None:
    intake.receive(db, a_draft(), at())
    status = json.loads(command("status", "--json")[1])
    assert status["requests"] == {"diterima": 1}
    assert status["outbox"]["p1"] == {"last": 1, "acked": 0, "backlog": 1}
    assert (status["acked_at"], status["rejects"]) == (None, 0)


def test_what_the_city_set_aside_is_counted(command: Command, db: sqlite3.Connection) -> None:
    for _ in range(3):
        intake.receive(db, a_draft(), at())
    aside = [wire.Reject(seq=seq, code="event") for seq in (1, 2)]
    ack = wire.Ack(epoch=EPOCH, lane="p1", upto=3, reject=aside)
    syncing.acknowledge(db, ack, at(seconds=3))
    outbox.forget(db, Lane.COMPLAINTS, 1)
    status = json.loads(command("status", "--json")[1])
    assert (status["acked_at"], status["rejects"]) == ("2026-11-21T02:00:03+00:00", 2)
    assert "2 events set aside by the city" in command("status")[1]
    assert "2 events set aside by the city" in command("outbox")[1]


def test_trace_tells_a_complaints_journey_with_times(
    command: Command, db: sqlite3.Connection
) -> None:
    receipt = intake.receive(db, a_draft("lampu jalan mati"), at())
    assert isinstance(receipt, intake.Receipt)
    ticket = str(receipt.request.ticket)
    _, out, _ = command("sync", "trace", *ticket.split())
    assert "received by portal" in out
    assert "not yet" in out
    syncing.acknowledge(db, wire.Ack(epoch=EPOCH, lane="p1", upto=1), at(seconds=3))
    steps = json.loads(command("sync", "trace", ticket.replace(" ", ""), "--json")[1])
    assert steps[-1] == {
        "at": "2026-11-21T02:00:03+00:00",
        "step": "acknowledged by the city (lane p1, sequence 1)",
    }
    assert "last acknowledged 2026-11-21T02:00:03" in command("outbox")[1]


@pytest.mark.parametrize("ticket", ["07123450", "07123456", "xyz"])
def test_trace_of_an_unknown_ticket_says_so(
    command: Command, db: sqlite3.Connection, ticket: str
) -> None:
    status, _, err = command("sync", "trace", ticket)
    assert status == 1
    assert "ticket" in err


def test_config_show_hides_the_pin(command: Command) -> None:
    status, out, _ = command("config", "show")
    assert status == 0
    assert "4321" not in out
    assert 'name = "Bukit Raya"' in out
    assert command("config", "check")[0] == 0


def test_migrate_makes_the_database(command: Command, tmp_path: Path) -> None:
    assert command("migrate")[0] == 0
    assert (tmp_path / "posko.db").exists()


def test_a_listing_without_a_database_says_what_to_do(command: Command) -> None:
    status, _, err = command("requests")
    assert status == 1
    assert "posko migrate" in err


def test_a_wrong_configuration_exits_78(command: Command, tmp_path: Path) -> None:
    (tmp_path / "posko.toml").write_text("[site]\n")
    assert command("status")[0] == 78


def test_an_sms_without_a_demonstration_says_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["posko", "demo", "--folder", str(tmp_path), "sms", "0812345678", "halo"]
    monkeypatch.setattr(sys, "argv", line)
    assert posko.main() == 1
    assert "make run" in capsys.readouterr().err


def test_tables_tell_which_version_of_each_is_in_force(
    command: Command, db: sqlite3.Connection
) -> None:
    with transaction(db):
        city_tables.replace(db, "holidays", 7, [{"tanggal": "2026-12-25", "nama": "x"}], START)
        city_tables.replace(db, "sla", 8, [{"topic": "pju"}], START)
        city_tables.replace(db, "menu", 9, [], START)
    status, out, _ = command("tables", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert status == 0
    assert (rows["holidays"]["version"], rows["holidays"]["source"]) == (7, "city")
    assert rows["holidays"]["received_at"] == "2026-11-21T02:00:00+00:00"
    assert (rows["sla"]["source"], rows["sla"]["version"]) == ("shipped", SHIPPED_VERSION)
    assert "KeyError" in rows["sla"]["problem"]
    assert (rows["menu"]["source"], rows["menu"]["rows"]) == ("kept", 0)
    assert rows["routing"]["source"] == "shipped"
    assert "routing" in command("tables")[1]
