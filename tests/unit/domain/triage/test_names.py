import pytest

from appliance.domain.triage import names


@pytest.mark.parametrize(
    "text",
    [
        "pak Wagimin jual barang itu",
        "anak bu rina tidak sekolah",
        "nama saya Nurhayati",
        "IBU YUSNIAR BELUM DAPAT BERAS",
        "pak Fajar baru keluar dari penjara",
        "tetangga kami bu melati batuk darah",
    ],
)
def test_who_is_called_by_name_is_named(text: str) -> None:
    assert names.is_named(text)


@pytest.mark.parametrize(
    "text",
    [
        "tolong disemprot lah pak sblm nambah lagi",
        "saya ini janda pak anak yatim tiga",
        "bu dirahasiakan ya",
        "nama dukcapil tercoreng",
    ],
)
def test_an_address_before_a_common_word_names_nobody(text: str) -> None:
    assert not names.is_named(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("warung itu milik Ucok, uangnya ke Rudi Hartono", 3),
        ("gelap di stadion Utama, jl Naga Sakti dan gang Buana", 0),
        ("mohon Bantuan dan Perhatian dari kelurahan", 0),
        ("kantor Lurah Tuahkarya tutup sejak Idul Adha", 0),
        ("WARUNG ITU MILIK UCOK", 0),
        ("lampu mati, dikirim lewat FixMyStreet", 0),
    ],
)
def test_names_written_large_are_counted_but_not_those_of_places(text: str, count: int) -> None:
    assert names.strangers(text) == count
