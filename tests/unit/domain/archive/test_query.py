"""What somebody types into the search of the archive, as a query of FTS5."""

import sqlite3

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.domain.archive import query as archive_query
from appliance.domain.archive.query import asked, forms, query

TABLE = "CREATE VIRTUAL TABLE t USING fts5 (title, number, body, tokenize = '{tokenizer}')"
INDEX = sqlite3.connect(":memory:")
INDEX.execute(TABLE.format(tokenizer="unicode61 remove_diacritics 2"))


def finds(text: str, body: str) -> bool:
    found = query(text)
    assert found
    INDEX.execute("DELETE FROM t")
    INDEX.execute("INSERT INTO t VALUES ('', '', ?)", (body,))
    rows = INDEX.execute("SELECT 1 FROM t WHERE t MATCH ?", (found.in_any_form,)).fetchall()
    return bool(rows)


@given(st.text() | st.text(alphabet='abk"*()-:^{}+./ \0NEARANDORT'))
@example('"')
@example("a AND (b")
@example("NEAR(a b)")
@example("title : x")
@example("_")
@example("x\0y")
@example("\ud800a")
@example("١٢٣/٤٥")
@example("pengiriman " * 20)
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_is_a_query_that_sqlite_takes_or_none(text: str) -> None:
    found = query(text)
    if found:
        for part in (found.in_title, found.as_typed, found.in_any_form):
            INDEX.execute("SELECT rowid FROM t WHERE t MATCH ?", (part,)).fetchall()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("izin", "Syarat perizinan usaha"),
        ("perizinan", "mengurus izin keramaian"),
        ("mengizinkan", "surat izin"),
        ("pengiriman", "barang yang dikirim"),
        ("kirim", "mengirimkan laporan"),
        ("tulis", "penulisan naskah"),
        ("sapu", "menyapu jalan"),
        ("pakai", "pemakaian aula"),
        ("pelayanan", "waktu layanan"),
        ("bantuan", "membantu warga"),
        ("pengad", "tata cara pengaduan"),
        ("188.45/12", "Nomor 188.45/12/2024"),
        ("188.45/12/2024", "nomor: 188.45 / 12 / 2024"),
        ("RAMBUTÁN", "kebun rambutan"),
        ("surat dan keramaian", "surat untuk keramaian"),
    ],
)
def test_a_word_is_found_in_its_other_forms(text: str, body: str) -> None:
    assert finds(text, body)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("izin", "rizinan perijinan"),
        ("188.45/12", "188.45/3/2012"),
        ("rt", "rtl rumah tangga"),
        ("izin keramaian", "izin usaha"),
    ],
)
def test_another_word_is_not_found(text: str, body: str) -> None:
    assert not finds(text, body)


def test_forms_stay_few_however_long_a_word() -> None:
    assert len(forms("mempertanggungjawabkannya")) < 80
    assert len(archive_query.words("a1 " * 100 + " ".join(f"kata{n}" for n in range(100)))) == 8


def test_words_of_every_document_count_only_where_nothing_else_is_asked() -> None:
    assert archive_query.words("surat yang dan") == ["surat"]
    assert archive_query.words("yang dan") == ["yang", "dan"]


@given(
    st.dictionaries(
        st.sampled_from(["cari", "tahun", "jenis", "akses", "hal", "ditarik"]), st.text()
    )
)
@settings(max_examples=100)
def test_an_address_is_read_whatever_stands_in_it(args: dict[str, str]) -> None:
    found = asked(args)
    assert 1 <= found.page <= archive_query.PAGES_MAX
    assert 0 <= found.filters.year <= 9999
    assert len(found.text) <= archive_query.TEXT_MAX_CHARS
