"""Words and addresses of the dashboard's pages. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.domain import reference
from appliance.domain.ids import SiteCode
from appliance.domain.moment import local
from command_center import wording
from command_center.dashboard.alarms import Rule
from command_center.dashboard.episodes import Alarm
from command_center.dashboard.fleet import BoxHealth

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmWords:
    """An alarm as people read it, and the list that shows its reports."""

    id: int
    name: str
    where: str
    what: str
    state: str
    """Empty while nobody has seen it."""
    is_over: bool
    raised_at: datetime
    wanted: dict[str, str]
    """What the list is narrowed to."""


def alarm(one: Alarm, rules: dict[str, Rule]) -> AlarmWords:
    """Its words; a rule that is no more has only its id."""
    rule = rules.get(one.rule)
    where, wanted = _target(one, rule)
    return AlarmWords(
        id=one.id,
        name=rule.name if rule else one.rule,
        where=where,
        what=_what(one, rule),
        state=f"dilihat {one.seen_by}" if one.seen_by else "",
        is_over=one.ended_at is not None,
        raised_at=one.raised_at,
        wanted=wanted,
    )


def _what(one: Alarm, rule: Rule | None) -> str:
    if rule is None:
        return f"{one.number}"
    unit = "rumah" if rule.kind == "houses" else "laporan"
    is_days = rule.within >= _A_DAY
    span = f"{rule.within.days} hari" if is_days else f"{rule.within // timedelta(hours=1)} jam"
    above = ", jauh di atas biasanya" if rule.kind == "rising" else ""
    return f"{one.number} {unit} dalam {span}{above}"


def _target(one: Alarm, rule: Rule | None) -> tuple[str, dict[str, str]]:
    place, _, rest = one.target.partition("/")
    if rule is not None and rule.kind == "rising":
        return wording.category(place), {"category": place}
    if rule is not None and rule.kind == "burst":
        name = f"{wording.category(rest)}, {place_name(place)}"
        return name, {"site": place, "category": rest}
    wanted = place_filter(place)
    if rule is not None and len(rule.categories) == 1:
        wanted |= {"category": next(iter(rule.categories))}
    return place_name(place) + (f" RW {rest}" if rest else ""), wanted


def place_name(code: str) -> str:
    """A kelurahan with its kecamatan, or a kecamatan."""
    site, _, last = code.rpartition(".")
    if len(last) == 2:
        return f"Kecamatan {reference.kecamatan_name(SiteCode(code))}"
    return f"{reference.any_kelurahan_name(code)}, {reference.kecamatan_name(SiteCode(site))}"


def place_filter(code: str) -> dict[str, str]:
    """What the list is narrowed to for a kelurahan or a kecamatan."""
    site, _, last = code.rpartition(".")
    return {"site": code} if len(last) == 2 else {"site": site, "kelurahan": code}


def until(box: BoxHealth, now: datetime) -> str:
    """Until when a box's figures hold: `sampai 14.10, belum terhubung`."""
    if box.last_seen_at is None:
        return "belum pernah terhubung"
    return f"sampai {moment(box.last_seen_at, now)}, belum terhubung"


def last_told(box: BoxHealth, now: datetime) -> str:
    """The same in a list of boxes that are away."""
    return "belum pernah" if box.last_seen_at is None else moment(box.last_seen_at, now)


def moment(at: datetime, now: datetime) -> str:
    """A time of today, or a day with its time."""
    here, today = local(at), local(now).date()
    clock = here.strftime("%H.%M")
    return clock if here.date() == today else f"{here.day} {MONTHS[here.month - 1]} {clock}"


def compared(now: int, before: int) -> str:
    """This week against the one before."""
    if now == before:
        return "sama dengan 7 hari sebelumnya"
    word = "lebih banyak" if now > before else "lebih sedikit"
    return f"{abs(now - before)} {word} dari 7 hari sebelumnya"


def count(number: int) -> str:
    """With dots between thousands."""
    return f"{number:,}".replace(",", ".")
