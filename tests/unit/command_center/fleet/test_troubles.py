"""What the city's pages say of a box that says something is wrong."""

from datetime import timedelta

import pytest

from appliance.domain.events.box import BoxHeartbeat
from command_center.fleet import troubles
from tests.conftest import START


def beat(**gauges: dict[str, str]) -> BoxHeartbeat:
    return BoxHeartbeat(
        at=START, backlog={}, oldest_unacked_s=0, disk_free_bytes=0, texts={}, gauges=gauges
    )


def backup(**ago: float) -> BoxHeartbeat:
    return beat(backup={"last_at": (START - timedelta(**ago)).isoformat()})


def test_a_process_that_has_a_problem_is_named() -> None:
    found = beat(disk={"problem": "low"}, modem={"advice": "top up", "state": "ready"}, x={})
    assert troubles.of(found) == ("disk: low", "modem: top up")


@pytest.mark.parametrize(("days", "told"), [(2, ()), (5, ("backup: the last is 5 days old",))])
def test_a_backup_grows_old_though_nobody_says_so(days: int, told: tuple[str, ...]) -> None:
    assert troubles.of(backup(days=days)) == told


@pytest.mark.parametrize("last_at", ["", "soon", "2026-11-21", "2026-11-21T02:00:00"])
def test_what_is_no_time_is_no_age(last_at: str) -> None:
    assert troubles.of(beat(backup={"last_at": last_at})) == ()


def test_nothing_is_known_of_a_box_that_has_said_nothing() -> None:
    assert troubles.of(None) == ()
