"""WiFi sessions: what residents and staff want of them. What the gate does is in `wifi_leases`.

Nobody logs in. A device is known by its MAC as the kernel sees it, and after the MAC has changed by
the resume code that its first session was given.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import (
    Ending,
    Grant,
    Refusal,
    Refused,
    Session,
    Usage,
    ZonePolicy,
)
from appliance.store.database import transaction
from appliance.store.wifi import wifi_sessions as wifi
from appliance.store.wifi.wifi_sessions import NewSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as the kernel's neighbour table shows it."""

    mac: str
    zone: ZonePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Values that only a caller outside the transaction can make."""

    session_id: str
    """UUID."""
    resume_code: str
    salt: bytes
    """32 random bytes, used where the day has no salt yet."""


def open_session(
    db: sqlite3.Connection,
    device: Device,
    now: Moment,
    fresh: Fresh,
    *,
    terms_version: str = rules.TERMS_VERSION,
) -> Session | Refused:
    """Open a session; one that lives already in this zone is returned as it is."""
    with transaction(db, leaves_reserve=True):
        live = wifi.live_by_mac(db, device.mac)
        if live is not None and _is_here(live, device) and rules.remaining_s(live, now) > 0:
            return live
        return open_in(db, device, now, fresh, terms_version)


def extend(db: sqlite3.Connection, device: Device, now: Moment) -> Session | Refused:
    """Fill the session of a device up, as far as the day's allowance goes."""
    with transaction(db, leaves_reserve=True):
        live = live_of(db, device)
        if live is None:
            return Refused(Refusal.NO_SESSION)
        grant = _extension(db, live, device, now)
        if isinstance(grant, Refused):
            return grant
        wifi.extend(db, live.id, grant.seconds, grant.size_bytes)
        return _must(db, live.id)


def can_extend(db: sqlite3.Connection, device: Device, live: Session, now: Moment) -> bool:
    """Whether `extend` would add anything now to the session that the device has."""
    return isinstance(_extension(db, live, device, now), Grant)


def resume(
    db: sqlite3.Connection, device: Device, resume_code: str, now: Moment
) -> Session | Refused:
    """Let a session go on under the device's new MAC, in its zone; the old one is cut."""
    with transaction(db, leaves_reserve=True):
        live = wifi.live_by_resume_hash(db, resume_hash(resume_code))
        if live is None or not _is_here(live, device) or rules.remaining_s(live, now) < 1:
            return Refused(Refusal.NO_SESSION)
        if wifi.is_blocked(db, device.mac, now.wall):
            return Refused(Refusal.BLOCKED)
        if live.mac == device.mac:
            return live
        if (other := wifi.live_by_mac(db, device.mac)) is not None:
            wifi.want_end(db, other.id, Ending.REPLACED)
        wifi.set_mac(db, live.id, device.mac)
        return _must(db, live.id)


def live_of(db: sqlite3.Connection, device: Device | None) -> Session | None:
    """The session that lets the device through where it is; one of another zone does not."""
    if device is None:
        return None
    live = wifi.live_by_mac(db, device.mac)
    return live if live is not None and _is_here(live, device) else None


def end(db: sqlite3.Connection, session_id: str, by: Ending) -> bool:
    """Ask for the end of a session; False if none lives under this id."""
    with transaction(db):
        return wifi.want_end(db, session_id, by)


def block(db: sqlite3.Connection, mac: str, reason: str, days: int, now: Moment) -> Session | None:
    """Refuse a device sessions for some days; its session, if it has one, ends."""
    with transaction(db):
        wifi.block(db, mac, reason, now.wall + timedelta(days=days), now.wall)
        live = wifi.live_by_mac(db, mac)
        if live is not None:
            wifi.want_end(db, live.id, Ending.STAFF)
        return live


def unblock(db: sqlite3.Connection, mac: str) -> bool:
    """Lift a block; False if there was none."""
    with transaction(db):
        return wifi.unblock(db, mac)


def resume_hash(resume_code: str) -> str:
    """What is stored of a resume code."""
    return hashlib.sha256(resume_code.encode()).hexdigest()


def pseudonym_of(db: sqlite3.Connection, mac: str, now: Moment, fresh_salt: bytes) -> str:
    """What a device is called today, in the caller's transaction."""
    salt = wifi.salt_of(db, rules.local_day(now.wall), fresh_salt)
    return rules.device_hash(mac, salt)


def open_in(
    db: sqlite3.Connection,
    device: Device,
    now: Moment,
    fresh: Fresh,
    terms_version: str = rules.TERMS_VERSION,
) -> Session | Refused:
    """Open a session inside the caller's transaction, in place of one that lives.

    Where it is refused, that one stays.
    """
    pseudonym = pseudonym_of(db, device.mac, now, fresh.salt)
    live = wifi.live_by_mac(db, device.mac)
    grant = rules.admit(device.zone, _usage(db, device, pseudonym, now, live), now.wall)
    if isinstance(grant, Refused):
        return grant
    if live is not None:
        wifi.want_end(db, live.id, Ending.REPLACED)
    session = NewSession(
        id=fresh.session_id,
        zone=device.zone.zone,
        device=pseudonym,
        mac=device.mac,
        resume_hash=resume_hash(fresh.resume_code),
        terms_version=terms_version,
        granted_s=grant.seconds,
        granted_bytes=grant.size_bytes,
    )
    wifi.add(db, session, now.wall)
    return _must(db, session.id)


def _extension(
    db: sqlite3.Connection, live: Session, device: Device, now: Moment
) -> Grant | Refused:
    usage = _usage(db, device, live.device, now, live)
    left = Grant(rules.remaining_s(live, now), rules.remaining_bytes(live))
    return rules.extension(device.zone, usage, left, now.wall)


def _usage(
    db: sqlite3.Connection,
    device: Device,
    pseudonym: str,
    now: Moment,
    live: Session | None = None,
) -> Usage:
    """What counts of the day: of `live` the time used since midnight, whenever it was opened; of
    another that lives, under another MAC of the device, all it may still use.

    `live` has its place in the zone already.
    """
    day = rules.local_day(now.wall)
    others = [
        session
        for session in wifi.of_device(db, pseudonym, now.wall - timedelta(days=1))
        if rules.local_day(session.opened_at) == day and (live is None or session.id != live.id)
    ]
    used_s = sum(
        rules.used_s(session, now) if session.mac is None else session.granted_s
        for session in others
    )
    open_in_zone = wifi.open_in_zone(db, device.zone.zone)
    if live is not None:
        used_s += min(rules.used_s(live, now), rules.since_midnight_s(now.wall))
        open_in_zone -= _is_here(live, device)
    return Usage(
        used_today_s=used_s,
        open_in_zone=open_in_zone,
        is_blocked=wifi.is_blocked(db, device.mac, now.wall),
    )


def _is_here(session: Session, device: Device) -> bool:
    return session.zone == device.zone.zone


def _must(db: sqlite3.Connection, session_id: str) -> Session:
    session = wifi.by_id(db, session_id)
    assert session is not None
    return session
