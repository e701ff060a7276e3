"""Files that only the holder of a secret opens: any size, and no wrong byte goes unnoticed."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.backup import sealed_file
from appliance.backup.sealed_file import CHUNK_BYTES, Header, NotABackup, SealedReader, SealedWriter
from appliance.domain.privacy import sealing
from tests.conftest import START

SECRET = b"\x07" * 32
HEADER = Header(site="14.71.07", made_at=START, requests=3, files={"a" * 64: 5})


def sealed(file: Path, *pieces: bytes) -> Path:
    with file.open("wb") as out:
        writer = SealedWriter(out, HEADER, sealing.public_key(SECRET))
        for piece in pieces:
            writer.write(piece)
        writer.finish()
    return file


def opened(file: Path, secret: bytes = SECRET) -> bytes:
    with SealedReader(file, secret) as reader:
        return reader.readall()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 300_000])
def test_what_was_sealed_is_opened_again_whatever_its_size(tmp_path: Path, size: int) -> None:
    content = secrets.token_bytes(size)
    file = sealed(tmp_path / "file", content[: size // 3], content[size // 3 :])
    assert opened(file) == content
    assert content[:40] not in file.read_bytes() or size < 40


def test_the_header_is_read_without_the_secret_and_the_sum_compared(tmp_path: Path) -> None:
    header = sealed_file.check(sealed(tmp_path / "file", b"x" * 100_000))
    assert (header.site, header.requests, header.files) == ("14.71.07", 3, {"a" * 64: 5})
    assert header.key == sealing.public_key(SECRET)


def test_another_secret_is_told_whose_it_is(tmp_path: Path) -> None:
    file = sealed(tmp_path / "file", b"x")
    with pytest.raises(NotABackup, match="this file holds the secret of"):
        opened(file, b"\x08" * 32)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(tmp_path: Path, at: float, flip: int) -> None:
    file = sealed(tmp_path / "file", b"sampah menumpuk " * 9000)
    content = bytearray(file.read_bytes())
    content[int(at * len(content))] ^= flip
    file.write_bytes(content)
    with pytest.raises(NotABackup):
        sealed_file.check(file)


def _exchanged(content: bytes) -> bytes:
    begin, size = content.index(b"\n", 20) + 1, sealed_file.SEALED_CHUNK_BYTES
    one, two = content[begin : begin + size], content[begin + size : begin + 2 * size]
    return content[:begin] + two + one + content[begin + 2 * size :]


CUTS: dict[str, Callable[[bytes], bytes]] = {
    "its last chunk lost": lambda content: content[: -CHUNK_BYTES - 60] + content[-32:],
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda _content: b"",
    "two chunks exchanged": _exchanged,
    "of something else": lambda _content: b"PK\x03\x04" + b"x" * 1000,
}


@pytest.mark.parametrize("cut", CUTS)
def test_neither_with_nor_without_the_secret_a_damaged_file_passes(
    tmp_path: Path, cut: str
) -> None:
    file = sealed(tmp_path / "file", b"jalan berlubang " * 20_000)
    file.write_bytes(CUTS[cut](file.read_bytes()))
    with pytest.raises(NotABackup):
        sealed_file.check(file)
    with pytest.raises(NotABackup):
        opened(file)
