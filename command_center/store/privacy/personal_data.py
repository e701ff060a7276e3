"""Overwriting what the city knows of a person through a request, table by table.

Each statement repeats well. Ticket, category, agency, times and status stay, for statistics.
"""

from sqlalchemy import Connection, Table, delete, select, update

from appliance.domain.ids import SiteCode
from appliance.domain.privacy.erasure import ERASED_TEXT, redacted
from command_center.store.schema.cases import case_history, corrections, requests
from command_center.store.schema.handling import dispositions
from command_center.store.schema.receiving import case_texts, events, photos, sealed_contents
from command_center.store.schema.sending import down_outbox


def overwrite(connection: Connection, site: SiteCode, request_id: str) -> None:
    """Overwrite all of it, in the caller's transaction."""
    connection.execute(
        update(requests)
        .where(requests.c.request_id == request_id)
        .values(text=ERASED_TEXT, phone=None, name=None, location=None, judged=None)
    )
    connection.execute(
        update(case_history).where(case_history.c.request_id == request_id).values(message="")
    )
    connection.execute(
        update(corrections).where(corrections.c.request_id == request_id).values(reason="")
    )
    connection.execute(
        update(dispositions).where(dispositions.c.request_id == request_id).values(note="")
    )
    of_site = (case_texts.c.site == str(site)) & (case_texts.c.request_id == request_id)
    connection.execute(update(case_texts).where(of_site).values(recipient="", error=""))
    connection.execute(delete(sealed_contents).where(sealed_contents.c.request_id == request_id))
    connection.execute(delete(photos).where(photos.c.request_id == request_id))
    _overwrite_payloads(connection, events, ("id",), site, request_id)
    _overwrite_payloads(connection, down_outbox, ("site", "seq"), site, request_id)


def _overwrite_payloads(
    connection: Connection, table: Table, keys: tuple[str, ...], site: SiteCode, request_id: str
) -> None:
    """Every event that names the request; the site bounds how many are read."""
    named = (table.c.site == str(site)) & table.c.payload.contains(request_id, autoescape=True)
    for row in connection.execute(select(table).where(named)).mappings().all():
        left = redacted(row["kind"], row["payload"])
        if left != row["payload"]:
            this = [table.c[key] == row[key] for key in keys]
            connection.execute(update(table).where(*this).values(payload=left))
