import sqlite3

from appliance.actions.box import health
from appliance.store.box import gauges
from tests.conftest import at


def test_what_stands_already_is_not_written_again(db: sqlite3.Connection) -> None:
    health.state(db, "sync", {"link": "up", "resends": "0"}, at())
    written = db.total_changes
    health.state(db, "sync", {"link": "up", "resends": "0"}, at(minutes=1))
    assert db.total_changes == written
    health.state(db, "sync", {"link": "up", "resends": "1"}, at(minutes=2))
    assert db.total_changes == written + 1
    stated = gauges.every(db)["sync"]
    assert stated == {"link": ("up", at().wall), "resends": ("1", at(minutes=2).wall)}


def test_an_empty_value_is_a_value(db: sqlite3.Connection) -> None:
    health.state(db, "sync", {"link_reason": ""}, at())
    assert gauges.every(db)["sync"]["link_reason"] == ("", at().wall)
