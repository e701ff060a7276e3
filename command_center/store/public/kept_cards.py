"""The report cards of past days, as JSON; the counts of the open data with the newest only."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.public import scorecards

KEPT = timedelta(days=400)
"""A year to look back on, and the days until somebody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCard:
    """One of them; `counts` is empty where a newer one has taken its place."""

    since: datetime
    until: datetime
    algorithm: int
    card: bytes
    counts: bytes = b""


def newest(connection: Connection, until: datetime, algorithm: int) -> KeptCard | None:
    """The last one made by this algorithm up to a midnight, if it has its counts."""
    row = connection.execute(
        select(scorecards)
        .where(
            scorecards.c.until <= to_ms(until),
            scorecards.c.algorithm == algorithm,
            scorecards.c.counts.is_not(None),
        )
        .order_by(scorecards.c.until.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return KeptCard(
        since=from_ms(row.since),
        until=from_ms(row.until),
        algorithm=row.algorithm,
        card=row.card,
        counts=zlib.decompress(row.counts),
    )


def of(connection: Connection, until: datetime) -> KeptCard | None:
    """That of one midnight, by whatever algorithm it was made, without counts."""
    columns = (scorecards.c.since, scorecards.c.algorithm, scorecards.c.card)
    row = connection.execute(select(*columns).where(scorecards.c.until == to_ms(until))).first()
    if row is None:
        return None
    return KeptCard(since=from_ms(row.since), until=until, algorithm=row.algorithm, card=row.card)


def put(connection: Connection, made: KeptCard, now: datetime) -> None:
    """Keep it in the place of one of the same midnight, and forget what is too old."""
    until = to_ms(made.until)
    is_gone = scorecards.c.until < to_ms(made.until - KEPT)
    connection.execute(delete(scorecards).where(is_gone | (scorecards.c.until == until)))
    connection.execute(update(scorecards).values(counts=None))
    connection.execute(
        insert(scorecards).values(
            until=until,
            since=to_ms(made.since),
            algorithm=made.algorithm,
            made_at=to_ms(now),
            card=made.card,
            counts=zlib.compress(made.counts),
        )
    )
