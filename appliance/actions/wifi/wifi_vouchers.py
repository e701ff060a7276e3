"""Vouchers: codes that staff hand out for a longer session, each good once."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import Grant, Refusal, Refused, Session
from appliance.store.database import transaction
from appliance.store.wifi import wifi_vouchers as vouchers

TRIES_WINDOW = timedelta(hours=1)
TRIES_OF_DEVICE = 5
TRIES_OF_ALL = 200
"""Wrong codes in the window: a device waits sooner, all together much later. A code has 49
random bits."""


def create(
    db: sqlite3.Connection, codes: Sequence[str], grant: Grant, days: int, now: Moment
) -> None:
    """Enter fresh codes; only their hashes are kept, so they can be printed once."""
    with transaction(db):
        for code in codes:
            key = wifi.resume_hash(rules.resume_key(code))
            vouchers.add(db, key, grant, now.wall + timedelta(days=days))


def redeem(
    db: sqlite3.Connection, device: Device, code: str, now: Moment, fresh: Fresh
) -> Session | Refused:
    """Open the session that a voucher grants, in place of one that lives."""
    with transaction(db, leaves_reserve=True):
        pseudonym = wifi.pseudonym_of(db, device.mac, now, fresh.salt)
        of_device, of_all = vouchers.tries_between(db, pseudonym, now.wall - TRIES_WINDOW, now.wall)
        if of_device >= TRIES_OF_DEVICE or of_all >= TRIES_OF_ALL:
            return Refused(Refusal.TOO_MANY_TRIES, int(TRIES_WINDOW.total_seconds()))
        key = wifi.resume_hash(rules.resume_key(code))
        grant = vouchers.unused(db, key, now.wall)
        if grant is None:
            vouchers.add_try(db, pseudonym, now.wall)
            return Refused(Refusal.VOUCHER)
        zone = replace(
            device.zone, session_s=grant.seconds, session_bytes=grant.size_bytes, daily_s=0
        )
        opened = wifi.open_in(db, Device(mac=device.mac, zone=zone), now, fresh)
        if isinstance(opened, Session):
            vouchers.use(db, key, opened.id, now.wall)
        return opened
