"""Forgetting what has been kept long enough, by itself.

Only under a clock that the network has set: one that is years ahead would forget everything.
"""

import logging
import sqlite3

from appliance.actions.privacy import erasing
from appliance.domain.moment import Moment
from appliance.domain.privacy.erasure import Reason
from appliance.domain.privacy.retention import RAW_SMS, WIFI
from appliance.store.database import transaction
from appliance.store.officials import notices
from appliance.store.privacy import retention
from appliance.store.wifi import wifi_sessions as wifi

log = logging.getLogger(__name__)

STEPS = 20
"""Transactions of one kind in one call, so that nobody waits long; the next call goes on."""


def retain(db: sqlite3.Connection, now: Moment) -> int:
    """Forget some of what may go; return how many things went."""
    if not now.is_exact:
        return 0
    count = 0
    for step in (
        _end,
        _hand_over,
        lambda db, now: retention.forget_messages(db, now.wall),
        lambda db, now: notices.forget(db, now.wall - RAW_SMS),
        lambda db, now: retention.forget_recordings(db, now.wall),
        lambda db, now: retention.forget_statistics(db, now.wall),
        lambda db, now: retention.forget_notes(db, now.wall),
        lambda db, now: wifi.forget(db, now.wall - WIFI, now.wall, limit=retention.AT_ONCE),
    ):
        for _ in range(STEPS):
            with transaction(db):
                done = step(db, now)
            count += done
            if not done:
                break
    if count:
        log.info("kept long enough and forgotten count=%s", count)
    return count


def _end(db: sqlite3.Connection, now: Moment) -> int:
    ended = retention.ended(db, now.wall)
    for request_id in ended:
        erasing.forget(db, request_id, Reason.AGE, now)
    return len(ended)


def _hand_over(db: sqlite3.Connection, now: Moment) -> int:
    """The phone stays: by it the reporter is known when she says more, and hears that there is
    news."""
    handed_over = retention.handed_over(db, now.wall)
    for request_id in handed_over:
        erasing.forget(db, request_id, Reason.HANDED_OVER, now, keeps_phone=True)
    return len(handed_over)
