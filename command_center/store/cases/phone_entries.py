"""Calls that operators have entered, so that a page sent twice is one report."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from appliance.domain.moment import to_ms
from command_center.store.schema.phone import phone_entries


def add(connection: Connection, entry_id: str, request_id: str, *, by: str, now: datetime) -> None:
    """Note what a page has become."""
    connection.execute(
        insert(phone_entries).values(entry_id=entry_id, request_id=request_id, by=by, at=to_ms(now))
    )


def request_of(connection: Connection, entry_id: str) -> str | None:
    """What a page has become already."""
    wanted = select(phone_entries.c.request_id).where(phone_entries.c.entry_id == entry_id)
    found: str | None = connection.scalar(wanted)
    return found
