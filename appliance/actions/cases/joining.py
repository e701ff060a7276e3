"""What comes in beside what is there: the same person's becomes an entry of one ticket, others' are
linked to the first that told of it.

Nothing is thrown away: the words of an entry go to the city with their channel and time. Nothing
goes under what is less grave, and what is confidential joins and links nothing.
"""

import sqlite3
from datetime import datetime

from appliance.actions.cases import following_up
from appliance.domain.cases import gravity, same_matter
from appliance.domain.cases.gravity import Judged
from appliance.domain.cases.same_matter import Matter
from appliance.domain.cases.service_request import (
    OVER,
    TEXT_MAX_CHARS,
    Draft,
    Kind,
    Sensitivity,
    ServiceRequest,
)
from appliance.domain.moment import Moment
from appliance.domain.sms.received import Wish
from appliance.store.cases import follow_ups, photos, requests
from appliance.store.cases.requests import Neighbour

LOOKED_AT = 50
"""Of a person's requests and of a category's, the newest."""


def submitted(db: sqlite3.Connection, submission_id: str) -> ServiceRequest | None:
    """The request that an earlier submission under this id has joined."""
    request_id = follow_ups.request_of(db, submission_id)
    return requests.by_id(db, request_id) if request_id else None


def same(
    db: sqlite3.Connection,
    draft: Draft,
    fresh: ServiceRequest,
    now: Moment,
    *,
    origin: str | None = None,
    brings_photo: bool = False,
) -> ServiceRequest | None:
    """The sender's own request that `fresh`, which `draft` would become, tells of; the newest.

    A phone is known on every channel, a device (`origin`) for an hour and only where it names no
    other phone. A second photo has no place in a request, so that it makes one of its own.
    """
    if fresh.sensitivity is Sensitivity.CONFIDENTIAL:
        return None
    new = matter_of(fresh)
    for earlier in _own(db, draft, origin, now):
        if draft.is_question and earlier.kind is not Kind.INFORMATION:
            continue
        if _may_join(fresh, earlier) and _is_same(db, new, earlier, now.wall):
            has_place = not (brings_photo and photos.state_of(db, earlier.id))
            return earlier if has_place else None
    return None


def join(db: sqlite3.Connection, request: ServiceRequest, draft: Draft, now: Moment) -> None:
    """Add a draft to a request, under the id of its submission, in the caller's transaction."""
    where = f" (tempat: {draft.location})" if draft.location else ""
    following_up.note(
        db,
        request,
        Wish.ADD,
        f"{draft.text[: TEXT_MAX_CHARS - len(where)]}{where}",
        now,
        follow_up_id=draft.submission_id,
        beside=draft,
    )


def parent(db: sqlite3.Connection, fresh: ServiceRequest, now: Moment) -> str | None:
    """The id of the first request, of whomever, that tells of the same as a new one."""
    if fresh.sensitivity is Sensitivity.CONFIDENTIAL:
        return None
    new, since = matter_of(fresh), now.wall - same_matter.OTHERS_WINDOW
    if not new.is_placed:
        return None
    for earlier in requests.of_category(db, fresh.category, fresh.ticket, since, LOOKED_AT):
        if _is_comparable(fresh, earlier) and same_matter.is_others(new, matter_of(earlier)):
            return earlier.duplicate_of or earlier.id
    return None


def matter_of(request: ServiceRequest | Neighbour) -> Matter:
    """What a request is about."""
    return same_matter.matter(request.category, request.text, request.location, request.kelurahan)


def _own(
    db: sqlite3.Connection, draft: Draft, origin: str | None, now: Moment
) -> list[ServiceRequest]:
    if draft.reporter_phone:
        return requests.latest_of_phone(db, draft.reporter_phone, LOOKED_AT)
    if origin:
        since = now.wall - same_matter.OWN_WINDOW
        return requests.latest_of_origin(db, origin, since, LOOKED_AT)
    return []


def _is_same(db: sqlite3.Connection, new: Matter, earlier: ServiceRequest, now: datetime) -> bool:
    age, known = now - earlier.created_at, matter_of(earlier)
    if same_matter.is_recent(age, same_matter.OWN_WINDOW) and same_matter.is_own(new, known):
        return True
    if not same_matter.is_recent(age, same_matter.IDENTICAL_WINDOW):
        return False
    return any(same_matter.is_identical(new, told) for told in _tellings(db, earlier))


def _tellings(db: sqlite3.Connection, request: ServiceRequest) -> list[Matter]:
    """A request as it was told each time: its text has grown by what was added since."""
    place = (request.location, request.kelurahan)
    added = follow_ups.said(db, request.id)
    first = request.text
    for text in reversed(added):
        first = first.removesuffix(f"\n{text}")
    return [same_matter.matter(request.category, text, *place) for text in (first, *added)]


def _may_join(fresh: Judged, earlier: ServiceRequest) -> bool:
    return _is_comparable(fresh, earlier) and not gravity.is_graver(fresh, earlier)


def _is_comparable(fresh: Judged, earlier: ServiceRequest | Neighbour) -> bool:
    """Whether both may be told of in one breath: open, not secret, and alike in urgency."""
    is_urgent = fresh.kind is Kind.EMERGENCY
    return (
        earlier.status not in OVER
        and earlier.sensitivity != Sensitivity.CONFIDENTIAL
        and is_urgent is (earlier.kind == Kind.EMERGENCY)
    )
