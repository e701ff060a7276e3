"""The announcements for the pages of portal and kiosk: the city's and the kecamatan's.

First pages also name the emergency numbers, so they are shown even when the store cannot be read.
"""

import logging
import sqlite3
from datetime import datetime

from appliance.domain.public import announcement
from appliance.domain.public.announcement import LOCAL_BODY_MAX_CHARS, SHOWN_AT_MOST, Announcement
from appliance.store.city import city_tables
from appliance.store.errors import Unavailable
from appliance.store.public import announcements as stored
from web.database import db

log = logging.getLogger(__name__)


def announcements(now: datetime) -> list[Announcement]:
    """The beginnings of what a first page shows now; inside a request."""
    try:
        return [announcement.brief(one) for one in news(now)[:SHOWN_AT_MOST]]
    except (Unavailable, sqlite3.Error) as error:
        log.warning("announcements cannot be read reason=%s", error)
        return []


def news(now: datetime) -> list[Announcement]:
    """All that residents may read now, whole."""
    citys = announcement.current(city_tables.rows(db(), announcement.TABLE), now)
    ours = [
        announcement.parse(one.row, body_max=LOCAL_BODY_MAX_CHARS) for one in stored.every(db())
    ]
    return announcement.together(citys, ours, now)
