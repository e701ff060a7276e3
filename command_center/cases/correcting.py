"""Officers correct what a request is about: logged for the next triage, and told to its box.

An officer too cannot give a complaint about bribes to whom it accuses, nor let more people see a
text without a reason.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from appliance.domain import reference
from appliance.domain.cases import gravity
from appliance.domain.cases.routing import Facts, Route, route
from appliance.domain.cases.service_request import Kind, Sensitivity, clean_text
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import RequestCorrected
from appliance.domain.moment import CITY_TIME
from appliance.domain.triage.judgement import classify
from command_center import wording
from command_center.cases import casework
from command_center.handling import keeping
from command_center.store.cases import case_history, corrections
from command_center.store.cases.corrections import Correction
from command_center.store.cases.requests import CityRequest
from command_center.store.database import writing
from command_center.store.sending import downlinks, tables

REASON_MAX_CHARS = 200
BY_MAX_CHARS = 80
FIELDS = ("category", "kind", "kelurahan", "agency", "sensitivity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an officer says a request is; None stays, but an agency follows its category."""

    category: str | None = None
    kind: str | None = None
    kelurahan: str | None = None
    """A code; empty for a place that is not known."""
    agency: str | None = None
    sensitivity: str | None = None
    reason: str = ""


def correct(
    engine: Engine,
    request_id: str,
    wanted: Wanted,
    *,
    by: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> dict[str, str]:
    """Correct a request and tell its box; return what has become of the fields that changed.

    `seen_at` as of `casework.change_status`. Raises UnknownRequest, Outdated, or BadInput in words
    for the officer.
    """
    with writing(engine) as connection:
        request = casework.found(connection, request_id, seen_at)
        return correct_in(connection, request, wanted, by=by, now=now)


def correct_in(
    connection: Connection, request: CityRequest, wanted: Wanted, *, by: str, now: datetime
) -> dict[str, str]:
    """As `correct`, inside the caller's transaction, who holds the request."""
    changed = _changed(request, wanted, tables.in_force(connection, request.site))
    if not changed:
        raise BadInput("Tidak ada yang diubah.")
    reason = clean_text(wanted.reason)[:REASON_MAX_CHARS]
    _write(connection, request, changed, reason, by=clean_text(by)[:BY_MAX_CHARS], now=now)
    return changed


def _changed(request: CityRequest, wanted: Wanted, known: Tables) -> dict[str, str]:
    if request.is_sealed:
        return _of_sealed(request, wanted, known)
    category = wanted.category or request.category
    if category not in reference.categories():
        raise BadInput(f"Kategori {category[:40]!r} tidak dikenal.")
    routed = _route(request, category, known)
    follows = category != request.category
    agency = wanted.agency or (routed.agency if follows else request.agency)
    if agency not in known.working():
        raise BadInput(f"Dinas {agency[:40]!r} tidak dikenal.")
    if agency in routed.accused:
        raise BadInput("Dinas itu yang dilaporkan; laporan ini tidak boleh sampai ke sana.")
    after = {
        "category": category,
        "kind": _kind(wanted.kind or request.kind),
        "kelurahan": _kelurahan(request, wanted.kelurahan),
        "agency": agency,
        "sensitivity": _sensitivity(request, category, wanted),
    }
    return {name: after[name] for name in FIELDS if after[name] != (getattr(request, name) or "")}


def _of_sealed(request: CityRequest, wanted: Wanted, known: Tables) -> dict[str, str]:
    """Who handles it and how urgent it is: the rest is not known here, nor told to the box."""
    secret = (wanted.category, wanted.kelurahan, wanted.sensitivity)
    if any(value not in (None, "", request.category, request.sensitivity) for value in secret):
        raise BadInput("Laporan ini tersegel: topik, tempat dan kerahasiaannya tetap.")
    after = {
        "kind": _kind(wanted.kind or request.kind),
        "agency": wanted.agency or request.agency,
    }
    if after["agency"] not in known.working():
        raise BadInput(f"Dinas {after['agency'][:40]!r} tidak dikenal.")
    return {name: value for name, value in after.items() if value != getattr(request, name)}


def _route(request: CityRequest, category: str, known: Tables) -> Route:
    """As the box would have, had it known the category."""
    judged = classify(request.text)
    facts = Facts(
        text=request.text,
        accusation=judged.accusation,
        is_emergency=request.kind == Kind.EMERGENCY,
        is_in_city=bool(
            request.kelurahan or judged.kelurahan or known.place_names.kelurahan(request.text)
        ),
    )
    day = request.occurred_at.astimezone(CITY_TIME).date()
    return route(category, facts, day, known)


def _kind(value: str) -> str:
    if value not in set(Kind):
        raise BadInput(f"Jenis {value[:40]!r} tidak dikenal.")
    return value


def _kelurahan(request: CityRequest, wanted: str | None) -> str:
    if wanted and not reference.is_kelurahan(wanted):
        raise BadInput(f"Kelurahan {wanted[:40]!r} tidak dikenal.")
    return (request.kelurahan or "") if wanted is None else wanted


def _sensitivity(request: CityRequest, category: str, wanted: Wanted) -> str:
    """At least what it was and what its category asks for; less needs a reason."""
    try:
        now = Sensitivity(request.sensitivity)
        asked = Sensitivity(wanted.sensitivity or now)
    except ValueError:
        raise BadInput("Kerahasiaan itu tidak dikenal.") from None
    least = now
    if category != request.category:
        least = gravity.stricter(now, reference.categories()[category].sensitivity)
    if asked is now:
        return least
    if gravity.stricter(asked, least) is not asked and not clean_text(wanted.reason):
        raise BadInput("Tulis alasannya: kerahasiaan laporan ini akan dikurangi.")
    return asked


def _write(
    connection: Connection,
    request: CityRequest,
    changed: dict[str, str],
    reason: str,
    *,
    by: str,
    now: datetime,
) -> None:
    event = RequestCorrected(request_id=request.request_id, corrected_at=now, **changed)
    seq = downlinks.append(connection, request.holder, event, subject=request.request_id, now=now)
    made = [
        Correction(
            request_id=request.request_id,
            field=name,
            before=getattr(request, name) or "",
            after=after,
            reason=reason,
            by=by,
            at=now,
            down_seq=seq,
        )
        for name, after in changed.items()
    ]
    corrections.add(connection, request, changed, made)
    said = "; ".join(wording.correction(one.field, one.before, one.after) for one in made)
    message = f"Koreksi: {said}. {reason}".strip()
    case_history.note(connection, request, message, by=by, now=now, down_seq=seq)
    keeping.refresh(connection, request.request_id)
