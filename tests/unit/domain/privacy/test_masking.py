"""What of a text others than the officers of its case may see."""

import re
import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from appliance.domain.digits import SPOKEN
from appliance.domain.ids import Ticket
from appliance.domain.privacy import disguise
from appliance.domain.privacy.masking import mask

HIDDEN = """
hubungi 0812-3456-7890 ya|hubungi (angka) ya
WA +62 812 3456 7890|WA (angka)
wa +62812-3456-7890.|wa (angka).
0062 812 3456 7890 itu nomornya|(angka) itu nomornya
62 8123456789|(angka)
(0812) 3456 7890|((angka)
0812/3456/7890|(angka)
0812_3456_7890|(angka)
0812.3456.7890 segera|(angka) segera
08 1234 5678 90 pak|(angka) pak
0 8 1 2 3 4 5 6 7 8 9 0|(angka)
wa081234567890ya|wa(angka)ya
hp O8I2 3456 789O Iwan, lampu di jl Oo mati|hp (angka) Iwan, lampu di jl Oo mati
wa o812345l7890I|wa (angka)
O8l2 34S6 789O|(angka)
0812 OO11 3456|(angka)
nol delapan satu dua tiga empat lima enam tujuh delapan|(angka)
no hp nol lapan 12 3456 7890|no hp (angka)
٠٨١٢٣٤٥٦٧٨٩٠|(angka)
०८१२ ३४५६ ७८९०|(angka)
０８１２－３４５６－７８９０|(angka)
①⑧①②③④⑤⑥⑦⑧⑨|(angka)
𝟎𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎|(angka)
0812 3456 7890 / 0813 4567 8901|(angka) / (angka)
081234567890, 12/11/2026|(angka), 12/11/2026
jl melati no 12, 081234567890|jl melati no 12, (angka)
jl melati no 12 0812 3456 7890|jl melati no 12 (angka)
jl durian RT 03 RW 05 081234567890|jl durian RT 03 RW 05 (angka)
blok 7 081234567890|blok 7 (angka)
telp (0761) 21234|telp ((angka)
0761-21234 kantor|(angka) kantor
0761 7891234|(angka)
021 3456789|(angka)
telp 856123|telp (angka)
tlp. 85 61 23|tlp. (angka)
kontak saya 21-234|kontak saya (angka)
NIK 1471071234567890|NIK (angka)
NIK 1471.0712.3456.7890|NIK (angka)
nik: 1471 0712 3456 7890 atas nama|nik: (angka) atas nama
1471-071234-567890|(angka)
KK 14 71 07 12 34 56 78 90|KK (angka)
no kk 1471O7l23456789O|no kk (angka)
NIK1471071234567890An|NIK(angka)An
ktp saya 12345678|ktp saya (angka)
rek BRI 12345678|rek BRI (angka)
rek 0210 0123 4567 808 Ini|rek (angka) Ini
BCA 021 345 6789 a/n Budi|BCA (angka) a/n Budi
transfer ke mandiri 108-00-1234567-8|transfer ke mandiri (angka)
norek 123 456|norek (angka)
dana 0812 3456 7890|dana (angka)
Rp 081234567890|Rp (angka)
Rp 1471071234567890|Rp (angka)
surel siti.rahma-2@gmail.co.id, lampu mati @ pasar|surel (email), lampu mati @ pasar
siti@gmail.com|(email)
siti @ gmail . com|(email)
siti＠gmail.com|(email)
siti@gmail ya|(email) ya
siti (at) yahoo (dot) com|(email)
siti [at] yahoo.co.id|(email)
siti at gmail titik com|(email)
siti titik rahma at yahoo titik co titik id ya|(email) ya
email budi78 at hotmail dot com|email (email)
081234567890@gmail.com|(email)
BM 1234 XX|(kendaraan)
BM1234XX|(kendaraan)
mobil bm1234ab parkir|mobil (kendaraan) parkir
mobil bm 1234 ab parkir|mobil (kendaraan) parkir
motor BM-1234-AB|motor (kendaraan)
B.M 12-34 X.X|(kendaraan)
BM 1 2 3 4 AB|(kendaraan)
BM I2O4 XX|(kendaraan)
truk BA 8012 QU sampah|truk (kendaraan) sampah
avanza B 1234 KJL|avanza (kendaraan)
D 45 AB|(kendaraan)
l 1234 xy|(kendaraan)
KT 5 A|(kendaraan)
plat BM 12|plat (kendaraan)
mobil BM 1234 parkir|mobil (kendaraan) parkir
nopol bm 1234|nopol (kendaraan)
BM ١٢٣٤ XX|(kendaraan)
"""
KEPT = """
RT 03 RW 005 no 12
rt03/rw05 kel tangkerang
RT 01/02/03/04/05
RT 01 RW 02, RT 03 RW 04
no 12 a rt 03
no. 12B
jl melati no 12, 14, 16, 18, 20
blok A 12 B
Blok BB 12 A
gg 5 no 7
komplek B12a
jalan 2 km 12 di depan
KM 12+300
km 12+300 - 13+500
12-11-2026
tgl 12/11/2026 jam 08.30
12-11-2026 14.30 WIB
2026-11-12 14:30:00
12/11/26 - 15/11/26
20 november 2026
tahun 2023, 2024, 2025, 2026
08.00 - 12.00, 13.00-16.00
buka 08.00-16.00 senin-jumat
Rp 150.000
Rp150.000
Rp 150.000.000
Rp. 1.500.000,00
rp 2500000
bayar 150.000 per bulan
150 ribu
07 123 450
tiket 07123450
tiket 07 123 450 2 hari
CEK 07-123-450
tiket 07.123.450
telepon 112 atau 113
call center 1500444
sms ke 1708
PLN 123
3 malam lampu mati
sudah 2 minggu, 5 rumah, 12 orang
uk 50x70 cm
5000 liter
kode pos 28282
koordinat 0.507068, 101.447779
rekening listrik 150.000
KTP 2 minggu belum jadi
kk baru 3 bulan
lampu mati @ pasar
saya di at taqwa
titik api di com
d 3 rumah
b 12 rt
di 12 titik
dan 45 org
DI 12 RT
PA 12 RT
da 3 kali
PT 2026
pa 1234 meter
jalan s 5 m
satu dua tiga
lolos 12 soal
nomor satu di solo 24
lantai 2 ruang 305
suhu 38.5
12 m²
SD 123 Pekanbaru
SMPN 4
jl HR Soebrantas km 10
gang 2 lorong 3
"""


def cases(table: str) -> list[str]:
    return [line for line in table.splitlines() if line]


@pytest.mark.parametrize("case", cases(HIDDEN))
def test_what_leads_to_a_person_is_left_out(case: str) -> None:
    text, left = case.split("|")
    assert mask(text) == left


@pytest.mark.parametrize("text", cases(KEPT))
def test_what_a_report_needs_stays(text: str) -> None:
    assert mask(text) == text


def test_unseen_signs_between_digits_do_not_hide_them() -> None:
    assert mask("\u200b".join("081234567890")) == "(angka)"
    assert mask("0\u0336".join("81234567890")) != "0\u0336".join("81234567890")
    assert mask("hp 08\U0001f60012\U0001f6003456\U0001f6007890") == "hp (angka)"


def test_the_reporters_name_is_left_out_of_his_own_words() -> None:
    told = mask("saya siti  RAHMA, kata bu Siti lampu mati", name="Ibu Siti Rahma")
    assert told == "saya (nama), kata bu (nama) lampu mati"
    assert mask("Pak RT dan warga marah", name="Pak") == "Pak RT dan warga marah"
    assert mask("lampu mati", name="???") == "lampu mati"


SEPARATORS = ["", " ", ".", "-", " - ", "/", "  ", "\u00a0", "–", "\u200b", "_", ") "]
WORDS = [
    "lampu",
    "mati",
    "di",
    "pasar",
    "sudah",
    "tolong",
    "pak",
    "Sampah",
    "JALAN",
    "hubungi",
    "ya",
]
around = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
SCRIPTS = [
    string.digits,
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "０１２３４５６７８９",
    "OI23456789",
    "ol234S6789",
]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """The digits of a phone, a landline, an identity number or an account."""
    prefix, rest = draw(
        st.sampled_from(
            [
                ("08", 8),
                ("08", 11),
                ("628", 9),
                ("+628", 10),
                ("0761", 5),
                ("021", 7),
                ("14", 14),
                ("1", 9),
            ]
        )
    )
    digits = draw(st.text(string.digits, min_size=rest, max_size=rest))
    return prefix + digits


@st.composite
def disguised(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and the same as somebody writes it: in groups, in other digits."""
    number = draw(numbers())
    separators = draw(st.lists(st.sampled_from(SEPARATORS), min_size=1, max_size=3))
    written, left = [], number
    while left:
        size = draw(st.integers(1, 5))
        script = draw(st.sampled_from(SCRIPTS)) if size > 1 else string.digits
        group = "".join(script[int(d)] if d.isdigit() and d.isascii() else d for d in left[:size])
        # At least a digit: what is letters only is not known for a number at its edges.
        group = group if any(sign.isdigit() for sign in group) else left[:size]
        written.append(group)
        left = left[size:]
    separator = draw(st.sampled_from(separators))
    return number, separator.join(written)


def seen(text: str) -> str:
    return re.sub(r"[^0-9]", "", disguise.digits(disguise.plain(text)))


@given(disguised(), around, around)
def test_no_number_survives_any_disguise(secret: tuple[str, str], before: str, after: str) -> None:
    _, written = secret
    assert seen(mask(f"{before} {written} {after}")) == ""


@given(
    st.sampled_from(["BM", "AB", "KT"]),
    st.text(string.digits, min_size=3, max_size=4),
    st.text(string.ascii_uppercase, min_size=1, max_size=3),
    st.sampled_from(["", " ", "-", ".", "  "]),
    around,
    around,
)
def test_no_plate_survives(
    region: str, number: str, letters: str, gap: str, before: str, after: str
) -> None:
    told = mask(f"{before} {region}{gap}{number}{gap}{letters} {after}")
    assert number not in told


def test_a_word_behind_a_plate_does_not_hide_that_its_letter_looks_like_a_digit() -> None:
    assert "BM 000 I" not in mask("motor BM 000 I di depan pasar")


@given(
    st.from_regex(r"[a-z]{1,10}([._-][a-z0-9]{1,8})?", fullmatch=True),
    st.sampled_from(["@", " @ ", " at ", "(at)", " [at] ", "＠"]),
    st.sampled_from(
        ["gmail.com", "yahoo.co.id", "pekanbaru.go.id", "gmail titik com", "x dot net"]
    ),
    around,
)
def test_no_address_survives(local: str, at: str, domain: str, before: str) -> None:
    told = mask(f"{before}, {local}{at}{domain}")
    assert told == f"{before}, (email)" or told.endswith(" (email)")


@given(st.text(max_size=300) | st.text("0123456789OIl.-/ ,:RpBM@atigmlcotk", max_size=80))
@example("rek 12345 12345 rek 12345")
@example("a@b@c@d.com at gmail titik com")
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


PLAIN = re.compile(rf"@|＠|\bat\b|\bet\b|\b(?:{'|'.join(SPOKEN)})\b", re.IGNORECASE)


@given(st.text(max_size=300))
def test_a_text_without_digits_and_addresses_is_unchanged(text: str) -> None:
    view = disguise.plain(text)
    assume(not any(sign.isdigit() for sign in view))
    assume(not PLAIN.search(view) and not re.search(r"[\[(]\s*(at|et)", view, re.IGNORECASE))
    assert mask(text) == text


@given(st.integers(1, 15), st.integers(0, 99_999), around)
def test_a_ticket_stays(prefix: int, serial: int, before: str) -> None:
    ticket = Ticket.issue(f"{prefix:02d}", serial)
    assume(not before.endswith("hubungi"))
    for written in (str(ticket), ticket.digits):
        assert written in mask(f"{before} {written} ya")
