from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.wifi import WifiSessionClosed
from command_center.store.database import reading
from command_center.store.schema.receiving import wifi_sessions
from tests.conftest import START
from tests.unit.command_center.city import a_batch, store, wire_event

SESSION = "00000000-0000-7000-8000-000000000001"


def closed(**changes: object) -> wire.WireEvent:
    values: dict[str, object] = {
        "session_id": SESSION, "zone": "kantor", "device": "ab" * 16, "terms_version": "2026-11",
        "opened_at": START, "seconds": 600, "up_bytes": 1, "down_bytes": 2, "ended": "time",
    }  # fmt: skip
    event = WifiSessionClosed(**{**values, **changes})  # type: ignore[arg-type]
    return wire_event(event)


def seconds(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return [row.seconds for row in connection.execute(select(wifi_sessions.c.seconds))]


def test_a_session_that_is_told_twice_is_one(engine: Engine) -> None:
    store(engine, a_batch(closed(), closed(seconds=700), lane=Lane.STATISTICS))
    assert seconds(engine) == [600]


def test_what_cannot_be_is_set_aside(engine: Engine) -> None:
    ack = store(engine, a_batch(closed(zone="x" * 99), lane=Lane.STATISTICS))
    assert [reject.seq for reject in ack.reject] == [1]


@pytest.mark.parametrize("days", [-400, 400])
def test_a_box_with_a_wrong_clock_is_heard(engine: Engine, days: int) -> None:
    store(engine, a_batch(closed(opened_at=START + timedelta(days=days)), lane=Lane.STATISTICS))
    assert seconds(engine) == [600]
