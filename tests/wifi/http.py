"""HTTP as a test client speaks it: bytes on a socket, nothing corrected, nothing followed."""

import socket
import ssl
import threading
import time
from dataclasses import dataclass

from tests.support.waiting import wait_for

CLOSE = "Connection: close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    ms: float

    @property
    def location(self) -> str:
        """Where it sends the client; empty: nowhere."""
        return self.headers.get("location", "")

    @property
    def is_internet(self) -> bool:
        """Whether the lab's Internet said it, not the box."""
        return self.headers.get("server") == "internet"


class Connection:
    """A connection that is kept: `ask` as often as the server plays along."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self._ahead = b""

    def ask(
        self,
        path: str,
        host: str = "",
        *headers: str,
        method: str = "GET",
        version: str = "HTTP/1.1",
        body: bytes = b"",
    ) -> Answer:
        """One request and its answer; OSError when there is none (reset, silence, end)."""
        lines = [f"{method} {path} {version}", *([f"Host: {host}"] if host else []), *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return self.send("\r\n".join([*lines, "", ""]).encode() + body, method=method)

    def send(self, request: bytes, *, method: str = "GET") -> Answer:
        """Send bytes as they are and read one answer; `method` says whether it has a body."""
        start = time.perf_counter()
        self.line.sendall(request)
        while b"\r\n\r\n" not in self._ahead:
            self._more()
        head, _, self._ahead = self._ahead.partition(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (f.partition(": ") for f in fields)}
        code = int(status.split(" ")[1])
        body = b"" if method == "HEAD" or code in (204, 304) else self._body(headers)
        ms = (time.perf_counter() - start) * 1000
        return Answer(status=code, headers=headers, body=body, ms=ms)

    def close(self) -> None:
        self.line.close()

    def _more(self) -> None:
        data = self.line.recv(65536)
        if not data:
            raise ConnectionAbortedError("the server ended the connection")
        self._ahead += data

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return self._chunks()
        if "content-length" in headers:
            return self._take(int(headers["content-length"]))
        while data := self.line.recv(65536):
            self._ahead += data
        return self._take(len(self._ahead))

    def _chunks(self) -> bytes:
        whole = b""
        while True:
            while b"\r\n" not in self._ahead:
                self._more()
            size, _, self._ahead = self._ahead.partition(b"\r\n")
            chunk = self._take(int(size, 16) + 2)[:-2]
            if not chunk:
                return whole
            whole += chunk

    def _take(self, size: int) -> bytes:
        while len(self._ahead) < size:
            self._more()
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken


class Download:
    """A stream that a thread reads until it has ended: with a `reset`, `closed`, or `silence`."""

    def __init__(self, line: socket.socket, host: str, path: str) -> None:
        self._line = line
        self.received = 0
        self.ended = ""
        self.ended_at_s = 0.0
        """On the monotonic clock."""
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for_more(self, size: int = 20_000) -> None:
        """Wait until so many bytes more have come; AssertionError when they do not come."""
        wanted = self.received + size
        wait_for(lambda: self.received >= wanted or self.ended, "the download goes on", limit_s=10)
        assert self.received >= wanted, f"the download ended: {self.ended}"

    def wait_for_end(self, limit_s: float = 10) -> str:
        """Wait until it has ended and return how."""
        return wait_for(lambda: self.ended, "the download ends", limit_s=limit_s)

    def close(self) -> None:
        """Stop reading."""
        self._line.close() if self.ended else self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()

    def _read(self) -> None:
        how = "closed"
        try:
            while data := self._line.recv(65536):
                self.received += len(data)
        except ConnectionResetError:
            how = "reset"
        except TimeoutError:
            how = "silence"
        except OSError as error:
            how = str(error)
        self.ended_at_s = time.monotonic()
        self.ended = how


def secured(line: socket.socket, host: str, authority: str) -> ssl.SSLSocket:
    """TLS over a connection; ssl.SSLError unless the authority vouches for the name."""
    return ssl.create_default_context(cafile=authority).wrap_socket(line, server_hostname=host)
