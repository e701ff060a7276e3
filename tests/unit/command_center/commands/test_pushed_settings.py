"""`posko-center settings`, and what the page of a box says of them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.events.orders import TablePublished
from command_center.staff.roles import Role
from command_center.store.fleet import boxes
from command_center.store.sending import downlinks
from tests.conftest import SITE, START
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import NEIGHBOUR, Run, change, commit, going_down, hello
from tests.unit.command_center.page_text import page, words

GOOD = '[portal]\nreports_per_hour = 12\n[wifi.zones."*"]\nsession_minutes = 20\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pushed.toml"
    path.write_text(GOOD)
    return path


def told(engine: Engine, **gauges: str) -> None:
    """The box says what it runs."""
    beat = BoxHeartbeat(
        at=START,
        backlog={},
        oldest_unacked_s=0,
        disk_free_bytes=1,
        texts={},
        gauges={"sync": gauges},
    )
    commit(engine, boxes.beat, SITE, wire.encode_event(beat).decode())


def pushed(engine: Engine) -> TablePublished:
    [sent] = [one for one in going_down(engine) if one.kind == TablePublished.KIND]
    event = wire.decode_event(sent.kind, sent.payload.encode())
    assert isinstance(event, TablePublished)
    return event


def test_a_file_goes_to_the_boxes_that_are_named(city: Engine, run: Run, file: Path) -> None:
    hello(city, NEIGHBOUR)
    code, said, _ = run("settings", "publish", file, "--to", "14.71.07")
    assert (code, "2 keys for 14.71.07" in said) == (0, True)
    assert pushed(city).rows == [
        {"key": "portal.reports_per_hour", "value": "12"},
        {"key": "wifi.zones.*.session_minutes", "value": "20"},
    ]
    assert [one.kind for one in going_down(city, NEIGHBOUR)] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[sync]\nbroker = "evil.example"\n', "sync.broker can't be set by the city"),
        ("[portal]\nreports_per_hour = 0\n", "portal.reports_per_hour must be a whole number"),
        ("[[wifi.zones]]\nname = 'taman'\n", "wifi.zones can't be set"),
        ("[portal\n", "not valid TOML"),
    ],
)
def test_what_may_not_be_set_is_told_and_not_sent(
    city: Engine, run: Run, file: Path, text: str, problem: str
) -> None:
    file.write_text(text)
    code, _, why = run("settings", "publish", file)
    assert (code, problem in why) == (1, True)
    assert going_down(city) == []


def state(run: Run) -> str:
    [row] = json.loads(run("settings", "list", "--json")[1])
    found: str = row["state"]
    return found


def test_the_list_and_the_page_of_a_box_say_what_it_runs(
    city: Engine, run: Run, file: Path
) -> None:
    run("settings", "publish", file)
    version = str(pushed(city).version)
    admin = an_officer(city, Role.ADMIN, now=START)

    def shown() -> str:
        return words(page(admin, "/armada/147107"))

    assert state(run) == "waiting"
    assert f"Revisi {version} menunggu kotak" in shown()
    commit(city, downlinks.set_acked, SITE, 1)
    assert state(run) == "delivered"
    told(city, settings=version, settings_kept="modem.quiet_hours", settings_problem="")
    assert state(run) == "applied"
    assert f"Kotak memakai revisi {version}" in shown()
    assert "modem.quiet_hours" in shown()
    told(city, settings="", settings_problem=f"revision {version} was taken back")
    assert state(run) == "taken back"
    assert "was taken back" in shown()
    change(city, "UPDATE down_outbox SET reject_code = 'event', reject_detail = 'no zone x'")
    assert state(run) == "refused"
    assert f"Revisi {version} ditolak kotak: no zone x" in shown()
