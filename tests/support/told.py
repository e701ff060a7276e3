"""What a box has to tell the city."""

import sqlite3
from typing import TypeVar

from appliance.domain.city import wire
from appliance.domain.events import Event
from appliance.store.city import outbox

E = TypeVar("E", bound=Event)


def told(db: sqlite3.Connection, kind: type[E]) -> list[E]:
    """Its events of a kind, oldest first."""
    events = (wire.decode_event(row.kind, row.payload.encode()) for row in outbox.every(db))
    return [event for event in events if isinstance(event, kind)]
