"""What to do about a box that is gone, and what the city can tell of what was on it.

The checklist follows Law 27/2022 on personal data (UU PDP), article 46: within 3 x 24 hours those
concerned and the authority are told in writing what was lost, when and how, and what was done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, distinct, func, select

from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from appliance.domain.reference import kecamatan_name
from command_center import report
from command_center.store.fleet import barred, boxes, credentials
from command_center.store.schema.cases import requests

NOTICE_WITHIN = timedelta(hours=72)
"""UU PDP, article 46 (1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What the city knows; `None` for what it cannot know."""

    site: SiteCode
    revoked_at: datetime | None
    reason: str
    last_seen_at: datetime | None
    software: str
    waiting: int | None
    """Events that only the box had, by its last word."""
    reports: int
    people: int
    """Different telephone numbers among them."""
    nameless: int
    """Reports without a number, about whose people nothing is known."""
    sealed: int
    """Confidential ones; sealed at the box, if it had a key."""

    @property
    def notice_due_at(self) -> datetime | None:
        """Counted from the revocation: by then at the latest the city knew."""
        return self.revoked_at + NOTICE_WITHIN if self.revoked_at else None


def look(connection: Connection, site: SiteCode, now: datetime) -> Loss:
    """What was on the box: what it has reported itself since its database was made."""
    box = boxes.of_site(connection, site)
    given = credentials.of_site(connection, site)
    revoked = next((one for one in given if one.revoked_at), None)
    mine = (requests.c.site == str(site)) & (requests.c.received_at <= to_ms(now))
    if box is not None and box.epoch:
        mine &= requests.c.epoch == box.epoch
    is_confidential = requests.c.sensitivity == "rahasia"
    row = connection.execute(
        select(
            func.count().label("reports"),
            func.count(distinct(requests.c.phone)).label("people"),
            func.count().filter(requests.c.phone.is_(None)).label("nameless"),
            func.count().filter(is_confidential).label("sealed"),
        ).where(mine)
    ).one()
    return Loss(
        site=site,
        revoked_at=barred.since(connection, site) or (revoked.revoked_at if revoked else None),
        reason=revoked.reason if revoked else "",
        last_seen_at=box.last_seen_at if box else None,
        software=(box.software if box else None) or "",
        waiting=sum(box.heartbeat.backlog.values()) if box and box.heartbeat else None,
        **row._mapping,
    )


def checklist(loss: Loss) -> list[str]:
    """The steps, in order, with what is known filled in."""
    unknown = "?"
    site, name = loss.site.site, kecamatan_name(loss.site)
    due = report.iso(loss.notice_due_at) or "72 hours after you learned of it"
    return [
        f"Box {loss.site} {name}, last seen {report.iso(loss.last_seen_at) or 'never'}, "
        f"software {loss.software or unknown}",
        f"revoked {report.iso(loss.revoked_at) or 'NOT YET'}{': ' if loss.reason else ''}"
        f"{loss.reason}",
        "",
        "On it, as far as it had told the city:",
        f"  {loss.reports} reports, {loss.people} different telephone numbers, "
        f"{loss.nameless} reports without a number",
        f"  {loss.sealed} confidential ones: readable on the box only if it had no sealing key",
        f"  {unknown if loss.waiting is None else loss.waiting} events waited that the city does "
        "not have",
        "  accounts of its desk, its directory of officials, documents, its WiFi sessions of 90 "
        "days (without names)",
        "",
        f"[ ] 1. posko-center fleet revoke {site} --reason ... (if it is not revoked above)",
        "[ ] 2. have its SIM cards barred by the operator, and its numbers moved to new ones",
        "[ ] 3. change what was typed into it: the WiFi's and the desk's passwords of that office",
        "[ ] 4. report the theft to the police; note number, date, and who had the keys",
        f"[ ] 5. notice in writing to those concerned and to the authority by {due} "
        "(UU PDP art. 46): what, when, how, what was done",
        "[ ] 6. people without a number: a public notice at the office and on its pages",
        f"[ ] 7. a new box: posko-center fleet enrol {site}; it begins with an empty database, its "
        "tickets with a thousand of serials that none has used",
        "[ ] 8. posko-center status: nothing of the old box under quarantine `revoked` that "
        "should have been taken",
    ]
