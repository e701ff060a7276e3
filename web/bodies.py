"""Bodies of requests: in memory, all together within a bound, and not on a disk.

waitress and werkzeug would put large ones into /tmp: on a box that is memory which is missing
elsewhere, or the disk of the database. Only an app that is given a folder for them puts large ones
there (`Spool`), in files without a name, which are gone with the process. A body that is larger
than the app takes, or that comes while too much is under way, is read to its end but only its
beginning is kept, so that the app can answer with a page about it: a connection that is closed in
the middle shows none, and loses what was typed.
"""

import errno
import os
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Literal

from flask import Request
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from werkzeug.http import parse_options_header

BODY_MAX_BYTES = 64 * 1024
"""A report of 4,000 characters is at most 48 kB as a urlencoded form. So much is always kept of a
body, be it the beginning of a larger one: 13 MB for 200 connections."""
ROOM_BYTES = 32 * 1024 * 1024
"""For what all bodies under way have beyond that: six of the largest photos."""
READ_BYTES = 256 * 1024 * 1024
"""What is longer than this is not even read: a film, not a photo."""

Cut = Literal["large", "busy"]
_MARK = "POSKO_BODY_CUT"


class Room:
    """Bytes of memory that several bodies share; any thread."""

    def __init__(self, free_bytes: int) -> None:
        self.free_bytes = free_bytes
        self._lock = threading.Lock()

    def take(self, size_bytes: int) -> bool:
        """Take so much; False if it is not there."""
        with self._lock:
            if size_bytes > self.free_bytes:
                return False
            self.free_bytes -= size_bytes
            return True

    def give(self, size_bytes: int) -> None:
        """Give so much back."""
        with self._lock:
            self.free_bytes += size_bytes


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder for what does not fit into memory.

    `room_bytes` may be in it at one time as bodies, and as much again as files of their forms;
    `leaves_bytes` of the disk are for others.
    """

    folder: Path
    room_bytes: int
    leaves_bytes: int

    def file(self) -> IO[bytes]:
        """A file without a name."""
        return TemporaryFile(dir=self.folder)

    def file_of_body(self) -> IO[bytes]:
        """The same for a body; raises OSError where the disk has not enough for it and its form."""
        state = os.statvfs(self.folder)
        if state.f_bavail * state.f_frsize < self.leaves_bytes + 2 * self.room_bytes:
            raise OSError(errno.ENOSPC, "the disk is low")
        return self.file()


class Body:
    """One body as it comes in; waitress calls its methods as those of its own buffer."""

    def __init__(self, room: Room, max_bytes: int, end: bytes, spool: Spool | None = None) -> None:
        """Keep `max_bytes`; of a longer body the beginning, with `end` after it."""
        self._room, self._max_bytes, self._end, self._spool = room, max_bytes, end, spool
        self._file: IO[bytes] = BytesIO()
        self._size_bytes = 0
        self._taken_bytes = 0
        self.cut: Cut | None = None

    def __len__(self) -> int:
        return self._size_bytes

    def append(self, data: bytes) -> None:
        """Keep more, as long as it may be kept."""
        if self.cut is not None:
            return
        size_bytes = len(self) + len(data)
        more_bytes = max(0, size_bytes - BODY_MAX_BYTES) - self._taken_bytes
        if size_bytes > self._max_bytes:
            self._cut("large", data)
        elif not self._room.take(more_bytes):
            self._cut("busy", data)
        else:
            self._taken_bytes += more_bytes
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        try:
            if self._spool and isinstance(self._file, BytesIO) and self._taken_bytes:
                beginning = self._file.getvalue()
                self._file = self._spool.file_of_body()
                self._file.write(beginning)
            self._file.write(data)
            self._size_bytes += len(data)
        except OSError:  # the disk is full
            self._cut("busy", data)

    def getfile(self) -> IO[bytes]:
        """What was kept, from its beginning."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Give the memory back."""
        taken_bytes, self._taken_bytes = self._taken_bytes, 0
        self._room.give(taken_bytes)
        self._file.close()
        self._file, self._size_bytes = BytesIO(), 0

    def __del__(self) -> None:
        """Of a connection that broke nobody closes the body."""
        self.close()

    def _cut(self, why: Cut, data: bytes) -> None:
        self._file.seek(0)
        beginning = (self._file.read(BODY_MAX_BYTES) + data)[:BODY_MAX_BYTES]
        self.close()
        self._size_bytes = self._file.write(beginning + self._end)
        self.cut = why


def channel_class(max_bytes: int, spool: Spool | None = None) -> type[HTTPChannel]:
    """What waitress makes of each connection, for an app that takes bodies of `max_bytes`."""
    room = Room(spool.room_bytes if spool else ROOM_BYTES)

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        _body: Body | None = None

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if self.body_rcv is not None:
                is_large = self.content_length > max_bytes
                end = _end(self.headers.get("CONTENT_TYPE", ""))
                self._body = Body(room, BODY_MAX_BYTES if is_large else max_bytes, end, spool)
                self.body_rcv.getbuf().close()
                self.body_rcv.buf = self._body

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if self.completed and self._body is not None and self._body.cut is not None:
                self.headers["CONTENT_LENGTH"] = str(len(self._body))
                self.headers[_MARK] = self._body.cut
            return consumed

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class = Parser

    return Channel


def _end(content_type: str) -> bytes:
    """What makes a form with files whole again where it was cut."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    return f"\r\n--{boundary}--\r\n".encode("latin-1", "replace") if boundary else b""


class InMemoryRequest(Request):
    """A request whose files stay in memory too: its body has been bounded."""

    def _get_file_stream(self, *_about: object, **_more: object) -> IO[bytes]:
        return BytesIO()


def spooled_request(spool: Spool) -> type[Request]:
    """A request whose files, if large, stay in nameless files of a folder until it is answered."""

    class SpooledRequest(Request):
        def _get_file_stream(self, *_about: object, **_more: object) -> IO[bytes]:
            is_small = 0 < (self.content_length or 0) <= 2 * BODY_MAX_BYTES
            return BytesIO() if is_small else spool.file()

    return SpooledRequest


def cut(sent: Request) -> Cut | None:
    """Why only the beginning of a body is here; None where all of it is.

    A client could claim it, and would but lose its own file.
    """
    why: Cut | None = sent.environ.get(f"HTTP_{_MARK}")
    return why
