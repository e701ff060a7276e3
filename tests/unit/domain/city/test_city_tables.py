"""Tables of the city: what is refused, and what is in force."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.domain import reference
from appliance.domain.cases.routing import Facts, route
from appliance.domain.city.city_tables import (
    NAMES,
    SHIPPED_VERSION,
    Published,
    Tables,
    as_shipped,
    shipped,
)
from appliance.domain.city.table_checks import check
from appliance.domain.errors import BadInput

Table = list[dict[str, str]]
SHIPPED = "c3fd"
"""The beginning of the hash of the tables that `SHIPPED_VERSION` routes by."""


def change(name: str, key: str, **cells: str) -> Table:
    """The shipped table with other cells in every row whose first cell is `key`."""
    return [row | cells if next(iter(row.values())) == key else dict(row) for row in shipped(name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_table_passes_its_own_check(name: str) -> None:
    check(name, shipped(name), as_shipped())


def test_a_changed_table_is_shipped_with_another_version() -> None:
    """Who changes a table raises SHIPPED_VERSION and puts the new hash here."""
    data = Path(reference.__file__).parent / "data"
    tables = ("agencies", "routing", "destinations")
    content = b"".join(data.joinpath(f"{name}.csv").read_bytes() for name in tables)
    assert (SHIPPED_VERSION, sha256(content).hexdigest()[:4]) == (202611, SHIPPED)


def without(name: str, column: str) -> Table:
    return [{c: v for c, v in row.items() if c != column} for row in shipped(name)]


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("routing", list, "empty"),
        ("routing", lambda: without("routing", "agency"), "row 1 has no column agency"),
        ("routing", lambda: shipped("routing")[:5], "is missing"),
        ("routing", lambda: change("routing", "adminduk", agency="DINAS"), "'DINAS' is not known"),
        ("routing", lambda: change("routing", "adminduk", supporting="X|Y"), "'X' is not known"),
        ("routing", lambda: change("routing", "adminduk", category="ktp"), "'ktp' is not known"),
        ("routing", lambda: change("routing", "adminduk", valid_from="soon"), "row .*soon"),
        ("routing", lambda: change("routing", "pju", valid_until=""), "pju: two rows are valid"),
        (
            "routing",
            lambda: change("routing", "adminduk", valid_until="2030-01-01"),
            "nobody answers after 2030-01-01",
        ),
        (
            "routing",
            lambda: [
                row | {"valid_until": "2016-11-30"} if row["agency"] == "BPT" else row
                for row in shipped("routing")
            ],
            "nobody answers the day after 2016-11-30",
        ),
        ("routing", lambda: shipped("routing") * 2, "two rows are valid"),
        ("routing", lambda: change("routing", "pungli_aparat", instead=""), "instead must end"),
        ("routing", lambda: change("routing", "pungli_aparat", instead="DISHUB"), "netral"),
        ("agencies", lambda: shipped("agencies")[1:], "agency in use 'DLHK' is not known"),
        ("agencies", lambda: [*shipped("agencies")] * 2, "stands there twice"),
        ("agencies", lambda: change("agencies", "DLHK", singkatan=""), "singkatan"),
        ("agencies", lambda: change("agencies", "DLHK", jenis="negara"), "jenis must be"),
        ("agencies", lambda: change("agencies", "LAPOR", jenis="opd"), "must stay of jenis netral"),
        ("agencies", lambda: change("agencies", "DISPORA", id="dispora!"), "is no id"),
        ("destinations", lambda: change("destinations", "pln", agency="PLTU"), "'PLTU'"),
        ("destinations", lambda: change("destinations", "samsat", words=""), "words are missing"),
        ("destinations", lambda: change("destinations", "pln", certainty="pasti"), "row 1"),
        ("destinations", lambda: change("destinations", "pln", contact="x" * 99), "contact"),
        ("sla", lambda: change("sla", "sampah", finish_days="dua"), "sampah: finish_days"),
        ("sla", lambda: change("sla", "sampah", finish_days="9999"), "at most 366"),
        ("sla", lambda: shipped("sla")[1:], "'sampah' is missing"),
        ("holidays", lambda: change("holidays", "2026-01-01", tanggal="1 Jan"), "row 1"),
        ("holidays", lambda: change("holidays", "2026-01-01", tanggal="0026-01-01"), "another age"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_reason(
    name: str, make: Callable[[], Table], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason) as refused:
        check(name, make(), as_shipped())
    assert str(refused.value).startswith(f"{name}: ")


def test_a_table_nobody_knows_is_not_looked_at() -> None:
    check("menu", [], as_shipped())


def test_the_citys_table_routes_and_its_version_is_told() -> None:
    rows = [
        row | ({"valid_until": "2026-11-30"} if row["agency"] == "DISHUB" else {})
        if row["category"] == "pju"
        else row
        for row in shipped("routing")
    ]
    new = rows[0] | {
        "category": "pju", "agency": "PERKIM", "valid_from": "2026-12-01", "valid_until": "",
    }  # fmt: skip
    rows = [*rows, new]
    check("routing", rows, as_shipped())
    tables = Tables({"routing": Published(1_800_000_000_000, rows)})
    agencies = [
        route("pju", Facts(text="-"), date(2026, month, 1), tables).agency for month in (11, 12)
    ]
    assert agencies == ["DISHUB", "PERKIM"]
    assert route("pju", Facts(text="-"), None, tables).version == 1_800_000_000_000


def test_a_new_agency_is_known_by_its_names_when_it_is_accused() -> None:
    new = shipped("agencies")[0] | {
        "id": "DISTAMAN", "singkatan": "Distaman", "nama": "Dinas Taman", "alias": "juru taman",
    }  # fmt: skip
    rows = [*shipped("agencies"), new]
    check("agencies", rows, as_shipped())
    tables = Tables({"agencies": Published(1, rows)})
    assert tables.agency_name("DISTAMAN") == "Distaman"
    for text in ("juru taman minta uang", "kadis taman korupsi", "pungli di distaman"):
        assert "DISTAMAN" in tables.accusations.accused(text)


def test_a_stored_table_that_this_release_cannot_read_is_left_out_and_told() -> None:
    tables = Tables({"holidays": Published(7, [{"day": "2026-12-25"}])})
    assert tables.versions["holidays"] == SHIPPED_VERSION
    assert "tanggal" in tables.problems["holidays"]
    assert tables.calendar == as_shipped().calendar
