"""The city's announcements for the first pages of portal and kiosk.

Those pages also name the emergency numbers, so they are shown even when the store cannot be read.
"""

import logging
import sqlite3
from datetime import datetime

from appliance.domain import announcement
from appliance.domain.announcement import Announcement
from appliance.store import city_tables
from appliance.store.errors import Unavailable
from web.database import db

log = logging.getLogger(__name__)


def announcements(now: datetime) -> list[Announcement]:
    """What to show now, at most `announcement.SHOWN_AT_MOST`; inside a request."""
    try:
        return announcement.current(city_tables.rows(db(), announcement.TABLE), now)
    except (Unavailable, sqlite3.Error) as error:
        log.warning("announcements cannot be read reason=%s", error)
        return []
