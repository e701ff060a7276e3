"""Exports of LAPOR! as people have them, and the commands about the bridge."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from command_center.lapor import becoming, export
from tests.unit.command_center.city import Run, all_requests, received, request

NAMED = (
    "Tracking ID;Tanggal Laporan;Judul Laporan;Isi Laporan;Status;Kategori;Rahasia;Anonim;"
    "Nama Pelapor;Lokasi\n"
    "#1500001;30/11/2019 10:22;Lampu;Lampu jalan mati;Selesai;Perhubungan;Tidak;Ya;Siti;"
    "Kel. Simpang Tiga\n"
    "#1500002;2 Desember 2019;;sampah menumpuk di pasar;Proses;;Tidak;Tidak;Budi;\n"
    "#1500003;3 Desember 2019;;sampah tersundutrokok;Terverifikasi;;Ya;Ya;Budi;\n"
    "bukan nomor;2019-12-03;;jalan rusak;Proses;;;;;\n"
    "#1500004;kemarin;;jalan rusak;Proses;;;;;\n"
    "#1500005;2019-12-03;;jalan rusak;Dipikirkan;;;;;\n"
    "#1500006;2019-12-03;;;Proses;;;;;\n"
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lapor.csv"
    path.write_text("\ufeff" + NAMED, encoding="utf-8")
    return path


def test_an_export_is_taken_once_and_each_line_says_what_became_of_it(
    city: Engine, run: Run, file: Path
) -> None:
    code, out, err = run("lapor", "import", file)
    assert code != 0
    assert [line.split(": ")[1] for line in out.splitlines()] == ["new"] * 3 + ["left out"] * 4
    assert "tanggal 'kemarin'" in out
    assert "done: 3 new, 4 left out" in err
    closed, working, secret = (request(city, becoming.request_id(f"150000{n}")) for n in (1, 2, 3))
    assert (closed.status, closed.category, closed.name) == ("ditutup", "pju", None)
    assert f"{closed.occurred_at:%Y-%m-%d %H:%M}" == "2019-11-30 03:22"
    assert closed.received_at == closed.occurred_at
    assert (working.status, working.name, working.category) == ("diproses", "Budi", "sampah")
    assert secret.sensitivity == "rahasia"
    again = run("lapor", "import", file)[1]
    assert [line.split(": ")[1] for line in again.splitlines()] == ["known"] * 3 + ["left out"] * 4
    assert len(all_requests(city)) == 3


@pytest.mark.parametrize(
    ("encoding", "before"),
    [("utf-8-sig", "sep=;\r\n"), ("utf-16", ""), ("cp1252", ""), ("utf-8", '"sep=;"\n')],
)
def test_what_excel_makes_of_an_export_is_read(
    city: Engine, run: Run, tmp_path: Path, encoding: str, before: str
) -> None:
    path = tmp_path / "excel.csv"
    row = '="1500009";lampu "jalan" mati\u2013gelap;30/11/2019;André'
    lines = f"Tracking ID;Isi;Tanggal;Nama\r\n{row}\r\n"
    path.write_bytes((before + lines).encode(encoding))
    assert run("lapor", "import", path)[:2] == (0, f"line {2 + bool(before)}: new: #1500009\n")
    [taken] = all_requests(city)
    assert (taken.text, taken.name) == ('lampu "jalan" mati\u2013gelap', "André")


def test_what_is_no_text_is_refused_with_what_to_do(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(b"PK\x03\x04\x00\x81\x8d")
    assert "save it as 'CSV UTF-8'" in run("lapor", "import", path)[2]


def test_a_dry_run_leaves_nothing(city: Engine, run: Run, file: Path) -> None:
    _, out, err = run("lapor", "import", file, "--dry-run")
    assert out.count(": new: #") == 3
    assert "would be: 3 new" in err
    assert all_requests(city) == []


def test_a_file_without_a_number_names_the_columns_that_would_do(
    city: Engine, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("isi,tanggal\nlampu mati,2019-01-01\n")
    code, _, err = run("lapor", "import", path)
    assert code != 0
    assert "no column trackingid; known names: trackingid, idtracking" in err


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_any_file_is_read_or_refused_in_words(text: str) -> None:
    try:
        for _, row in export.rows(text):
            export.report(row)
    except BadInput as error:
        assert str(error)


@given(st.sampled_from(",;\t|"), st.permutations(range(3)))
@settings(max_examples=30)
def test_separator_and_order_of_columns_do_not_matter(sign: str, order: list[int]) -> None:
    names = [["No. Laporan", "Isi Aduan", "Tgl"][n] for n in order]
    cells = [["#42", '"lampu, mati; total"', "1/2/2020"][n] for n in order]
    [(_, row)] = export.rows(f"{sign.join(names)}\n{sign.join(cells)}\n")
    found = export.report(row)
    assert (found.tracking_id, found.text) == ("42", "lampu, mati; total")
    assert not found.is_secret
    assert not found.is_anonymous


def test_the_commands_send_find_and_settle(city: Engine, run: Run) -> None:
    case = received(city)
    assert "queued" in run("lapor", "send", case.ticket)[1]
    assert case.request_id in run("lapor", "status")[1]
    assert "never sent" in run("lapor", "drop", "1")[1]
    assert run("lapor", "again", "1")[0] != 0
    assert run("lapor", "find", "1916449")[0] != 0
