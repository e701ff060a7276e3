"""What the city knows of each box: when it was heard, and what the broker hints."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from appliance.domain.city import wire
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.fleet import box_boots, boxes

# Made once: putting such a statement together takes longer than running it.
_IS_BOX = boxes.c.site == bindparam("of_site")
_CHANGE = update(boxes).where(_IS_BOX)
_ADD = insert(boxes)
_BY_SITE = select(boxes).where(_IS_BOX)
_BOOTS = select(box_boots.c.boot).where(box_boots.c.site == bindparam("of_site"))
_ADD_BOOT = insert(box_boots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box; None stands for never said."""

    site: SiteCode
    is_online: bool | None
    """The broker's hint: birth or last will."""
    boot: str | None
    n: int | None
    software: str | None
    epoch: str | None
    last_seen_at: datetime | None
    clone_seen_at: datetime | None
    """When two machines were last caught using this box's identity."""
    heartbeat: BoxHeartbeat | None
    """What it last said of itself."""


def heard(connection: Connection, site: SiteCode, now: datetime) -> None:
    """The box itself has just said something, so it is there, whatever the broker hinted."""
    _update(connection, site, _heard(now))


def introduced(connection: Connection, site: SiteCode, hello: wire.Hello, now: datetime) -> bool:
    """The box has said hello; False when its boot had been replaced by another before.

    A machine boots forward: a boot that comes back means that two machines use one identity.
    """
    boot, text = hello.clock.boot, msgspec.json.encode(hello).decode()
    of_site = {"of_site": str(site)}
    known = connection.scalars(_BOOTS, of_site).all()
    box = connection.execute(_BY_SITE, of_site).one_or_none()
    said = {"epoch": hello.epoch, "last_hello": text, "last_boot": boot}
    _update(connection, site, _heard(now) | said)
    if boot not in known:
        connection.execute(_ADD_BOOT, {"site": str(site), "boot": boot, "at": to_ms(now)})
    return boot not in known or (box is not None and boot == box.last_boot)


def session(connection: Connection, site: SiteCode) -> str | None:
    """The run of the box that has said hello last; None for one that never has, or did not say."""
    query = select(boxes.c.last_hello).where(boxes.c.site == str(site))
    hello: str | None = connection.scalar(query)
    return msgspec.json.decode(hello, type=wire.Hello).session if hello else None


def cloned(connection: Connection, site: SiteCode, now: datetime) -> None:
    """Two machines use this box's identity."""
    _update(connection, site, {"clone_seen_at": to_ms(now)})


def beat(connection: Connection, site: SiteCode, heartbeat: str) -> None:
    """The box has told how it is doing; `heartbeat` is the event as JSON."""
    _update(connection, site, {"last_heartbeat": heartbeat})


def connection_changed(connection: Connection, site: SiteCode, conn: wire.Conn) -> bool:
    """Take a birth or a last will over; False when it speaks of an older connection.

    The highest `n` of a boot wins. A birth of another boot is news; a will of another boot is
    late by definition.
    """
    box = connection.execute(_BY_SITE, {"of_site": str(site)}).one_or_none()
    if box is not None and box.boot is not None:
        if conn.boot == box.boot and conn.n < (box.n or 0):
            return False
        if conn.boot != box.boot and not conn.on:
            return False
    values = {"is_online": int(conn.on), "boot": conn.boot, "n": conn.n}
    if conn.sw:
        values["software"] = conn.sw
    _update(connection, site, values)
    return True


def forget_hints(
    connection: Connection, whose: Callable[[SiteCode], bool] = lambda _: True
) -> None:
    """Who is connected is unknown again; boot and number stay, so late wills stay late."""
    sites = [site for site in connection.scalars(select(boxes.c.site)) if whose(SiteCode(site))]
    connection.execute(update(boxes).where(boxes.c.site.in_(sites)).values(is_online=None))


def put_offline(connection: Connection, site: SiteCode) -> None:
    """Nothing will tell us any more that the box is gone."""
    connection.execute(update(boxes).where(boxes.c.site == str(site)).values(is_online=0))


def of_site(connection: Connection, site: SiteCode) -> Box | None:
    """The box of a kecamatan, if it has been heard."""
    row = connection.execute(_BY_SITE, {"of_site": str(site)}).one_or_none()
    return None if row is None else _box(row)


def every(connection: Connection) -> list[Box]:
    """All boxes by site."""
    return [_box(row) for row in connection.execute(select(boxes).order_by(boxes.c.site))]


def _box(row: Row[Any]) -> Box:
    return Box(
        site=SiteCode(row.site),
        is_online=None if row.is_online is None else bool(row.is_online),
        boot=row.boot,
        n=row.n,
        software=row.software,
        epoch=row.epoch,
        last_seen_at=None if row.last_seen_at is None else from_ms(row.last_seen_at),
        clone_seen_at=None if row.clone_seen_at is None else from_ms(row.clone_seen_at),
        heartbeat=_heartbeat(row.last_heartbeat),
    )


def _heartbeat(text: str | None) -> BoxHeartbeat | None:
    return msgspec.json.decode(text, type=BoxHeartbeat) if text else None


def _heard(now: datetime) -> dict[str, object]:
    return {"last_seen_at": to_ms(now), "is_online": 1}


def _update(connection: Connection, site: SiteCode, values: dict[str, object]) -> None:
    if not connection.execute(_CHANGE, {"of_site": str(site)} | values).rowcount:
        connection.execute(_ADD, {"site": str(site)} | values)
