"""What goes when the disk runs low, so that complaints are taken longest.

In this order: copies that can be made again, logs of the WiFi and of statistics that the city has,
then photos that wait for the city (`photos.shed`). Below that only complaints, acknowledgements and
the ballast are left (`store/room.py`). What residents have said never goes.
"""

import fcntl
import logging
import sqlite3
from contextlib import suppress
from pathlib import Path

from appliance.actions.box import health
from appliance.actions.cases import photos
from appliance.domain.city.topics import Lane
from appliance.domain.moment import Moment
from appliance.store import files, room
from appliance.store.city import outbox
from appliance.store.connection import BoxConnection
from appliance.store.database import transaction
from appliance.store.errors import StoreFull
from appliance.store.wifi import wifi_sessions as wifi

log = logging.getLogger(__name__)

COPIES_BELOW_FREE_BYTES = 128 * 1024 * 1024
LOGS_BELOW_FREE_BYTES = photos.TAKEN_ABOVE_FREE_BYTES
SESSIONS_KEPT = 500
"""Of closed sessions, the newest: quotas of a day are counted by them."""
ROWS_AT_ONCE = 200
_ADVICE = "make room (docs/runbook.md, Disk full)"


def make_room(db: sqlite3.Connection, free_bytes: int) -> None:
    """Give up copies and logs as far as the disk is low; photos are `photos.shed`."""
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    if free_bytes < COPIES_BELOW_FREE_BYTES:
        _remove_left_copy(files.beside(db.path, ".backup"))
    if free_bytes < LOGS_BELOW_FREE_BYTES:
        with suppress(StoreFull):
            _forget_logs(db)


def state(db: sqlite3.Connection, free_bytes: int, now: Moment) -> None:
    """State how low the disk is, for the pages of desk and city; empty where it is not."""
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    health.state(db, "disk", {"problem": _problem(db.path, free_bytes)}, now)


def _problem(path: Path, free_bytes: int) -> str:
    """In words that stay the same for a while: each change is a write."""
    if room.is_scarce(path):
        return f"full: complaints may be refused; {_ADVICE}"
    if free_bytes < photos.SHED_BELOW_FREE_BYTES:
        return f"very low: photos that wait for the city are given up; {_ADVICE}"
    if free_bytes < LOGS_BELOW_FREE_BYTES:
        return f"low: no photos are taken, WiFi logs are given up; {_ADVICE}"
    return ""


def _remove_left_copy(copy: Path) -> None:
    """The copy that a backup left when the power went; one that is being made is locked."""
    try:
        with copy.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            files.remove(copy)
    except (FileNotFoundError, BlockingIOError):
        return
    log.error("the disk is low: an unfinished copy was removed path=%s", copy)


def _forget_logs(db: sqlite3.Connection) -> None:
    with transaction(db):
        count = wifi.forget_oldest(db, kept=SESSIONS_KEPT, limit=ROWS_AT_ONCE)
        lane = Lane.STATISTICS
        upto = min(outbox.lanes(db)[lane].acked_seq, outbox.oldest(db, lane) + ROWS_AT_ONCE - 1)
        count += outbox.forget(db, lane, upto)
    if count:
        log.warning("the disk is low: logs were given up count=%s", count)
