"""Check 28: what a hostile box may send, at the command center as a process."""

import re
import zlib
from pathlib import Path

import pytest

from appliance.domain.city import wire
from tests.integration.conftest import broker, center
from tests.integration.fake_box import FakeBox, a_box
from tests.support.broker import Broker
from tests.support.center_process import Center
from tests.support.waiting import wait_for
from tests.unit.command_center.city import a_batch

pytestmark = pytest.mark.slow
__all__ = ["broker", "center"]

UP = "posko/1/1471/147107/up/ev/p1"
ROUNDS = 20
MEMORY_MAX_BYTES = 20_000_000
BOMB = zlib.compress(bytes(60_000_000), 9)
HOSTILE = (
    BOMB,
    BOMB[:30_000],
    b'{"v":1,"x":' + b"[" * 60_000,
    b'{"v":1,"epoch":NaN}',
    b'{"v":1,"from":1e400}',
    b'{"v":1,"epoch":"\xff\xfe"}',
    bytes(1_000_000),
)


def test_hostile_messages_cost_no_memory_and_are_kept_with_their_senders_name(
    center: Center, broker: Broker
) -> None:
    assert all(len(payload) < wire.MESSAGE_MAX_BYTES for payload in HOSTILE[:6])
    with a_box(broker.port) as box:
        box.send_until_acked(a_batch())
        bombard(box)
        before_bytes = memory_bytes(center)
        for _ in range(ROUNDS):
            bombard(box)
        box.send(a_batch(first=2))
        assert box.wait_for_ack(2).upto == 2
        wait_for(lambda: set_aside(center) == (ROUNDS + 1) * len(HOSTILE), "all is set aside")
    assert memory_bytes(center) - before_bytes < MEMORY_MAX_BYTES
    log = center.log()
    assert "message set aside site=14.71.07" in log


def bombard(box: FakeBox) -> None:
    for payload in HOSTILE:
        box.send_raw(UP, payload)


def set_aside(center: Center) -> int:
    status = center.printed("status")
    return int(status["counts"]["quarantine"])  # type: ignore[index, call-overload]


def memory_bytes(center: Center) -> int:
    """Resident memory of the process."""
    status = Path(f"/proc/{center.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024
