"""Correcting, once the network has set the clock, when requests were made.

What the city was told stays as it was stated: it works the time out by itself (docs/protocol.md,
When it happened) and comes to the same.
"""

import logging
import sqlite3

from appliance.domain.moment import Moment, to_ms
from appliance.store.cases import dating
from appliance.store.database import transaction

log = logging.getLogger(__name__)


def correct(db: sqlite3.Connection, now: Moment) -> int:
    """Correct some requests; return how many. Nothing happens under a clock that may be wrong.

    Those of this boot get the right time to the second. One that claims to be of the future is of
    an earlier boot, and was made before this one began: that is all that is known.
    """
    if not now.is_exact:
        return 0
    now_ms = to_ms(now.wall)
    began_ms = now_ms - now.mono_ms
    times = dating.of_boot(db, now.boot_id, began_ms)
    times |= dict.fromkeys(set(dating.of_the_future(db, now_ms)) - set(times), began_ms)
    if times:
        with transaction(db):
            for request_id, at_ms in times.items():
                dating.set_created(db, request_id, at_ms)
        log.warning("the clock was wrong: times of requests corrected count=%s", len(times))
    return len(times)
