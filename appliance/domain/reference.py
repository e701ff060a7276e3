"""Reference data of a city, read once from the tables beside this package (`data/*.csv`).

A table in a folder named by the city's code stands for the one of that name; `home` says which city
this is. Places of every city whose table is shipped are known by their codes."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from appliance.domain import home
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.ids import SiteCode

FALLBACK_CATEGORY = "lainnya"
_DATA = Path(__file__).parent / "data"
_HOTLINE = re.compile(r"(?<![0-9])1[0-9]{2}(?![0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A topic of complaints with the agency that answers for it."""

    id: str
    name: str
    agency: str
    sensitivity: Sensitivity
    can_be_emergency: bool
    respond_days: int
    """Working days until somebody should have taken it up."""
    finish_days: int
    """Working days until it should be resolved."""
    keywords: tuple[str, ...]
    advice: str
    """What residents can do themselves; short enough for an SMS."""
    hotlines: tuple[str, ...]
    """Three-digit numbers to call, the first first."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An OPD or another body that a request can be routed to."""

    id: str
    short_name: str
    name: str
    kind: str = "opd"
    """`netral` can never be accused; bumn, vertikal, provinsi and luar are not the city's."""
    aliases: tuple[str, ...] = ()
    """What else people call it: old names and units that belong to it."""

    @property
    def is_former(self) -> bool:
        """Whether it exists in old requests only."""
        return self.kind == "bekas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kelurahan:
    """A kelurahan by Kemendagri code; `name` is the spelling people use."""

    code: str
    name: str


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of `data/`, the city's own where it has one."""
    own = _DATA / home.city() / name
    text = (own if own.is_file() else _DATA / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _words(*cells: str) -> tuple[str, ...]:
    return tuple(word.strip() for cell in cells for word in cell.split("|") if word.strip())


@cache
def categories() -> dict[str, Category]:
    """Every category by id, in the order of the table."""
    return {
        row["id"]: Category(
            id=row["id"],
            name=row["nama_id"],
            agency=row["opd_utama"],
            sensitivity=Sensitivity(row["sensitivitas"]),
            can_be_emergency=row["bisa_darurat"] == "1",
            respond_days=int(row["sla_tanggap_hk"]),
            finish_days=int(row["sla_selesai_hk"]),
            keywords=_words(row["kata_kunci"], row["slang_singkatan_dialek"]),
            advice=row["nasihat_mandiri_sms"],
            hotlines=tuple(_HOTLINE.findall(row["hotline"])),
            group=row["grup"],
        )
        for row in rows("categories.csv")
    }


@home.once
def agencies() -> dict[str, Agency]:
    """Every agency by id, as shipped."""
    return agencies_of(rows("agencies.csv"))


def agencies_of(table: Iterable[Mapping[str, str]]) -> dict[str, Agency]:
    """The agencies of a table by id."""
    return {
        row["id"]: Agency(
            id=row["id"],
            short_name=row["singkatan"],
            name=row["nama"],
            kind=row["jenis"],
            aliases=_words(row["alias"]),
        )
        for row in table
    }


def agency_name(agency_id: str) -> str:
    """Short name for people; an id we do not know is shown as it is."""
    agency = agencies().get(agency_id)
    return agency.short_name if agency else agency_id


@cache
def kelurahan_of(site: SiteCode) -> tuple[Kelurahan, ...]:
    """The kelurahan of one kecamatan, or of the city itself, by name; empty for a city whose table
    is not shipped."""
    if site.is_city:
        return kelurahan_of_city(site.city)
    found = (
        Kelurahan(code=row["kode"], name=row["nama_umum"])
        for row in rows("wilayah.csv")
        if row["tingkat"] == "kelurahan" and row["kode_induk"] == str(site)
    )
    return tuple(sorted(found, key=lambda kelurahan: kelurahan.name))


@cache
def _kecamatan_names() -> dict[str, str]:
    return {
        row["kode"]: row["nama_umum"]
        for row in rows("wilayah.csv")
        if row["tingkat"] == "kecamatan"
    }


def kecamatan_name(site: SiteCode) -> str:
    """The name people use; a kecamatan we do not know is shown by its code."""
    return "Kota" if site.is_city else _kecamatan_names().get(str(site), str(site))


def kelurahan_name(site: SiteCode, code: str) -> str:
    """The name of a kelurahan by its Kemendagri code, or the code."""
    return next((k.name for k in kelurahan_of(site) if k.code == code), code)


@cache
def _kelurahan_by_code() -> dict[str, Kelurahan]:
    return {
        row["kode"]: Kelurahan(code=row["kode"], name=row["nama_umum"])
        for row in rows("wilayah.csv")
        if row["tingkat"] == "kelurahan"
    }


def kelurahan_of_city(city: str) -> tuple[Kelurahan, ...]:
    """All kelurahan of a city (four digits), by name."""
    of_city = f"{city[:2]}.{city[2:]}."
    found = (k for k in _kelurahan_by_code().values() if k.code.startswith(of_city))
    return tuple(sorted(found, key=lambda kelurahan: kelurahan.name))


def kecamatan_of_city(city: str) -> list[tuple[str, str]]:
    """Code and name of each kecamatan of a city (four digits), by code."""
    of_city = f"{city[:2]}.{city[2:]}."
    return sorted(pair for pair in _kecamatan_names().items() if pair[0].startswith(of_city))


def kelurahan_by_code(code: str) -> Kelurahan:
    """A kelurahan of any city; raises KeyError."""
    return _kelurahan_by_code()[code]


def is_kelurahan(code: str) -> bool:
    """Whether the city has a kelurahan of this code today."""
    return code.startswith(home.prefix()) and code in _kelurahan_by_code()


def any_kelurahan_name(code: str) -> str:
    """The name of a kelurahan of any city by its code, or the code."""
    found = _kelurahan_by_code().get(code)
    return found.name if found else code


def any_kelurahan_code(name: str) -> str | None:
    """The code of a kelurahan of the city by its name in any case, else None."""
    wanted = " ".join(name.casefold().split())
    found = (k.code for k in kelurahan_of_city(home.city()) if k.name.casefold() == wanted)
    return next(found, None)


@home.once
def kelurahan_names() -> frozenset[str]:
    """The names of all kelurahan of the city, in lower case."""
    return frozenset(k.name.lower() for k in kelurahan_of_city(home.city()))


def kelurahan_rows() -> list[dict[str, str]]:
    """The rows of the kelurahan of the city, with every spelling."""
    table = rows("wilayah.csv")
    is_own = home.prefix()
    return [r for r in table if r["tingkat"] == "kelurahan" and r["kode"].startswith(is_own)]


def kelurahan_code(site: SiteCode, name: str) -> str | None:
    """The code of a kelurahan of this kecamatan by its name in any case, else None."""
    wanted = " ".join(name.casefold().split()).removeprefix("kelurahan ").removeprefix("kel ")
    return next((k.code for k in kelurahan_of(site) if k.name.casefold() == wanted), None)


@cache
def plain_spelling() -> dict[str, str]:
    """SMS and dialect spellings that have one meaning only, to standard Indonesian."""
    return {
        row["bentuk"]: row["baku"]
        for row in rows("slang_normalization.csv")
        if row["ambigu"] == "0"
    }
