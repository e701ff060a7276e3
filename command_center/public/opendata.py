"""Open data: counts that tell of no person. Pure.

Classes that are public are told in full detail. Of the others there are only categories by month
for the whole city, and no number below LEAST: small ones go together, with the smallest large one
where that is needed, so that neither a number nor the rest of a sum tells of few. A month of these
is told once it is over and what boxes held back has come: files of two days then differ in nothing
that one report has changed.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.moment import local
from command_center.public import months
from command_center.store.public.open_counts import Count

LEAST = 5
TOGETHER = "lainnya"
Row = tuple[str | int, ...]

OPEN_COLUMNS = ("bulan", "kecamatan", "kelurahan", "kategori", "kanal", "status", "jumlah")
PROTECTED_COLUMNS = ("bulan", "kategori", "jumlah")
FILES = (
    ("laporan", "Laporan menurut bulan, kecamatan, kelurahan, kategori, kanal, dan status"),
    ("laporan-terlindung", "Laporan disamarkan dan rahasia menurut bulan, tanpa angka kecil"),
)


def open_rows(counts: Iterable[Count]) -> list[Row]:
    """Every count of classes that are public."""
    return sorted(
        (one.month, one.site, one.kelurahan, one.category, one.channel, one.status, one.number)
        for one in counts
        if one.sensitivity == Sensitivity.PUBLIC
    )


def protected_rows(counts: Iterable[Count], until: datetime) -> list[Row]:
    """The other classes, as of a midnight: by month and category, none below LEAST."""
    settled = f"{local(months.settled(until)):%Y-%m}"
    by_month: dict[str, Counter[str]] = {}
    for one in counts:
        if one.sensitivity != Sensitivity.PUBLIC and one.month < settled:
            by_month.setdefault(one.month, Counter())[one.category] += one.number
    return sorted(
        (month, category, number)
        for month, cells in by_month.items()
        for category, number in suppressed(cells).items()
    )


def suppressed(cells: Counter[str]) -> dict[str, int]:
    """The cells of a month that may be told; what is hidden is at least two cells and LEAST."""
    left = sorted(cells.items(), key=lambda cell: (cell[1], cell[0]))
    hidden = [number for _, number in left if number < LEAST]
    told = left[len(hidden) :]
    while hidden and told and (sum(hidden) < LEAST or len(hidden) < 2):
        hidden.append(told.pop(0)[1])
    rest = {TOGETHER: sum(hidden)} if sum(hidden) >= LEAST else {}
    return dict(told) | rest


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A CSV file with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
