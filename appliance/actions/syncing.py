"""What the sync agent may change: the outbox cursors."""

import sqlite3

from appliance.domain import wire
from appliance.domain.topics import Lane
from appliance.store import box, outbox
from appliance.store.database import transaction


def acknowledge(db: sqlite3.Connection, ack: wire.Ack) -> bool:
    """Apply the city's acknowledgement; False when it speaks of another life of the database."""
    with transaction(db):
        if ack.epoch != box.epoch(db):
            return False
        lane = Lane(ack.lane)
        for rejected in ack.reject:
            outbox.reject(db, lane, rejected.seq, rejected.code)
        outbox.acknowledge(db, lane, ack.upto)
    return True
