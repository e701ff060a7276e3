"""Cards, files, texts and room of the archive."""

import contextlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.archive import text as archive_text
from appliance.domain.archive.card import Access, Kind, TextState, retained_until
from appliance.domain.archive.file import (
    DOCX,
    HEAD_BYTES,
    Fault,
    Refused,
    check_program,
    media_type,
)
from appliance.domain.archive.query import query
from appliance.domain.archive.room import LEAVES_FREE_BYTES, NoRoom, Room
from appliance.domain.archive.text import MARKS, SNIPPET_CHARS, hits, pieces, snippet
from appliance.domain.errors import BadInput
from tests.builders import a_card
from tests.support import office_files

MB = 1024 * 1024


def told(content: bytes) -> str:
    return media_type(content[:HEAD_BYTES], content[-HEAD_BYTES:])


def png(width: int, height: int) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size


def jpeg(width: int, height: int) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x08\x08" + size + b"\x03"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (office_files.pdf("x"), "application/pdf"),
        (office_files.docx("x"), DOCX),
        (png(7016, 9921), "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (jpeg(7016, 9921), "image/jpeg"),
        (b"Jam buka 08.00", "text/plain"),
        (("é" * HEAD_BYTES).encode(), "text/plain"),
        (b"a" + ("é" * HEAD_BYTES).encode(), "text/plain"),
    ],
    ids=[
        "pdf",
        "docx",
        "png of A3",
        "jpeg",
        "jpeg of A3",
        "text",
        "long text",
        "text cut in a character",
    ],
)
def test_a_file_is_told_by_its_content(content: bytes, name: str) -> None:
    assert told(content) == name


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"<svg onload=alert(1)>", Fault.MARKUP),
        (b"\xef\xbb\xbf <!doctype html>", Fault.MARKUP),
        (b" \n<html>", Fault.MARKUP),
        (office_files.zipped({"xl/workbook.xml": b""}), Fault.NOT_A_DOCUMENT),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fault.OLD_OFFICE),
        (png(10_000, 10_000), Fault.TOO_MANY_PIXELS),
        (jpeg(10_000, 10_000), Fault.TOO_MANY_PIXELS),
        (office_files.docx_bomb(), Fault.BURSTS),
        (b"RIFF\0\0\0\0WEBPVP8 ", Fault.UNKNOWN),
        (b"\x7fELF\x02", Fault.UNKNOWN),
        (b"caf\xe9 pagi", Fault.UNKNOWN),
        (b"MZ\x90\0", Fault.UNKNOWN),
    ],
)
def test_what_is_no_document_is_refused_by_its_content(content: bytes, fault: Fault) -> None:
    with pytest.raises(Refused) as refused:
        told(content)
    assert refused.value.fault is fault


@pytest.mark.parametrize("name", [b"/JavaScript", b"/J#61vaScr#69pt", b"/#4aava#53cript"])
def test_a_script_is_seen_however_its_name_is_spelled_or_cut(name: bytes) -> None:
    content = b"<</S" + name + b"/JS(app.alert(1))>>"
    for cut in range(len(content)):
        with pytest.raises(Refused, match=Fault.PROGRAM):
            check_program([content[:cut], content[cut:]])
    check_program([b"Bahasa JavaScript diajarkan", b"/Java", b"#53", b"/Script"])


@given(st.binary(max_size=300), st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_are_told_or_refused(head: bytes, tail: bytes) -> None:
    with contextlib.suppress(Refused):
        media_type(head, tail)


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": " x"},
        {"title": "x" * 201},
        {"title": "x\0"},
        {"number": "1; DROP"},
        {"number": "9" * 61},
        {"year": 1899},
        {"year": 9999},
    ],
)
def test_a_card_that_cannot_be_one_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        a_card(**change)


def test_a_kind_says_how_long_a_document_is_kept() -> None:
    assert retained_until(Kind(code="se", name="Surat edaran", keep_years=5), 2020) == date(
        2025, 12, 31
    )
    assert retained_until(Kind(code="sk", name="SK", keep_years=None), 2020) is None


def test_values_that_are_stored_stay_as_they_are() -> None:
    assert [*map(str, Access)] == ["public", "internal", "restricted"]
    assert [*map(str, TextState)] == ["waiting", "found", "none", "failed", "wiping"]


@pytest.mark.parametrize(
    ("room", "why"),
    [
        ({}, None),
        ({"file_max_bytes": 9}, NoRoom.FILE),
        ({"archive_bytes": 400 * MB}, NoRoom.SHARE),
        ({"free_bytes": LEAVES_FREE_BYTES + 9}, NoRoom.DISK),
    ],
)
def test_the_archive_leaves_room(room: dict[str, int], why: NoRoom | None) -> None:
    usual = {
        "disk_bytes": 1000 * MB,
        "free_bytes": 900 * MB,
        "archive_bytes": 0,
        "share_percent": 40,
        "file_max_bytes": 32 * MB,
    }
    assert Room(**{**usual, **room}).refuses(10) is why


@given(st.text())
@settings(max_examples=100)
def test_a_text_can_be_stored_and_has_no_marks(raw: str) -> None:
    reading = archive_text.found(raw)
    reading.text.encode()
    assert not set(reading.text) & {*MARKS, "\0"}
    assert (reading.state is TextState.FOUND) == bool(reading.text)


@given(st.text(alphabet="ab\x02\x03"))
@settings(max_examples=50)
def test_a_snippet_is_cut_into_pieces_and_nothing_is_lost(snippet: str) -> None:
    whole = "".join(piece for piece, _ in pieces(snippet))
    assert whole.replace("\x03", "") == snippet.replace("\x02", "").replace("\x03", "")


@given(st.text(), st.text(alphabet="abn ./-X", min_size=1))
@settings(max_examples=100)
def test_a_snippet_is_a_short_part_of_the_text(text: str, typed: str) -> None:
    asked_for = query(typed)
    text = archive_text.found(text).text
    if asked_for:
        shown = snippet(text, hits(asked_for.forms))
        bare = "".join(piece for piece, _ in pieces(shown)).removeprefix("… ").removesuffix(" …")
        assert bare in text
        assert len(bare) <= SNIPPET_CHARS


def test_a_snippet_is_where_most_of_the_words_are() -> None:
    text = "izin " + "lain " * 200 + "perizinan keramaian nomor 188.45 / 12 " + "lain " * 200
    asked_for = query("izin keramaian 188.45/12")
    assert asked_for
    found = pieces(snippet(text, hits(asked_for.forms)))
    assert [piece for piece, is_hit in found if is_hit] == ["perizinan", "keramaian", "188.45 / 12"]
    assert snippet("nothing of it", hits(asked_for.forms)) == ""


def test_the_hits_of_a_snippet_are_told() -> None:
    assert pieces("surat \x02izin\x03 usaha") == [
        ("surat ", False),
        ("izin", True),
        (" usaha", False),
    ]
