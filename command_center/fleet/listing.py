"""Every box in one line: what it proves itself with, what it runs, what became of what was sent."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from command_center import report
from command_center.store.fleet import barred, boxes, credentials, enrolments, software
from command_center.store.fleet.boxes import Box
from command_center.store.fleet.credentials import Credential
from command_center.store.sending import pushes, tables
from command_center.store.sending.pushes import Push
from mqtt_link.fault import WARN_BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetBox:
    """One site that has, had or awaits a box."""

    site: SiteCode
    name: str
    credential: str
    """`valid`, `ends soon`, `ended`, `revoked`; `awaited`: a code was given; `by hand`: the city
    has issued none."""
    ends_at: datetime | None
    code_until: datetime | None
    is_online: bool | None
    last_seen_at: datetime | None
    software: str
    settings: str
    """The revision of the city's settings that it runs, by its last word; empty: none."""
    settings_kept: str
    """Keys that it does not let the city set."""
    settings_problem: str
    wanted: str
    """The release it is to run, unless it does."""
    update: str
    """How far it is with it, by its last word."""
    update_problem: str
    """How its last update failed."""
    tables: Mapping[str, Push]
    """The newest version of each that was sent, and what became of it."""
    last_push: Push | None
    """Of whatever kind."""
    pending: int
    """Documents, commands and tables that the box does not have yet."""


def every(connection: Connection, now: datetime) -> list[FleetBox]:
    """All of them by site; the number of queries does not grow with them."""
    heard = {box.site: box for box in boxes.every(connection)}
    given = defaultdict(list)
    for one in credentials.every(connection):
        given[one.site].append(one)
    codes = enrolments.open_until(connection, now)
    sent: defaultdict[SiteCode, dict[str, Push]] = defaultdict(dict)
    for table in tables.newest(connection):
        sent[table.site][table.name] = pushes.of_table(table)
    last, pending = pushes.last(connection), pushes.pending(connection)
    gone = {site for site, epoch in barred.every(connection) if epoch == barred.WHOLE}

    releases = software.wanted(connection)

    def one_box(site: SiteCode) -> FleetBox:
        box, valid = heard.get(site), [c for c in given[site] if c.revoked_at is None]
        is_gone = str(site) in gone
        return FleetBox(
            site=site,
            name=kecamatan_name(site),
            credential=_credential(valid, box, now, is_gone=is_gone, is_awaited=site in codes),
            ends_at=max((c.ends_at for c in valid if c.ends_at), default=None),
            code_until=codes.get(site),
            is_online=box.is_online if box else None,
            last_seen_at=box.last_seen_at if box else None,
            software=(box.software if box else None) or "",
            settings=_told(box, "settings"),
            settings_kept=_told(box, "settings_kept"),
            settings_problem=_told(box, "settings_problem"),
            wanted="" if box and box.software == releases.get(site) else releases.get(site, ""),
            update=_told(box, "under_way", "update") or _told(box, "from_city", "update"),
            update_problem=_told(box, "problem", "update"),
            tables=sent[site],
            last_push=last.get(site),
            pending=pending.get(site, 0),
        )

    return [one_box(site) for site in sorted({*heard, *given, *codes})]


def _told(box: Box | None, gauge: str, process: str = "sync") -> str:
    """What a process of a box has said of itself."""
    gauges = box.heartbeat.gauges if box and box.heartbeat else {}
    return gauges.get(process, {}).get(gauge, "")


def _credential(
    valid: Sequence[Credential],
    box: Box | None,
    now: datetime,
    *,
    is_gone: bool,
    is_awaited: bool,
) -> str:
    if is_gone:
        return "revoked"
    if not valid:
        return "awaited" if is_awaited and box is None else "by hand"
    ends = [c.ends_at for c in valid]
    latest = max((end for end in ends if end), default=None)
    if latest is None or None in ends or latest > now + WARN_BEFORE:
        return "valid"
    return "ends soon" if latest > now else "ended"


def record(box: FleetBox) -> dict[str, object]:
    """One box for scripts."""
    return {
        "site": str(box.site),
        "name": box.name,
        "credential": box.credential,
        "ends_at": report.iso(box.ends_at),
        "code_until": report.iso(box.code_until),
        "is_online": box.is_online,
        "last_seen_at": report.iso(box.last_seen_at),
        "software": box.software,
        "settings": box.settings,
        "settings_kept": box.settings_kept,
        "settings_problem": box.settings_problem,
        "wanted": box.wanted,
        "update": box.update,
        "update_problem": box.update_problem,
        "tables": {name: _push(push) for name, push in sorted(box.tables.items())},
        "last_push": _push(box.last_push) if box.last_push else None,
        "pending": box.pending,
    }


def _push(push: Push) -> dict[str, object]:
    return {**asdict(push), "at": report.iso(push.at)}
