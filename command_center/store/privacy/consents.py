"""What residents agreed to about their cases, as their boxes told it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from appliance.domain.events.privacy import ConsentChanged
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.privacy import consents


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The latest word about one purpose."""

    purpose: str
    text_version: str
    language: str
    channel: str
    given_at: datetime | None
    withdrawn_at: datetime | None


def put(connection: Connection, event: ConsentChanged) -> None:
    """Take over the latest word; when it was given outlives its withdrawal."""
    known = {agreed.purpose: agreed for agreed in of_request(connection, event.request_id)}
    before = known.get(event.purpose)
    given_at = event.at if event.is_given else before and before.given_at
    same = (consents.c.request_id == event.request_id) & (consents.c.purpose == event.purpose)
    connection.execute(delete(consents).where(same))
    connection.execute(
        insert(consents).values(
            request_id=event.request_id,
            purpose=event.purpose,
            text_version=event.text_version,
            language=event.language,
            channel=event.channel,
            given_at=to_ms(given_at) if given_at else None,
            withdrawn_at=None if event.is_given else to_ms(event.at),
        )
    )


def of_request(connection: Connection, request_id: str) -> list[Agreed]:
    """All of a request, by purpose."""
    rows = connection.execute(
        select(consents).where(consents.c.request_id == request_id).order_by(consents.c.purpose)
    )
    return [
        Agreed(
            purpose=row.purpose,
            text_version=row.text_version,
            language=row.language,
            channel=row.channel,
            given_at=None if row.given_at is None else from_ms(row.given_at),
            withdrawn_at=None if row.withdrawn_at is None else from_ms(row.withdrawn_at),
        )
        for row in rows
    ]


def holds(connection: Connection, request_id: str, purpose: str) -> bool:
    """Whether this was agreed to and not taken back."""
    return any(
        agreed.purpose == purpose and agreed.withdrawn_at is None
        for agreed in of_request(connection, request_id)
    )
