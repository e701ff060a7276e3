"""What the page of a case shows, gathered in one place."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.actions.cases import suggesting
from appliance.actions.cases.suggesting import Suggestion
from appliance.actions.public import board
from appliance.actions.staff import staff_actions
from appliance.desk.queue_forms import NO_KELURAHAN
from appliance.domain import reference
from appliance.domain.cases import routing
from appliance.domain.cases.deadline import deadlines
from appliance.domain.cases.service_request import Kind, ServiceRequest
from appliance.domain.city.city_tables import Tables
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import Moment
from appliance.domain.public import board as publishing
from appliance.domain.sms.phrases import FREE_TEXT_MAX_CHARS, STATUS_WORDS
from appliance.domain.staff import action as staff_action
from appliance.domain.staff import words as staff_words
from appliance.domain.staff.accounts import Account
from appliance.domain.triage.accusation import NEUTRAL
from appliance.store.cases import follow_ups, photos, queue, recordings, requests
from appliance.store.city import city_tables
from appliance.store.privacy import erasures
from appliance.store.public import publications
from appliance.store.sms import texts
from appliance.store.staff import staff_actions as acts

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, by its second keystroke."""

    key: str
    value: str
    word: str


def content(
    db: sqlite3.Connection, request: ServiceRequest, site: SiteCode, account: Account, now: Moment
) -> dict[str, object]:
    """Of a case that may not be read, nothing but that."""
    if not staff_actions.may_read(db, request, account):
        return {"case": request, "may_read": False}
    known, done = city_tables.in_force(db), acts.of_request(db, request.id)
    history, standing = requests.history(db, request.id), staff_action.expected(request, done)
    suggested = suggesting.suggestion(db, request, now)
    return {
        "case": request,
        "may_read": True,
        "version": staff_actions.case_version(db, request),
        "standing": standing,
        "acts": done[::-1],
        "history": history[::-1],
        "deadlines": deadlines(request.kind, request.category, history, now.wall, known),
        "suggestion": suggested,
        "moves": (moves := staff_action.moves(standing)),
        "move_words": [(str(move), STATUS_WORDS[move]) for move in moves],
        "message_max": FREE_TEXT_MAX_CHARS,
        "texts": texts.of_request(db, request.id),
        "said": follow_ups.of_request(db, request.id),
        "photo": photos.state_of(db, request.id),
        "voice": recordings.of(db, request.id),
        "erased": erasures.of(db, request.id),
        "publication": publications.of_request(db, request.id),
        "may_not_publish": why_not(board.refusal(db, request)),
        "public_text": publishing.public_text(request),
        **_links(db, request),
        **_choices(request, site, suggested, known),
    }


def _links(db: sqlite3.Connection, request: ServiceRequest) -> dict[str, object]:
    """The request that this tells the same as, and those that tell the same as this."""
    candidates = (requests.by_id(db, id_) for id_ in queue.linked(db, request.id, request.ticket))
    others = [other for other in candidates if other is not None]
    return {
        "parent": _parent(db, request),
        "children": [one for one in others if _parent(db, one) == request.ticket],
    }


def _parent(db: sqlite3.Connection, request: ServiceRequest) -> Ticket | None:
    first = requests.by_id(db, request.duplicate_of) if request.duplicate_of else None
    digits = staff_action.parent(
        first.ticket.digits if first else None, acts.of_request(db, request.id)
    )
    return Ticket(digits) if digits else None


def _choices(
    request: ServiceRequest, site: SiteCode, suggested: Suggestion | None, known: Tables
) -> dict[str, object]:
    places = {one.code: one.name for one in reference.kelurahan_of(site)}
    if request.kelurahan and request.kelurahan not in places:
        places[request.kelurahan] = reference.any_kelurahan_name(request.kelurahan)
    topics = {one.id: one.name for one in reference.categories().values()}
    usual = routing.rule_of(request.category, None, known)
    top3 = suggested.judged.top3 if suggested else []
    return {
        "topics": _keyed(_first(top3, topics)),
        "kinds": _keyed({k: w for k, w in staff_words.KINDS.items() if k != Kind.STATUS}),
        "places": _keyed(places | {NO_KELURAHAN: "Tidak diketahui"}),
        "offices": _keyed(_first((usual.agency, *usual.supporting), _offices(known))),
    }


def offices(db: sqlite3.Connection) -> dict[str, str]:
    """The agencies that a request can be given to."""
    return _offices(city_tables.in_force(db))


def _offices(known: Tables) -> dict[str, str]:
    return {id_: one.short_name for id_, one in known.working().items() if one.kind != NEUTRAL}


def why_not(refused: object) -> str:
    """Why a request is not shown, for staff; empty if it is."""
    return publishing.WHY[refused] if isinstance(refused, publishing.Refusal) else ""


def hotlines(request: ServiceRequest) -> tuple[str, ...]:
    """Whom to call about an emergency; of a sealed one the topic is not known."""
    known = reference.categories().get(request.category)
    return known.hotlines if known else ()


def _first(likely: Iterable[str], words: dict[str, str]) -> dict[str, str]:
    """The likely choices before the others."""
    return {id_: words[id_] for id_ in likely if id_ in words} | words


def _keyed(words: dict[str, str]) -> list[Choice]:
    """Each with the key that chooses it, as far as there are keys."""
    keys = KEYS + " " * max(0, len(words) - len(KEYS))
    return [
        Choice(key.strip(), value, word)
        for key, (value, word) in zip(keys, words.items(), strict=False)
    ]
