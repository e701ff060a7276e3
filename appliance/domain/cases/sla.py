"""How long an answer and an end may take, by class of request (`data/sla_classes.csv`). Pure.

The first class that fits holds; what a class leaves open is the category's: the answer's by
`data/categories.csv`, the end's by the table `sla`, which the city may replace.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.city.city_tables import Tables
from appliance.domain.privacy import sealing
from appliance.domain.reference import FALLBACK_CATEGORY, Category, categories, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a request; days are working days."""

    name: str
    respond_days: int
    finish_days: int
    respond_within: timedelta | None
    """By the clock, day and night, where working days are too long."""


def terms(kind: str, category: str, tables: Tables) -> Terms:
    """The terms of a request; of a category we do not know those of the fallback count."""
    topic = _topic(category, tables)
    row = next(row for row in _classes() if _fits(row, kind, topic.id))
    minutes = row["tanggap_menit"]
    return Terms(
        name=row["kelas"],
        respond_days=int(row["tanggap_hk"] or topic.respond_days),
        finish_days=int(row["selesai_hk"] or tables.finish_days[topic.id]),
        respond_within=timedelta(minutes=int(minutes)) if minutes else None,
    )


def _topic(category: str, tables: Tables) -> Category:
    """What a request is about; a sealed one counts as the most pressing of all secret topics."""
    known = categories()
    if category == sealing.TOPIC:
        secret = (one for one in known.values() if one.sensitivity is Sensitivity.CONFIDENTIAL)
        return min(secret, key=lambda one: tables.finish_days[one.id])
    return known.get(category, known[FALLBACK_CATEGORY])


@cache
def _classes() -> list[dict[str, str]]:
    return rows("sla_classes.csv")


def _fits(row: dict[str, str], kind: str, category: str) -> bool:
    is_of_kind = not row["jenis"] or row["jenis"] == kind
    return is_of_kind and (not row["kategori"] or category in row["kategori"].split("|"))
