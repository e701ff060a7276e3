"""What the city hears of the WiFi after an outage."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from appliance.actions.wifi import wifi_leases
from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.wifi.sessions import Ending, Session
from appliance.store.wifi.wifi_sessions import LeaseUse
from command_center.store.database import reading
from command_center.store.schema.receiving import wifi_sessions
from tests.builders import a_zone_policy
from tests.support.talk import Talk, talking

ZONE = a_zone_policy()


@pytest.fixture
def talk() -> Iterator[Talk]:
    with talking() as made:
        yield made


def a_session_ends(talk: Talk, number: int) -> None:
    name = f"00000000-0000-7000-8000-{number:012}"
    fresh = Fresh(session_id=name, resume_code=name, salt=b"s" * 32)
    device = Device(mac=f"02:00:00:00:00:{number:02x}", zone=ZONE)
    opened = wifi.open_session(talk.db, device, talk.moment(), fresh)
    assert isinstance(opened, Session)
    wifi_leases.take_up(talk.db, {name: number}, talk.moment())
    use = LeaseUse(session_id=name, used_s=60 * number, up_bytes=1, down_bytes=2)
    wifi_leases.close(talk.db, {use: Ending.TIME}, talk.moment())


def test_sessions_of_an_outage_arrive_once_though_they_are_told_twice(talk: Talk) -> None:
    """WiFi check 37."""
    for number in range(1, 21):
        a_session_ends(talk, number)
    talk.turn()
    told = [message for message in talk.up if "/ev/" in message[0]]
    assert told
    for message in (*told, *told):
        talk.carry_up(message)
    with reading(talk.engine) as connection:
        kept = connection.execute(select(wifi_sessions.c.seconds)).scalars().all()
    assert sorted(kept) == [60 * number for number in range(1, 21)]
