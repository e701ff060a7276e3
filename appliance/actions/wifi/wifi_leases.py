"""What the gate notes about sessions: let through, used, closed. The gate alone calls it."""

import sqlite3
from collections.abc import Sequence

from appliance.domain.city.topics import Lane
from appliance.domain.events.wifi import WifiSessionClosed
from appliance.domain.moment import Moment
from appliance.domain.wifi.sessions import Ending, Session
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.wifi import wifi_sessions as wifi
from appliance.store.wifi.wifi_sessions import LeaseUse


def take_up(db: sqlite3.Connection, slots: dict[str, int], now: Moment) -> None:
    """Note which sessions (by id) the kernel now lets through, under which packet mark."""
    with transaction(db):
        for session_id, slot in slots.items():
            wifi.lease(db, session_id, slot, now)


def record(db: sqlite3.Connection, uses: Sequence[LeaseUse], now: Moment) -> None:
    """Write what open leases have used."""
    with transaction(db):
        wifi.set_use(db, uses, now)


def close(db: sqlite3.Connection, uses: dict[LeaseUse, Ending], now: Moment) -> None:
    """Note that leases are cut in the kernel, with their last counts; the city is told of each."""
    with transaction(db):
        wifi.set_use(db, uses, now)
        for use, ending in uses.items():
            before = wifi.by_id(db, use.session_id)
            wifi.close(db, use.session_id, ending, now)
            if before is not None and before.closed_as is None:
                _tell(db, before, ending, now)


def _tell(db: sqlite3.Connection, session: Session, ending: Ending, now: Moment) -> None:
    event = WifiSessionClosed(
        session_id=session.id,
        zone=session.zone,
        device=session.device,
        terms_version=session.terms_version,
        opened_at=session.opened_at,
        seconds=session.used_s,
        up_bytes=session.up_bytes,
        down_bytes=session.down_bytes,
        ended=ending,
    )
    outbox.append(db, Lane.STATISTICS, event, subject=session.id, now=now)
