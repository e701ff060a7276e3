"""What is not the city's business: proposed, noted for staff, or left alone."""

import pytest

from appliance.domain.cases.routing import Route
from appliance.domain.city.city_tables import as_shipped
from tests.unit.domain.routed import routed


@pytest.mark.parametrize(
    ("text", "destination", "agency"),
    [
        ("sampah menumpuk di pandau jaya", "kampar", "LUAR"),
        ("jalan rusak di desa kubang jaya siak hulu", "kampar", "LUAR"),
        ("jalan rusak di kecamatan tambang", "kampar", "LUAR"),
        ("banjir di perhentian raja kampar", "kampar", "LUAR"),
        ("warga pandau jaya mengeluh banjir", "kampar", "LUAR"),
        ("parit di tapung hulu mampet", "kampar", "LUAR"),
        ("perum villa kualu tarai bangun gelap, lampu jalan mati", "kampar", "LUAR"),
        ("di minas jaya lampu mati", "siak", "LUAR"),
        ("jalan berlubang di kandis", "siak", "LUAR"),
        ("sampah di pangkalan kerinci", "pelalawan", "LUAR"),
        ("listrik padam sejak tadi malam di jl melur", "pln", "PLN"),
        ("motor saya dicuri maling di kos", "polisi", "POLRESTA"),
        ("pungutan di sma negeri 8", "disdik_riau", "PROVINSI"),
        ("anak saya tidak diterima di SMAN 1", "disdik_riau", "PROVINSI"),
        ("pajak motor saya di samsat antri lama", "samsat", "PROVINSI"),
        ("iuran bpjs naik, saya tidak sanggup", "bpjs", "LUAR"),
        ("parkir bandara mahal sekali", "bandara", "LUAR"),
        ("paspor saya kapan jadi", "imigrasi", "LUAR"),
        ("urus sertifikat tanah di bpn lama", "bpn", "LUAR"),
    ],
)
def test_another_s_business_is_proposed_with_a_destination(
    text: str, destination: str, agency: str
) -> None:
    found = routed(text)
    assert found.proposal is not None
    assert (found.proposal.id, found.agency) == (destination, agency)
    assert found.proposal.name
    assert found.proposal.contact


@pytest.mark.parametrize(
    "text",
    [
        "jl sudirman berlubang depan mal",
        "jalan soebrantas banjir",
        "jln SM Amin rusak parah",
        "jalan HR Subrantas lubang besar",
        "saya dari perawang mau buat ktp",
        "gaji dibayar di bawah umk",
    ],
)
def test_what_is_doubtful_is_a_note_and_stays_with_the_city(text: str) -> None:
    found = routed(text)
    assert found.destination is not None
    assert found.proposal is None
    assert found.agency not in ("LUAR", "PROVINSI", "PLN", "POLRESTA")


@pytest.mark.parametrize(
    "text",
    [
        "orang kampar jual sayur di pasar, trotoar penuh",
        "pedagang dari kampar menutup trotoar",
        "truk dari minas merusak jalan palas",
        "truk tambang pasir merusak jalan",
        "lampu jalan mati depan SMA 5",
        "lampu merah simpang sma 1 mati",
        "sampah di jalan dekat bandara",
        "puskesmas tolak pasien bpjs",
        "air pdam mati 3 hari",
        "sungai siak meluap banjir di rumah kami",
        "jembatan siak 4 macet",
        "warung nasi kampar buang limbah ke parit",
        "masjid pandau",
        "pohon di jl Melati mau tumbang",
        "pohon tumbang di jalan kami",
        "kubangan besar di jalan kami",
        "bank riau kepri antri",
        "kel sidomulyo barat dekat kubang, sampah menumpuk",
    ],
)
def test_what_only_sounds_like_elsewhere_is_the_city_s(text: str) -> None:
    assert routed(text).destination is None


def test_a_kelurahan_of_the_city_makes_a_neighbour_doubtful() -> None:
    found = routed("banjir di kel sidomulyo barat sampai ke kubang jaya")
    assert found.proposal is None
    assert found.destination is not None


@pytest.mark.parametrize(
    "text",
    [
        "tolong kebakaran di pandau jaya sekarang",
        "kabel listrik putus menyala di jalan, tolong sekarang ada korban",
        "tolong ada begal bawa parang sekarang di jalan",
    ],
)
def test_an_emergency_is_never_another_s_business(text: str) -> None:
    found: Route = routed(text)
    assert found.destination is None


def test_every_destination_can_be_named_in_a_text_message() -> None:
    for found in as_shipped().destinations:
        assert len(f"{found.name}{found.contact}") <= 110
