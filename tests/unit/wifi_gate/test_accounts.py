"""What the gate hears of the database."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.actions.wifi import wifi_sessions
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.runtime import ids
from appliance.store.database import connect
from tests.builders import a_zone_policy
from tests.conftest import at
from wifi_gate.accounts import Accounts

MAC = "02:00:5e:10:00:01"
GIVE_UP_S = 600


@pytest.fixture
def accounts(db_path: Path) -> Iterator[Accounts]:
    made = Accounts(lambda: connect(db_path))
    yield made
    made.give_up()


def tap(path: Path) -> None:
    """As the portal does."""
    fresh = Fresh(session_id=ids.new_id(), resume_code="b", salt=b"s" * 32)
    with closing(connect(path)) as portal:
        wifi_sessions.open_session(portal, Device(mac=MAC, zone=a_zone_policy()), at(), fresh)


def test_a_tap_in_the_portal_ends_the_wait(accounts: Accounts, db_path: Path) -> None:
    news = accounts.news(at())
    assert news is not None
    assert news.sessions == []
    tap(db_path)
    accounts.wait(GIVE_UP_S)
    news = accounts.news(at())
    assert news is not None
    assert [session.mac for session in news.sessions] == [MAC]
    assert accounts.news(at()) is None


def test_what_follows_a_connection_that_failed_is_heard_too(
    accounts: Accounts, db_path: Path
) -> None:
    accounts.news(at())
    accounts.give_up()
    assert accounts.news(at()) is not None
    tap(db_path)
    accounts.wait(GIVE_UP_S)
    assert accounts.news(at()) is not None
