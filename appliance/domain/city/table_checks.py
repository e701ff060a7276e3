"""What a table of the city must look like, checked whole before it replaces anything. Pure.

The same checks run at the city, where the operator types, and at the box, which trusts nobody.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from appliance.domain import reference
from appliance.domain.cases import routing, working_days
from appliance.domain.cases.routing import BRIBERY, Rule
from appliance.domain.city import pushed_settings
from appliance.domain.city.city_tables import NAMES, Rows, Tables
from appliance.domain.errors import BadInput
from appliance.domain.officials import official
from appliance.domain.privacy import sealing
from appliance.domain.triage import jurisdiction, place_names
from appliance.domain.triage.accusation import NEUTRAL
from appliance.domain.triage.jurisdiction import Ground

_AGENCY_ID = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_KINDS = frozenset((
    "opd", "wilayah", "sekretariat", "bumd", "bumn", "vertikal", "provinsi", "luar", "netral",
    "bekas",
))  # fmt: skip
_NAME_MAX_CHARS, _CONTACT_MAX_CHARS = 40, 60
"""What fits into an SMS beside the ticket."""
_LONGEST_DAYS = 366


def check(name: str, rows: Rows, known: Tables) -> None:
    """Raise BadInput that says why a table cannot replace the one in force; one that this release
    does not know is not looked at."""
    if name not in _CHECKS:
        return
    columns, look = _CHECKS[name]
    if not rows and name in NAMES and name != place_names.TABLE:
        raise BadInput(f"{name}: the table is empty")
    for number, row in enumerate(rows, start=1):
        if missing := [column for column in columns if column not in row]:
            raise BadInput(f"{name}: row {number} has no column {', '.join(missing)}")
    try:
        look(rows, known)
    except (KeyError, ValueError) as error:
        raise BadInput(f"{name}: {error}") from None


def _routing(rows: Rows, known: Tables) -> None:
    _each(rows, lambda row: routing.parse([row]))
    by_category = routing.parse(rows)
    _same(by_category, reference.categories(), "category")
    for category, rules in by_category.items():
        named = {agency for r in rules for agency in (r.agency, *r.supporting, *r.instead)}
        _all_known(named, known.agencies, f"{category}: agency")
        _one_after_the_other(category, rules)
    last = by_category[BRIBERY][-1].instead[-1:]
    if not last or known.agencies[last[0]].kind != NEUTRAL:
        raise BadInput(f"{BRIBERY}: instead must end with an agency of jenis {NEUTRAL}")


def _one_after_the_other(category: str, rules: Iterable[Rule]) -> None:
    """Every day from the first on has one rule."""
    rules = list(rules)
    for one, following in pairwise(rules):
        if one.valid_until is None or one.valid_until >= following.valid_from:
            raise BadInput(f"{category}: two rows are valid on {following.valid_from}")
        if one.valid_until + timedelta(days=1) < following.valid_from:
            raise BadInput(f"{category}: nobody answers the day after {one.valid_until}")
    if rules[-1].valid_until is not None:
        raise BadInput(f"{category}: nobody answers after {rules[-1].valid_until}")


def _agencies(rows: Rows, known: Tables) -> None:
    _once(row["id"] for row in rows)
    for row in rows:
        if not _AGENCY_ID.fullmatch(row["id"]):
            raise BadInput(f"{row['id'][:40]!r} is no id: capitals, digits and _")
        if row["jenis"] not in _KINDS:
            raise BadInput(f"{row['id']}: jenis must be one of {', '.join(sorted(_KINDS))}")
        if not 1 <= len(row["singkatan"]) <= _NAME_MAX_CHARS or not row["nama"]:
            raise BadInput(
                f"{row['id']}: singkatan has 1 to {_NAME_MAX_CHARS} characters, nama some"
            )
    found = reference.agencies_of(rows)
    rules = [rule for rules in known.routing.values() for rule in rules]
    used = {agency for rule in rules for agency in (rule.agency, *rule.supporting, *rule.instead)}
    _all_known(used | {d.agency for d in known.destinations}, found, "agency in use")
    if found[known.routing[BRIBERY][-1].instead[-1]].kind != NEUTRAL:
        raise BadInput(f"who gets a bribe complaint last must stay of jenis {NEUTRAL}")


def _destinations(rows: Rows, known: Tables) -> None:
    _each(rows, lambda row: jurisdiction.parse([row]))
    _once(row["id"] for row in rows)
    for found in jurisdiction.parse(rows):
        _all_known({found.agency}, known.agencies, f"{found.id}: agency")
        _all_known(found.categories, reference.categories(), f"{found.id}: category")
        if not found.names and not found.names_at and found.ground is not Ground.AGENCY:
            raise BadInput(f"{found.id}: words are missing")
        lengths = (len(found.id), len(found.name), len(found.contact))
        if not (1 <= lengths[0] <= _NAME_MAX_CHARS and 1 <= lengths[1] <= _CONTACT_MAX_CHARS):
            raise BadInput(f"{found.id[:40]}: id or name is empty or too long")
        if not 1 <= lengths[2] <= _CONTACT_MAX_CHARS:
            raise BadInput(f"{found.id}: contact has 1 to {_CONTACT_MAX_CHARS} characters")


def _sla(rows: Rows, known: Tables) -> None:
    _once(row["category"] for row in rows)
    _same({row["category"] for row in rows}, known.finish_days, "category")
    for row in rows:
        if not row["finish_days"].isascii() or not row["finish_days"].isdigit():
            raise BadInput(f"{row['category']}: finish_days must be a number of working days")
        if int(row["finish_days"]) > _LONGEST_DAYS:
            raise BadInput(f"{row['category']}: finish_days must be at most {_LONGEST_DAYS}")


def _holidays(rows: Rows, _known: Tables) -> None:
    _each(rows, lambda row: working_days.of_table([row]))
    _once(row["tanggal"] for row in rows)
    for row in rows:
        if not 2000 <= date.fromisoformat(row["tanggal"]).year < 2100:
            raise BadInput(f"{row['tanggal']} is a day of another age")


def _place_names(rows: Rows, _known: Tables) -> None:
    _each(rows, lambda row: place_names.parse([row]))
    place_names.parse(rows)


def _officials(rows: Rows, known: Tables) -> None:
    official.directory(enumerate(rows, start=2), known.working())


def _settings(rows: Rows, _known: Tables) -> None:
    pushed_settings.parse(rows)


def _sealing_keys(rows: Rows, _known: Tables) -> None:
    sealing.parse_table(rows)


_CHECKS: dict[str, tuple[tuple[str, ...], Callable[[Rows, Tables], None]]] = {
    "routing": (
        ("category", "agency", "supporting", "instead", "valid_from", "valid_until"),
        _routing,
    ),
    "agencies": (("id", "singkatan", "nama", "jenis", "alias"), _agencies),
    "destinations": (
        (
            "id", "name", "contact", "agency", "kind", "categories", "words", "words_at",
            "certainty",
        ),
        _destinations,
    ),
    "sla": (("category", "finish_days"), _sla),
    "holidays": (("tanggal", "nama"), _holidays),
    place_names.TABLE: (place_names.COLUMNS, _place_names),
    official.TABLE: (official.COLUMNS[0], _officials),
    pushed_settings.TABLE: (("key", "value"), _settings),
    sealing.TABLE: (("unit", "key"), _sealing_keys),
}  # fmt: skip


def _each(rows: Rows, parse: Callable[[Mapping[str, str]], object]) -> None:
    """Read each row alone, to name the one that is wrong."""
    for number, row in enumerate(rows, start=1):
        try:
            parse(row)
        except (KeyError, ValueError) as error:
            raise BadInput(f"row {number}: {error}") from None


def _once(keys: Iterable[str]) -> None:
    if twice := [key for key, count in Counter(keys).items() if count > 1]:
        raise BadInput(f"{twice[0][:40]!r} stands there twice")


def _all_known(named: Iterable[str], known: Iterable[str], what: str) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise BadInput(f"{what} {unknown[0][:40]!r} is not known")


def _same(found: Iterable[str], wanted: Iterable[str], what: str) -> None:
    _all_known(found, wanted, what)
    if missing := sorted(set(wanted) - set(found)):
        raise BadInput(f"{what} {missing[0]!r} is missing")
