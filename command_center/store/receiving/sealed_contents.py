"""What boxes have sealed for a unit, each once; the city keeps it and cannot open it."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from appliance.domain.moment import to_ms
from command_center.store.schema.receiving import sealed_contents


def add(
    connection: Connection, content_id: str, request_id: str, sealed: str, now: datetime
) -> None:
    """Keep a sealed text under its id; one that is here already stays as it is."""
    known = select(sealed_contents.c.request_id).where(sealed_contents.c.content_id == content_id)
    if connection.execute(known).one_or_none() is None:
        connection.execute(
            insert(sealed_contents).values(
                content_id=content_id,
                request_id=request_id,
                sealed=sealed,
                received_at=to_ms(now),
            )
        )


def of_request(connection: Connection, request_id: str) -> list[str]:
    """All sealed texts of a request, in the order in which they came."""
    rows = connection.scalars(
        select(sealed_contents.c.sealed)
        .where(sealed_contents.c.request_id == request_id)
        .order_by(sealed_contents.c.received_at, sealed_contents.c.content_id)
    )
    return list(rows)
