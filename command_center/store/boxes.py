"""What the city knows of each box: when it was heard, and what the broker hints."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from appliance.domain import wire
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema import boxes


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


def heard(connection: Connection, site: SiteCode, now: datetime) -> None:
    """The box itself has just said something, so it is there, whatever the broker hinted."""
    _update(connection, site, {"last_seen_at": to_ms(now), "is_online": 1})


def introduced(
    connection: Connection, site: SiteCode, epoch: str, hello: str, now: datetime
) -> None:
    """The box has said hello; `hello` is the message as JSON."""
    heard(connection, site, now)
    _update(connection, site, {"epoch": epoch, "last_hello": hello})


def connection_changed(connection: Connection, site: SiteCode, conn: wire.Conn) -> bool:
    """Take a birth or a last will over; False when it speaks of an older connection.

    The highest `n` of a boot wins. A birth of another boot is news; a will of another boot is
    late by definition.
    """
    box = by_site(connection, site)
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


def forget_hints(connection: Connection) -> None:
    """Who is connected is unknown again; boot and number stay, so late wills stay late."""
    connection.execute(update(boxes).values(is_online=None))


def by_site(connection: Connection, site: SiteCode) -> Box | None:
    """One box, if it was ever heard of."""
    return next((box for box in every(connection) if box.site == site), None)


def every(connection: Connection) -> list[Box]:
    """All boxes by site."""
    return [
        Box(
            site=SiteCode(row.site),
            is_online=None if row.is_online is None else bool(row.is_online),
            boot=row.boot,
            n=row.n,
            software=row.software,
            epoch=row.epoch,
            last_seen_at=None if row.last_seen_at is None else from_ms(row.last_seen_at),
        )
        for row in connection.execute(select(boxes).order_by(boxes.c.site))
    ]


def _update(connection: Connection, site: SiteCode, values: dict[str, object]) -> None:
    changed = connection.execute(
        update(boxes).where(boxes.c.site == str(site)).values(values)
    ).rowcount
    if not changed:
        connection.execute(insert(boxes).values({"site": str(site)} | values))
