"""What staff of the kecamatan want of a request, and what may be wanted. Pure.

The city decides, so an act waits until it has answered. What waits is counted in all the same
(`expected`): the next act builds upon it, days without an uplink long.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from appliance.domain import reference
from appliance.domain.cases.service_request import (
    NEEDS_REASON,
    Kind,
    ServiceRequest,
    Status,
    clean_text,
    moves_from,
)
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.sms.phrases import FREE_TEXT_MAX_CHARS

BY_MAX_CHARS = 40
APPLIED = "applied"
FIELDS = ("category", "kind", "kelurahan", "agency")
"""What staff may correct."""


class Act(StrEnum):
    """What is wanted; stored and sent."""

    CORRECT = "koreksi"
    MOVE = "status"
    DISPOSE = "disposisi"
    """Give it to an agency, and say so."""
    MERGE = "gabung"
    SEPARATE = "lepas"


MAY_SET = frozenset(
    {Status.VERIFIED, Status.FORWARDED, Status.IN_PROGRESS, Status.RESOLVED, Status.REOPENED}
    | {Status.NEEDS_DETAILS, Status.DEFERRED, Status.NOT_OURS}
)
"""A case ends by its reporter or by time, it is archived by the city, and merged by merging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One act as its form says it."""

    act: Act
    changes: Mapping[str, str]
    """By field: status, agency, category, kind, kelurahan, parent."""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One act as the box keeps it; the outcome is empty until the city has answered."""

    id: str
    wish: Wish
    by: str
    at: datetime
    outcome: str = ""
    reason: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether the city has not decided."""
        return not self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a request will stand if the city agrees to all that waits."""

    status: str
    category: str
    kind: str
    kelurahan: str
    agency: str | None
    """None where the city will choose by a category that waits."""


def expected(request: ServiceRequest, actions: Iterable[Action]) -> Standing:
    """What the next act builds upon."""
    standing = Standing(
        status=request.status,
        category=request.category,
        kind=request.kind,
        kelurahan=request.kelurahan or "",
        agency=request.agency,
    )
    for action in actions:
        if action.is_waiting:
            standing = _after(standing, action.wish)
    return standing


def _after(standing: Standing, wish: Wish) -> Standing:
    changes = {name: value for name, value in wish.changes.items() if name != "parent"}
    if wish.act is Act.DISPOSE:
        changes["status"] = Status.FORWARDED
    agency = changes.pop("agency", None)
    if agency is None and changes.get("category", standing.category) == standing.category:
        agency = standing.agency
    return replace(standing, **changes, agency=agency)


def checked(wish: Wish, standing: Standing) -> Wish:
    """The act without what changes nothing; raises BadInput in words for staff.

    The city checks again: it may know more by then.
    """
    words = clean_text(wish.message)
    if len(words) > FREE_TEXT_MAX_CHARS:
        raise BadInput(
            f"Pesan terlalu panjang: {len(words)} huruf, paling banyak {FREE_TEXT_MAX_CHARS}."
        )
    changes = _CHECKS[wish.act](wish.changes, standing, words)
    return Wish(act=wish.act, changes=changes, message=words)


def seen(wish: Wish, standing: Standing) -> dict[str, str]:
    """What an act builds upon, by field, so that the city notices what has changed meanwhile."""
    names = {"status", "agency"} if wish.act is Act.DISPOSE else set(wish.changes) - {"parent"}
    values = ((name, getattr(standing, name)) for name in sorted(names))
    return {name: value for name, value in values if value is not None}


def version(request: ServiceRequest, moves: int, actions: Iterable[Action]) -> str:
    """A word that changes whenever something of a case does that an act may build upon."""
    facts = (
        request.status,
        request.category,
        request.kind,
        request.kelurahan,
        request.agency,
        request.sensitivity,
        len(request.text),
        moves,
        [(action.id, action.outcome) for action in actions],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def parent(first: str | None, actions: Iterable[Action]) -> str | None:
    """The ticket of the request that tells of the same matter; `first` is what the box found."""
    for action in actions:
        if action.outcome == APPLIED and action.wish.act in (Act.MERGE, Act.SEPARATE):
            first = action.wish.changes.get("parent")
    return first


def moves(standing: Standing) -> list[Status]:
    """The statuses that staff may ask for next, in the order of the table."""
    return [status for status in Status if status in MAY_SET & moves_from(standing.status)]


def _move(changes: Mapping[str, str], standing: Standing, words: str) -> dict[str, str]:
    wanted = changes.get("status", "")
    if not wanted:
        raise BadInput("Pilih status baru.")
    if wanted not in moves(standing):
        raise BadInput("Dari status sekarang, laporan ini tidak boleh berpindah ke status itu.")
    if wanted in NEEDS_REASON and not words:
        raise BadInput("Tulis alasannya untuk warga; tanpa itu status ini tidak berarti apa-apa.")
    return {"status": wanted}


def _dispose(changes: Mapping[str, str], standing: Standing, _: str) -> dict[str, str]:
    if not changes.get("agency"):
        raise BadInput("Pilih dinas yang dituju.")
    if Status.FORWARDED not in moves(standing):
        raise BadInput("Laporan yang sudah berakhir tidak dapat diteruskan; buka lagi dulu.")
    return {"agency": changes["agency"]}


def _correct(changes: Mapping[str, str], standing: Standing, _: str) -> dict[str, str]:
    wanted = {name: changes[name] for name in FIELDS if name in changes}
    known: dict[str, bool] = {
        "category": wanted.get("category", standing.category) in reference.categories(),
        "kind": wanted.get("kind", standing.kind) in set(Kind),
        "kelurahan": not wanted.get("kelurahan") or reference.is_kelurahan(wanted["kelurahan"]),
    }
    if not all(known.values()):
        raise BadInput("Pilihan itu tidak dikenal. Muat ulang halaman, lalu pilih lagi.")
    changed = {name: to for name, to in wanted.items() if to != getattr(standing, name)}
    if not changed:
        raise BadInput("Tidak ada yang diubah.")
    return changed


def _merge(changes: Mapping[str, str], _: Standing, __: str) -> dict[str, str]:
    try:
        return {"parent": Ticket.parse(changes.get("parent", "")).digits}
    except BadInput:
        raise BadInput("Nomor tiket induk tidak terbaca; periksa 8 angkanya.") from None


def _separate(_: Mapping[str, str], __: Standing, ___: str) -> dict[str, str]:
    return {}


_CHECKS = {
    Act.MOVE: _move,
    Act.DISPOSE: _dispose,
    Act.CORRECT: _correct,
    Act.MERGE: _merge,
    Act.SEPARATE: _separate,
}
