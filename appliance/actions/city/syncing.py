"""What the sync agent may change: the outbox cursors, and the life of this database."""

import sqlite3
from datetime import timedelta

from appliance.actions.staff import staff_actions
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.events.staff import StaffActed
from appliance.domain.moment import Moment
from appliance.store.box import gauges
from appliance.store.box import this_box as box
from appliance.store.cases import photos
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.sms import texts
from appliance.store.staff import staff_sessions


def acknowledge(db: sqlite3.Connection, ack: wire.Ack, now: Moment) -> bool:
    """Apply the city's acknowledgement; False when it is not about this life of the database.

    An ack that wants events again moves the cursor back: the city has lost what it had.
    """
    with transaction(db):
        lane = Lane(ack.lane)
        if ack.epoch != box.epoch(db) or ack.upto > outbox.lanes(db)[lane].last_seq:
            return False
        for rejected in ack.reject:
            row = outbox.reject(db, lane, rejected.seq, rejected.code)
            if row is not None and row.kind == StaffActed.KIND:
                staff_actions.set_aside(db, row.payload)
        if ack.want is not None:
            outbox.rewind(db, lane, ack.upto)
        outbox.acknowledge(db, lane, ack.upto, now.wall)
    return True


def welcomed(db: sqlite3.Connection, welcome: wire.Welcome) -> None:
    """Take over which ticket numbers earlier databases of this site have used."""
    with transaction(db):
        if new := set(welcome.blocks) - box.used_blocks(db):
            box.use_blocks(db, new)


def renew_epoch(db: sqlite3.Connection, epoch: str) -> None:
    """Begin a new life after the city has shown that this database is an older copy of itself.

    What is not acknowledged is numbered anew and sent again under the new epoch; the city knows
    requests by their id, so none is doubled.
    """
    with transaction(db):
        outbox.renumber(db)
        box.renew(db, epoch)


def append_heartbeat(db: sqlite3.Connection, disk_free_bytes: int, now: Moment) -> BoxHeartbeat:
    """Tell the city how the box is doing; return what it is told."""
    with transaction(db):
        waiting_photos = photos.waiting(db)
        waiting_since = outbox.oldest_unacked(db)
        waiting = now.wall - waiting_since if waiting_since else None
        event = BoxHeartbeat(
            at=now.wall,
            backlog={
                lane.value: state.last_seq - state.acked_seq
                for lane, state in outbox.lanes(db).items()
            },
            oldest_unacked_s=max(0, int(waiting.total_seconds())) if waiting else 0,
            disk_free_bytes=disk_free_bytes,
            texts=texts.counts_by_state(db),
            gauges={
                process: {name: value for name, (value, _) in values.items()}
                for process, values in gauges.every(db).items()
            },
            photos={"count": waiting_photos.count, "bytes": waiting_photos.size_bytes},
            acked_at=outbox.last_ack(db),
            resends=int(gauges.of(db, "sync").get("resends", "0")),
            rejects=outbox.rejected(db),
            clock_source=now.source,
            acked_last_minute=outbox.acked_since(db, now.wall - timedelta(minutes=1)),
        )
        outbox.append(db, Lane.STATISTICS, event, subject=box.epoch(db), now=now)
    return event


def begin_elsewhere(db: sqlite3.Connection, epoch: str, backup: str, now: Moment) -> None:
    """Begin a new life after a restore, before anybody uses this database.

    What the city had not acknowledged when the backup was made is numbered anew and sent; it knows
    requests by their id, so none is doubled. Tickets go on far from those given since. Log-ins that
    have ended since must not be open again.
    """
    with transaction(db):
        outbox.renumber(db)
        box.begin_elsewhere(db, epoch)
        staff_sessions.remove_all(db)
        stated = {"restored_at": now.wall.isoformat(timespec="seconds"), "restored_from": backup}
        gauges.set_many(db, "store", stated, now.wall)
