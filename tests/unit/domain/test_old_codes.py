import pytest

from appliance.domain import reference
from appliance.domain.old_codes import today

KELURAHAN = reference.kelurahan_rows()


@pytest.mark.parametrize(
    ("kecamatan", "kelurahan", "code", "name_today"),
    [
        ("14.71.12", "Lembah Sari", "14.71.15.1004", "Rumbai Timur"),
        ("14.71.12", "14.71.12.1002", "14.71.15.1005", "Rumbai Timur"),
        ("14.71.12", "meranti pandak", "14.71.12.1001", "Rumbai"),
        ("14.71.06", "PALAS", "14.71.12.1010", "Rumbai"),
        ("14.71.08", "Tuah Karya", "14.71.13.1003", "Tuahmadani"),
        ("14.71.11", "Sungai Sibam", "14.71.08.1014", "Binawidya"),
    ],
)
def test_a_code_of_before_2020_is_found_where_its_kelurahan_lies_today(
    kecamatan: str, kelurahan: str, code: str, name_today: str
) -> None:
    found = today(kecamatan, kelurahan)
    assert found is not None
    assert found.code == code
    [row] = [row for row in KELURAHAN if row["kode"] == code]
    assert row["kecamatan"] == name_today


@pytest.mark.parametrize("row", KELURAHAN, ids=lambda row: row["nama_umum"])
def test_every_kelurahan_of_2019_has_one_of_today(row: dict[str, str]) -> None:
    found = today(row["kode_2019"].rpartition(".")[0], row["kode_2019"])
    assert found is not None
    assert found.code == row["kode"]


def test_a_kelurahan_of_another_kecamatan_is_not_guessed() -> None:
    assert today("14.71.01", "Palas") is None
    assert today("14.71.12", "") is None
