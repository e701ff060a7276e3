import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import reference
from appliance.domain.triage.gazetteer import kelurahan

KELURAHAN = reference.kelurahan_rows()


@pytest.mark.parametrize("row", KELURAHAN, ids=lambda row: row["nama_umum"])
def test_every_kelurahan_is_found_by_its_official_and_common_spellings(row: dict) -> None:
    spellings = [
        row["nama_umum"],
        row["nama_resmi"],
        *filter(None, row["alias_dari_ingatan"].split("|")),
    ]
    for spelling in spellings:
        for text in (f"sampah menumpuk di kel {spelling}", f"Kelurahan {spelling.upper()} banjir"):
            assert kelurahan(text) == row["kode"], text


@pytest.mark.parametrize(
    "text",
    [
        "lampu mati di Tampan",
        "banjir di rumbai",
        "warga tangkerang mengeluh",
        "di simpang tiga lampu merah mati",
        "jl Sukajadi berlubang",
        "Jalan Kulim rusak",
        "Puskesmas Sidomulyo tutup",
        "pasar rejosari becek",
        "sd palas bocor",
        "perum maharani banjir",
        "air hitam keluar dari keran",
        "kecamatan sukajadi",
        "suka maju mundur kalau parkir",
        "daftar rusunawa rejosari",
    ],
)
def test_what_is_no_kelurahan_is_none(text: str) -> None:
    assert kelurahan(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sampah di palas", "Palas"),
        ("kantor lurah maharatu tutup", "Maharatu"),
        ("got mampet tangkrang selatan", "Tangkerang Selatan"),
        ("jalan rusak kat sungai ambang", "Sungai Ambang"),
        ("kel. sialang mungu gelap", "Sialang Munggu"),
        ("di jalan poros kelurahan Palas berlubang", "Palas"),
        ("jalan ke Okura sudah seperti sawah", "Tebing Tinggi Okura"),
        ("dapur tetangga terbakar! Kampung Dalam", "Kampung Dalam"),
        ("mhratu tiap malam ribut", "Maharatu"),
        ("sdmulyo barat belum ada lampu", "Sidomulyo Barat"),
        ("sampah tabek gdg menumpuk", "Tobek Godang"),
        ("kelurhan tampan minta fogging", "Tampan"),
    ],
)
def test_a_kelurahan_is_found_as_people_write_it(text: str, name: str) -> None:
    code = kelurahan(text)
    assert code is not None
    assert reference.kelurahan_by_code(code).name == name


@given(st.text())
def test_any_text_names_a_kelurahan_of_the_table_or_none(text: str) -> None:
    code = kelurahan(text)
    assert code is None or any(row["kode"] == code for row in KELURAHAN)
