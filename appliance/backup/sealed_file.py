"""A file on a stick that only the holder of a secret can open, and anybody can check.

    posko-backup/1
    {a line of JSON: Header}
    chunks of libsodium's secretstream (XChaCha20-Poly1305), each of 64 KiB and 17 bytes
    SHA-256 of all that stands before

The stream's key is made for this file alone and lies in the header in a sealed box (X25519), so
that the box can write what it can never read again. The header is authenticated with the first
chunk, the end by a tag of its own. Memory stays at a few chunks, however large the file.
"""

import base64
import binascii
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from appliance.domain.errors import PoskoError
from appliance.domain.privacy import sealing

MAGIC = b"posko-backup/1\n"
CHUNK_BYTES = 64 * 1024
SEALED_CHUNK_BYTES = CHUNK_BYTES + 17
HEADER_MAX_BYTES = 4 * 1024 * 1024
_DIGEST_BYTES = 32


class NotABackup(PoskoError, ValueError):
    """The file is damaged, of something else, or for another key; the message says which."""


class Unreadable(NotABackup):
    """The stick cannot give it; it may be whole."""


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What may be read without the secret."""

    site: str
    made_at: datetime
    software: str = ""
    schema: int = 0
    requests: int = 0
    files: dict[str, int] = {}
    """Files beside the database that belong to it: SHA-256 -> size in bytes."""
    key: str = ""
    """The public key that it is sealed to."""
    box: str = ""
    """The stream's key and beginning, sealed to it, in Base64."""


class SealedWriter(io.RawIOBase):
    """Seals what is written to it; the file is whole once it is closed without an error."""

    def __init__(self, out: IO[bytes], header: Header, key: str) -> None:
        from nacl import bindings  # noqa: PLC0415 - on first use: 1.8 MB
        from nacl.public import PublicKey, SealedBox  # noqa: PLC0415

        self._out, self._digest, self._waiting = out, hashlib.sha256(), bytearray()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        secret = bindings.crypto_secretstream_xchacha20poly1305_keygen()
        start = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, secret)
        public = PublicKey(bytes.fromhex(key.removeprefix("x25519:")))
        box = base64.b64encode(SealedBox(public).encrypt(secret + start)).decode()
        line = msgspec.json.encode(msgspec.structs.replace(header, key=key, box=box))
        self._head: bytes | None = hashlib.sha256(line).digest()
        self._put(MAGIC + line + b"\n")

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer, as io has it
        """Take more; whole chunks are sealed at once."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> str:
        """Seal the rest, and return the SHA-256 of the whole file."""
        self._seal(bytes(self._waiting), is_last=True)
        self._put(self._digest.digest())
        return self._digest.hexdigest()

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        from nacl import bindings  # noqa: PLC0415

        tag = (
            bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if is_last
            else bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        push = bindings.crypto_secretstream_xchacha20poly1305_push
        self._put(push(self._state, chunk, self._head, tag))
        self._head = None

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._out.write(data)


class SealedReader(io.RawIOBase):
    """What was written, read from the beginning; raises NotABackup at the first wrong chunk."""

    def __init__(self, file: Path, secret: bytes) -> None:
        self._in = file.open("rb")
        try:
            self.header, line = _header(self._in)
        except NotABackup:
            self._in.close()
            raise
        self._chunks = self._opened(line, secret, file.stat().st_size)
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as io has it
        """Read into a buffer; 0 at the end, which is the true one."""
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def close(self) -> None:
        """Close the file."""
        self._in.close()
        super().close()

    def _opened(self, line: bytes, secret: bytes, size_bytes: int) -> Iterator[bytes]:
        from nacl import bindings  # noqa: PLC0415
        from nacl.exceptions import CryptoError  # noqa: PLC0415

        state = bindings.crypto_secretstream_xchacha20poly1305_state()
        left, head = size_bytes - self._in.tell() - _DIGEST_BYTES, hashlib.sha256(line).digest()
        stream = _stream_key(self.header, secret)
        try:
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(
                state, stream[32:], stream[:32]
            )
            additional: bytes | None = head
            while True:
                with _reading(self._in):
                    sealed = self._in.read(min(SEALED_CHUNK_BYTES, max(0, left)))
                left -= len(sealed)
                pull = bindings.crypto_secretstream_xchacha20poly1305_pull
                chunk, tag = pull(state, sealed, additional)
                additional = None
                is_last = tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
                if chunk:
                    yield chunk
                if is_last:
                    return
        except (CryptoError, ValueError, RuntimeError):
            raise NotABackup(
                f"{self._in.name} is damaged; take an older one from the same folder"
            ) from None


def check(file: Path) -> Header:
    """Read the whole file and compare it with its sum; needs no secret. Raises NotABackup."""
    with file.open("rb") as opened, _reading(opened):
        header, _ = _header(opened)
        opened.seek(0)
        left = file.stat().st_size - _DIGEST_BYTES
        digest = hashlib.sha256()
        while left > 0 and (piece := opened.read(min(left, 256 * 1024))):
            digest.update(piece)
            left -= len(piece)
        if opened.read() != digest.digest():
            raise NotABackup(f"{file} is damaged; take an older one from the same folder")
    return header


def header_of(file: Path) -> Header:
    """The header alone; raises NotABackup."""
    with file.open("rb") as opened:
        return _header(opened)[0]


def forget_cached(file: IO[bytes]) -> None:
    """Sync a file and let the kernel forget it, so that what is read next comes from the disk."""
    file.flush()
    os.fsync(file.fileno())
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def _reading(opened: IO[bytes]) -> Iterator[None]:
    """What a failing stick cannot give is as good as damaged."""
    try:
        yield
    except OSError as error:
        raise Unreadable(
            f"{opened.name} cannot be read ({error.strerror}); take an older one, or another stick"
        ) from None


def _header(opened: IO[bytes]) -> tuple[Header, bytes]:
    with _reading(opened):
        magic, line = opened.read(len(MAGIC)), opened.readline(HEADER_MAX_BYTES)
    if magic != MAGIC:
        raise NotABackup(f"{opened.name} is no backup of Posko, or of a newer release")
    try:
        return msgspec.json.decode(line, type=Header), line.removesuffix(b"\n")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotABackup(f"{opened.name} is damaged at its beginning") from None


def _stream_key(header: Header, secret: bytes) -> bytes:
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.public import PrivateKey, SealedBox  # noqa: PLC0415

    if (own := sealing.public_key(secret)) != header.key:
        theirs, ours = sealing.short(header.key), sealing.short(own)
        raise NotABackup(f"sealed for {theirs}; this file holds the secret of {ours}")
    try:
        box = base64.b64decode(header.box, validate=True)
        return bytes(SealedBox(PrivateKey(secret)).decrypt(box))
    except (binascii.Error, CryptoError):
        raise NotABackup("its key cannot be opened: the header is damaged") from None
