"""Ended sessions of the boxes' WiFi."""

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from appliance.domain.events.wifi import WifiSessionClosed
from appliance.domain.ids import SiteCode
from appliance.domain.wifi.sessions import KEPT
from command_center.store.schema.receiving import events, wifi_sessions

_KEPT_MS = KEPT // timedelta(milliseconds=1)


def add(
    connection: Connection,
    site: SiteCode,
    session: WifiSessionClosed,
    opened_at_ms: int,
    received_at_ms: int,
) -> None:
    """Keep a session; one that is told again is the same. Forgets those kept for long enough."""
    forget(connection, received_at_ms - _KEPT_MS)
    same = wifi_sessions.c.session_id == session.session_id
    if connection.execute(select(wifi_sessions.c.site).where(same)).first() is not None:
        return
    connection.execute(
        insert(wifi_sessions).values(
            session_id=session.session_id,
            site=str(site),
            zone=session.zone,
            device=session.device,
            terms_version=session.terms_version,
            opened_at=opened_at_ms,
            received_at=received_at_ms,
            seconds=session.seconds,
            up_bytes=session.up_bytes,
            down_bytes=session.down_bytes,
            ended=session.ended,
        )
    )


def forget(connection: Connection, before_ms: int) -> int:
    """Forget what came before that time, and the events as they came; return how many."""
    old = delete(wifi_sessions).where(wifi_sessions.c.received_at < before_ms)
    raw = delete(events).where(
        events.c.kind == WifiSessionClosed.KIND, events.c.received_at < before_ms
    )
    return connection.execute(old).rowcount + connection.execute(raw).rowcount
