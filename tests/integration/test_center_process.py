"""`posko-center` as a process: one program that receives, shows, and leaves when asked."""

import re
import signal
import sqlite3
from pathlib import Path

import pytest

from appliance.domain.city import wire
from tests.integration.fake_box import a_box
from tests.support.broker import Broker
from tests.support.center_process import Center
from tests.support.waiting import wait_for
from tests.unit.command_center.city import a_batch, a_received, wire_event

pytestmark = pytest.mark.slow


def test_from_a_box_to_an_officer_and_back(center: Center, broker: Broker) -> None:
    event = a_received(text="lampu jalan mati")
    with a_box(broker.port) as box:
        box.send_until_acked(a_batch(wire_event(event)))
        token = center.log_in()
        assert "lampu jalan mati" in center.page("/")
        detail = f"/permohonan/{event.request_id}"
        seen = re.search(r'name="seen" value="(\d+)"', center.page(detail))
        assert seen
        said = {"status": "diproses", "message": "Petugas di jalan.", "seen": seen[1]}
        after = center.page(detail, csrf=token, **said)
        assert "Menunggu kotak Posko" in after
        wait_for(lambda: box.batches, "the box hears of it")
        box.send(wire.Ack(epoch=box.batches[0].epoch, lane="p1", upto=1))
        wait_for(lambda: "Sudah sampai di kotak Posko" in center.page(detail), "the city knows")
    found = center.printed("requests")
    assert [(r["request_id"], r["status"]) for r in found] == [(event.request_id, "diproses")]  # type: ignore[attr-defined]


def test_sigterm_ends_it_with_status_0(center: Center) -> None:
    assert center.end(signal.SIGTERM) == 0


def test_killed_at_any_time_it_has_what_it_acknowledged(center: Center, broker: Broker) -> None:
    with a_box(broker.port) as box:
        for turn in range(3):
            for n in range(10):
                box.send(a_batch(first=turn * 10 + n + 1))
            box.wait_for_ack(turn * 10 + 3)
            center.end(signal.SIGKILL)
            acked = max(ack.upto for ack in box.acks)
            center.start()
            status = center.printed("status")
            upto = status["streams"][0]["upto"]  # type: ignore[index]
            assert upto >= acked
            for seq in range(upto + 1, (turn + 1) * 10 + 1):
                box.send_until_acked(a_batch(first=seq))
    assert len(center.printed("requests")) == 30  # type: ignore[arg-type]


def test_what_is_received_but_not_committed_is_not_acknowledged(
    center: Center, broker: Broker, tmp_path: Path
) -> None:
    """Check 19: the ingest is held up before its commit, killed, and started again."""
    other = sqlite3.connect(tmp_path / "center.db", isolation_level=None)
    batch = a_batch(wire_event(a_received()))
    with a_box(broker.port) as box:
        other.execute("BEGIN IMMEDIATE")
        box.send(batch)
        wait_for(lambda: "database refuses" in center.log(), "it has the batch", limit_s=30)
        box.send(batch)
        assert box.acks == []
        center.end(signal.SIGKILL)
        other.execute("ROLLBACK")
        assert other.execute("SELECT count(*) FROM requests").fetchone() == (0,)
        center.start()
        box.send_until_acked(batch)
        box.send(batch)
        box.send_until_acked(a_batch(first=2))
    other.close()
    assert len(center.printed("requests")) == 2  # type: ignore[arg-type]
