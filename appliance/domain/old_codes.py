"""Codes of before December 2020, when kecamatan were divided and codes given to others. Pure.

14.71.12 was Rumbai Pesisir and is Rumbai; so a code of then is never read as one of today: its
kelurahan tells where it lies now.
"""

from appliance.domain import home, reference
from appliance.domain.reference import Kelurahan


def today(kecamatan: str, kelurahan: str) -> Kelurahan | None:
    """The kelurahan of today for a kecamatan's code of 2019 and a kelurahan by its name, or by its
    code of 2019; None where there was none."""
    wanted = " ".join(kelurahan.casefold().split())
    code = _then().get((kecamatan, wanted))
    return reference.kelurahan_by_code(code) if code else None


@home.once
def _then() -> dict[tuple[str, str], str]:
    rows = [row for row in reference.kelurahan_rows() if row["kode_2019"]]
    return {
        (row["kode_2019"].rpartition(".")[0], name.casefold()): row["kode"]
        for row in rows
        for name in (row["nama_umum"], row["nama_resmi"], row["kode_2019"])
    }
