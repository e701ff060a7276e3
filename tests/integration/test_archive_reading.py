"""The child processes that read files of the archive: honest files, and hostile ones."""

import signal
import sys
from pathlib import Path

import pytest

from appliance.archive import reading
from appliance.archive.reading import DOCX, read
from appliance.domain.archive.card import TextState
from appliance.domain.archive.text import Reading, Trouble, failed
from appliance.runtime import child
from appliance.runtime.child import Limits
from tests.support import office_files
from tests.support.programs import needs

PDF = "application/pdf"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def read_back(file: Path, content: bytes, media_type: str, **how: float) -> Reading:
    file.write_bytes(content)
    return read(file, media_type, **how)


def test_the_text_of_a_pdf_is_read_page_after_page(file: Path) -> None:
    needs("pdftotext")
    found = read_back(file, office_files.pdf("Keputusan Camat", "Halaman dua"), PDF)
    assert found == Reading(state=TextState.FOUND, text="Keputusan Camat\n\nHalaman dua")


def test_a_pdf_with_a_script_is_read_and_its_script_is_not_run(file: Path) -> None:
    needs("pdftotext")
    assert read_back(file, office_files.pdf_with_script(), PDF).text == "Formulir"


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (office_files.encrypted_pdf(), Trouble.ENCRYPTED),
        (b"%PDF-1.7 and then nothing of the kind", Trouble.DAMAGED),
    ],
    ids=["encrypted", "damaged"],
)
def test_a_pdf_without_text_says_why(file: Path, content: bytes, trouble: Trouble) -> None:
    needs("pdftotext")
    assert read_back(file, content, PDF) == failed(trouble)


def test_a_scanned_pdf_has_no_text(file: Path) -> None:
    needs("pdftotext")
    assert read_back(file, office_files.pdf(""), PDF).state is TextState.NONE


def test_a_pdf_that_never_ends_is_given_up(file: Path) -> None:
    needs("pdftotext")
    assert read_back(file, office_files.endless_pdf(), PDF, limit_s=1) == failed(Trouble.TOO_SLOW)


def test_without_poppler_the_technician_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reading, "PDFTOTEXT", "/nonexistent/pdftotext")
    assert read_back(file, office_files.pdf("x"), PDF) == failed(Trouble.NO_READER)
    assert "apt-get install poppler-utils" in caplog.text


def test_the_text_of_a_docx_is_read_by_paragraphs(file: Path) -> None:
    found = read_back(file, office_files.docx("Surat edaran", "Jam kerja &amp; libur"), DOCX)
    assert found.text == "Surat edaran\nJam kerja & libur"


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (office_files.docx_bomb(), Trouble.TOO_LARGE),
        (office_files.docx("&a;", before='<!DOCTYPE a [<!ENTITY a "aaaa">]>'), Trouble.DAMAGED),
        (office_files.zipped({"word/other.xml": b"<a/>"}), Trouble.DAMAGED),
        (office_files.docx("x")[:-30], Trouble.DAMAGED),
    ],
    ids=["a bomb", "entities", "no document", "cut off"],
)
def test_a_hostile_docx_is_given_up(file: Path, content: bytes, trouble: Trouble) -> None:
    assert read_back(file, content, DOCX) == failed(trouble)


def test_a_text_is_read_as_it_is_and_a_picture_has_none(file: Path) -> None:
    assert read_back(file, b"Jam buka:\x00 08.00\x02", "text/plain").text == "Jam buka: 08.00"
    assert read_back(file, b"\x89PNG", "image/png") == Reading(state=TextState.NONE)


def test_a_file_that_is_gone_is_missed(tmp_path: Path) -> None:
    assert read(tmp_path / "gone", PDF) == failed(Trouble.FILE_LOST)


def test_a_child_is_bounded_in_output_memory_and_time() -> None:
    limits = Limits(memory_bytes=200 * 1024 * 1024, cpu_s=1, output_bytes=10_000)
    wordy = child.run(["/usr/bin/yes"], limit_s=20, limits=limits)
    assert (wordy.status, len(wordy.output)) == (-signal.SIGXFSZ, 10_000)
    greedy = child.run([sys.executable, "-c", "bytes(10**9)"], limit_s=20, limits=limits)
    assert "MemoryError" in greedy.errors
    busy = child.run([sys.executable, "-c", "while True: pass"], limit_s=20, limits=limits)
    assert busy.status in (-signal.SIGXCPU, -signal.SIGKILL)
    stuck = child.run(["/usr/bin/sleep", "60"], limit_s=0.2, limits=limits)
    assert stuck.is_over_time
