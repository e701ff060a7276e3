"""Who answers for what, on which day; and that a complaint never reaches whom it is about."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import reference
from appliance.domain.cases.routing import Facts, route, rule_of
from appliance.domain.city.city_tables import as_shipped
from tests.unit.domain.routed import TODAY, routed


@pytest.mark.parametrize(
    ("category", "on", "agency"),
    [
        ("pju", date(2015, 6, 1), "DKP"),
        ("pju", date(2016, 12, 31), "DKP"),
        ("pju", date(2017, 1, 1), "DISHUB"),
        ("pju", TODAY, "DISHUB"),
        ("pohon_taman", date(2020, 10, 13), "PUPR"),
        ("pohon_taman", date(2022, 12, 31), "PUPR"),
        ("pohon_taman", date(2023, 1, 1), "DLHK"),
        ("sampah", date(2016, 5, 1), "DKP"),
        ("sampah", TODAY, "DLHK"),
        ("kesehatan", TODAY, "DINKES"),
        ("kekerasan", TODAY, "DP3APM"),
        ("pju", date(1999, 1, 1), "DKP"),
        ("pju", None, "DISHUB"),
        ("pohon_taman", None, "DLHK"),
        ("a category of tomorrow", TODAY, "DISKOMINFOTIKSAN"),
    ],
)
def test_the_agency_is_that_of_the_day(category: str, on: date | None, agency: str) -> None:
    assert route(category, Facts(text="-"), on, as_shipped()).agency == agency


@pytest.mark.parametrize("category", reference.rows("categories.csv"), ids=lambda row: row["id"])
def test_the_newest_rule_is_what_the_table_of_categories_says(category: dict[str, str]) -> None:
    assert rule_of(category["id"], TODAY, as_shipped()).agency == category["opd_utama"]


ACCUSING = [
    ("petugas DLHK minta uang 50rb baru sampah diangkut", "DLHK"),
    ("petugas LPS minta uang 50rb, kalau tidak bayar sampah tidak diangkut", "DLHK"),
    ("oknum DKP minta uang rokok tiap angkut sampah", "DLHK"),
    ("D.K.P minta pungli lagi di pasar", "DLHK"),
    ("dinas kebersihan dan pertamanan pungli ke pedagang", "DLHK"),
    ("tukang sampah pungut uang liar, pungli namanya", "DLHK"),
    ("Dinas Lingkungan Hidup dan Kebersihan korupsi retribusi", "DLHK"),
    ("petugas parkir minta uang lebih tanpa kuitansi di pasar bawah", "DISHUB"),
    ("jukir pungli di depan mal, minta sepuluh ribu", "DISHUB"),
    ("UPT perparkiran setor ke oknum", "DISHUB"),
    ("oknum dishub minta uang damai waktu uji kir", "DISHUB"),
    ("Dinas Perhubungan pungutan liar sopir oplet", "DISHUB"),
    ("kadis perhubungan terima suap", "DISHUB"),
    ("orang dukcapil minta uang pelicin utk ktp", "DISDUKCAPIL"),
    ("bikin ktp di capil disuruh bayar 200rb, pungli", "DISDUKCAPIL"),
    ("Dinas Kependudukan dan Pencatatan Sipil pungli akta", "DISDUKCAPIL"),
    ("loket ktp minta uang administrasi, oknum", "DISDUKCAPIL"),
    ("BPT minta uang pelicin untuk izin usaha", "DPMPTSP"),
    ("ngurus izin di badan pelayanan terpadu disuruh bayar biar cepat, suap", "DPMPTSP"),
    ("pegawai DPMPTSP suap izin imb", "DPMPTSP"),
    ("petugas mpp minta uang rokok", "DPMPTSP"),
    ("orang PU minta jatah proyek semenisasi", "PUPR"),
    ("dinas pekerjaan umum korupsi proyek jalan", "PUPR"),
    ("PUPR proyek fiktif parit kami", "PUPR"),
    ("dispenda minta uang supaya pajak restoran kecil", "BAPENDA"),
    ("oknum bapenda nego pajak minta amplop", "BAPENDA"),
    ("kadis pendapatan terima suap", "BAPENDA"),
    ("puskesmas minta uang pelicin surat rujukan", "DINKES"),
    ("bidan di pustu pungli imunisasi", "DINKES"),
    ("dinas kesehatan pungutan liar izin praktek", "DINKES"),
    ("kepala sekolah SD pungut uang kursi, jual beli kursi", "DISDIK"),
    ("komite sekolah pungutan liar wajib 500rb", "DISDIK"),
    ("kadis pendidikan jual beli jabatan kepsek", "DISDIK"),
    ("SMP negeri minta uang pelicin masuk, titip", "DISDIK"),
    ("guru honorer disuruh bayar ke disdik, sogok", "DISDIK"),
    ("pendamping PKH potong bantuan 100rb", "DINSOS"),
    ("orang dinsos minta uang supaya dapat bansos, pungli", "DINSOS"),
    ("pak camat minta jatah proyek, korupsi", "KECAMATAN"),
    ("camat kami pungli pedagang", "KECAMATAN"),
    ("sekcam minta uang tanda tangan", "KECAMATAN"),
    ("petugas ukur di kantor kecamatan meminta biaya di luar ketentuan", "KECAMATAN"),
    ("tukang parkir mamintak limo ribu, karcih ndak ado", "DISHUB"),
    ("pak lurah minta uang tanda tangan surat tanah", "KECAMATAN"),
    ("kantor lurah pungutan liar surat pengantar", "KECAMATAN"),
    ("di kelurahan diminta uang administrasi 50rb, oknum", "KECAMATAN"),
    ("lurahnya minta uang rokok", "KECAMATAN"),
    ("pak RT potong bansos beras warga", "KECAMATAN"),
    ("satpol pp minta jatah preman ke PKL", "SATPOLPP"),
    ("oknum pol pp setoran karaoke", "SATPOLPP"),
    ("kepala pasar pungli kios, disperindag diam", "DISPERINDAG"),
    ("dinas pasar minta uang lapak, pungli", "DISPERINDAG"),
    ("petugas PDAM minta uang pelicin pasang meteran", "TIRTASIAK"),
    ("damkar minta uang setelah padamkan api, pungli", "DPKP"),
    ("kominfo proyek fiktif wifi taman", "DISKOMINFOTIKSAN"),
    ("oknum disnaker minta uang kartu kuning", "DISNAKER"),
    ("perkim minta uang pelicin bedah rumah", "PERKIM"),
    ("oknum polisi minta uang damai tilang", "POLRESTA"),
    ("samsat calo dan pungli", "PROVINSI"),
    ("Kesbangpol minta fee dana hibah, korupsi", "KESBANGPOL"),
]


@pytest.mark.parametrize(("text", "accused"), ACCUSING, ids=[text for text, _ in ACCUSING])
def test_a_complaint_about_bribes_never_reaches_whom_it_accuses(text: str, accused: str) -> None:
    found = routed(text)
    assert accused in found.accused
    assert accused not in (found.agency, *found.supporting)
    assert found.agency == "INSPEKTORAT"
    assert found.destination is None


@pytest.mark.parametrize(
    "text",
    [
        "inspektorat minta uang supaya kasus ditutup, pungli",
        "oknum inspektorat terima suap",
        "petugas Inspektorat Daerah minta amplop",
        "auditor inspektorat disogok dishub",
        "irban minta uang pelicin",
        "bawasko terima suap dari camat",
    ],
)
def test_where_the_overseer_is_accused_the_next_neutral_place_gets_it(text: str) -> None:
    assert routed(text).agency == "OMBUDSMAN"


def test_where_every_overseer_is_accused_nobody_of_them_gets_it() -> None:
    assert routed("inspektorat dan ombudsman sama-sama terima suap").agency == "LAPOR"


@pytest.mark.parametrize(
    "text",
    [
        "tolong inspektorat usut pungli di dishub",
        "mohon inspektorat periksa lurah kami, korupsi",
        "saya lapor ke inspektorat, camat pungli",
        "Yth Inspektorat, kepala sekolah minta uang kursi",
    ],
)
def test_an_overseer_that_is_only_asked_to_act_is_not_accused(text: str) -> None:
    assert routed(text).agency == "INSPEKTORAT"


@pytest.mark.parametrize(
    ("text", "category", "agency"),
    [
        ("sampah numpuk, petugas LPS minta uang dulu", "sampah", "INSPEKTORAT"),
        ("parkir semrawut, jukir pungli", "lalin_parkir", "INSPEKTORAT"),
        ("ktp tidak jadi, orang capil minta uang pelicin", "adminduk", "INSPEKTORAT"),
        ("sekolah bocor, dana proyek dikorupsi kepsek", "pendidikan", "INSPEKTORAT"),
        ("jalan rusak, proyeknya dikorupsi orang kecamatan", "jalan_rusak", "INSPEKTORAT"),
        ("suami memukul saya, oknum guru", "kekerasan", "DP3APM"),
        ("oknum polisi lindungi bandar sabu", "kriminal", "INSPEKTORAT"),
        ("tolong kebakaran di pasar, oknum satpol bakar lapak", "kebakaran", "DPKP"),
    ],
)
def test_bribes_beside_another_matter_keep_it_from_the_accused_only(
    text: str, category: str, agency: str
) -> None:
    assert routed(text, category=category).agency == agency


@pytest.mark.parametrize(
    ("text", "category", "agency"),
    [
        ("sampah menumpuk, tolong DLHK angkut", "sampah", "DLHK"),
        ("lampu jalan mati, mohon dishub perbaiki", "pju", "DISHUB"),
        ("parkir liar di depan sekolah", "lalin_parkir", "DISHUB"),
        ("antrian di puskesmas lama", "kesehatan", "DINKES"),
        ("bayar pbb di bapenda bisa transfer?", "pajak_retribusi", "BAPENDA"),
        ("uang sekolah sd naik, minta dijelaskan", "pendidikan", "DISDIK"),
        ("petugas kantor lurah judes", "pelayanan_kantor", "KECAMATAN"),
    ],
)
def test_who_is_only_named_still_gets_it(text: str, category: str, agency: str) -> None:
    assert routed(text, category=category).agency == agency


def test_a_rule_of_long_ago_is_no_way_round() -> None:
    """In 2016 street lights were DKP's, and who says DKP today means DLHK."""
    text = "Dinas Kebersihan dan Pertamanan minta uang pelicin, pungli"
    assert routed(text, date(2016, 5, 1), "pju").agency == "INSPEKTORAT"


NAMES = {
    agency.id: [agency.short_name, agency.name, *agency.aliases]
    for agency in reference.agencies().values()
    if agency.kind != "netral"
}


@given(
    who=st.sampled_from(sorted(NAMES)).flatmap(
        lambda id_: st.tuples(st.just(id_), st.sampled_from(NAMES[id_]))
    ),
    frame=st.sampled_from(
        ["oknum {} minta uang pelicin", "{} pungli terus", "saya disuruh suap di {} dekat pasar"]
    ),
    write=st.sampled_from([str, str.upper, str.title, lambda name: f"{name}, "]),
    category=st.sampled_from(sorted(reference.categories())),
    on=st.dates(date(2010, 1, 1), date(2040, 1, 1)) | st.none(),
    also=st.text(max_size=40),
)
def test_no_name_of_any_agency_gets_a_complaint_about_it_there(
    who, frame, write, category, on, also
) -> None:
    accused, name = who
    found = routed(f"{frame.format(write(name))}. {also}", on, category)
    assert accused not in (found.agency, *found.supporting)


@given(text=st.text(), category=st.text(max_size=20), on=st.dates() | st.none())
def test_any_text_is_routed_to_an_agency_of_the_table_that_it_does_not_accuse(
    text, category, on
) -> None:
    found = route(category, Facts(text=text, accusation=9.0), on, as_shipped())
    assert found.agency in as_shipped().agencies
    assert found.accused.isdisjoint((found.agency, *found.supporting))
