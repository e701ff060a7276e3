"""SMS about requests: what became of each, as the boxes tell."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.receiving import case_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """An SMS to whoever `purpose` names, at a masked number."""

    purpose: str
    recipient: str
    state: str
    error: str
    at: datetime


def settle(
    connection: Connection, site: SiteCode, request_id: str, text_id: int, text: CaseText
) -> None:
    """Keep what became of a text; what was known of it before is replaced."""
    key = (
        (case_texts.c.site == str(site))
        & (case_texts.c.request_id == request_id)
        & (case_texts.c.text_id == text_id)
    )
    connection.execute(delete(case_texts).where(key))
    connection.execute(
        insert(case_texts).values(
            site=str(site),
            request_id=request_id,
            text_id=text_id,
            purpose=text.purpose,
            recipient=text.recipient,
            state=text.state,
            error=text.error,
            at=to_ms(text.at),
        )
    )


def of_request(connection: Connection, site: SiteCode, request_id: str) -> list[CaseText]:
    """The texts about a request, in the order they were written."""
    rows = connection.execute(
        select(case_texts)
        .where(case_texts.c.site == str(site), case_texts.c.request_id == request_id)
        .order_by(case_texts.c.text_id)
    )
    return [
        CaseText(
            purpose=row.purpose,
            recipient=row.recipient,
            state=row.state,
            error=row.error,
            at=from_ms(row.at),
        )
        for row in rows
    ]
