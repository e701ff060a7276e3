"""Names of kecamatan and kelurahan for people; a place we do not know is shown by its code."""

import csv
from functools import cache
from importlib.resources import files

from appliance.domain.ids import SiteCode
from appliance.domain.reference import kelurahan_of


def kecamatan_name(site: SiteCode) -> str:
    """The name people use: `Bukit Raya`."""
    return _kecamatan().get(str(site), str(site))


def kelurahan_name(site: SiteCode, code: str) -> str:
    """The name of a kelurahan by its Kemendagri code."""
    return next((k.name for k in kelurahan_of(site) if k.code == code), code)


@cache
def _kecamatan() -> dict[str, str]:
    table = files("appliance.domain").joinpath("data", "wilayah.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines())
    return {row["kode"]: row["nama_umum"] for row in rows if row["tingkat"] == "kecamatan"}
