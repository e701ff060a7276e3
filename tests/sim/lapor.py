"""A SP4N-LAPOR! that behaves as the public facts say, and misbehaves as told.

JSON by POST with a token in the body, `gettopics`, `trackingid`, `transaksiid`, `rahasia`, `anonim`
are facts; the other paths and the shape of news are the same assumption as in docs/lapor.md,
written down a second time. It lists in its news what a city has sent, as a careless one would.
"""

import json
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

TOKEN = "token-of-the-city"
FIRST_TRACKING_ID = 1_916_449
TOPICS = ("Perhubungan", "Pekerjaan Umum dan Penataan Ruang", "Lingkungan Hidup dan Kehutanan")
PAGE_MAX = 50


@dataclass
class Fault:
    """What goes wrong with one question; `path` is how its address ends."""

    path: str
    what: str
    """500, 401, 429, 400, garbage, refused, huge, slow, or what is stored, but never answered:
    silent (the line is cut at once) or held (until `released`)."""


@dataclass
class FakeLapor:
    """Its memory; `asked` are all questions in order, `faults` are used up one by one."""

    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By tracking id."""
    transactions: dict[str, str] = field(default_factory=dict)
    """The tracking id of each transaction that was stored."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    news: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    repeats: bool = False
    """Whether every page begins with the last of the one before."""
    lists_ours: bool = True
    """Whether news hold what the city itself has sent."""
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "FakeLapor":
        self._server = _server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, path: str, *whats: str) -> None:
        """Let the next questions to a path go wrong."""
        self.faults.extend(Fault(path, what) for what in whats)

    def report(self, text: str, **fields: Any) -> str:
        """A resident reports to LAPOR!, and it is given to the city; return its tracking id."""
        with self.lock:
            tracking_id = self._next()
            told = {
                "isi": text, "topik": TOPICS[0], "lokasi": "", "klasifikasi": "pengaduan",
                "tanggal": "2026-11-20 10:22:00", "rahasia": "0", "anonim": "0",
                "nama": "Warga Lapor", "status": "terverifikasi", **fields,
            }  # fmt: skip
            self.reports[tracking_id] = told
            self._publish({"jenis": "laporan", "trackingid": tracking_id, **told})
        return tracking_id

    def change(self, tracking_id: str, status: str, text: str = "", **fields: Any) -> None:
        """Somebody at LAPOR! moves a report."""
        with self.lock:
            self.reports.get(tracking_id, {})["status"] = status
            news = {"trackingid": tracking_id, "status": status, "isi": text, **fields}
            self._publish({"jenis": "tindaklanjut", **news})

    def told(self, path: str) -> list[dict[str, Any]]:
        """What a path was asked, faulty questions too."""
        return [body for asked, body in self.asked if asked.endswith(path)]

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked; the caller holds the lock."""
        match path.rpartition("/")[2]:
            case "gettopics":
                topics = [{"id": str(n), "name": name} for n, name in enumerate(TOPICS, 40)]
                return {"status": True, "data": topics}
            case "addreport":
                return {"status": True, "trackingid": self._stored(body)}
            case "addfollowup":
                return self._followed(body)
            case "getnews":
                return self._page(str(body["after"]), int(body["limit"]))
        return {"status": False, "message": "no such service"}

    def _stored(self, body: dict[str, Any]) -> str:
        transaction = str(body["transaksiid"])
        if transaction not in self.transactions:
            tracking_id = self._next()
            self.transactions[transaction] = tracking_id
            told = {k: v for k, v in body.items() if k != "token"}
            self.reports[tracking_id] = told
            self._publish_ours({"jenis": "laporan", "trackingid": tracking_id, **told})
        return self.transactions[transaction]

    def _followed(self, body: dict[str, Any]) -> dict[str, Any]:
        transaction, tracking_id = str(body["transaksiid"]), str(body["trackingid"])
        if tracking_id not in self.reports:
            return {"status": False, "message": "trackingid tidak dikenal"}
        if transaction not in self.transactions:
            self.transactions[transaction] = tracking_id
            told = {k: v for k, v in body.items() if k != "token"}
            self.changes.append(told)
            self.reports[tracking_id]["status"] = body["status"]
            self._publish_ours({"jenis": "tindaklanjut", **told})
        return {"status": True}

    def _page(self, after: str, limit: int) -> dict[str, Any]:
        start, limit = int(after or 0), min(limit, PAGE_MAX)
        found = self.news[start : start + limit]
        data = self.news[max(start - 1, 0) : start] + found if self.repeats else found
        end = start + len(found)
        return {"status": True, "data": data, "next": end, "more": end < len(self.news)}

    def _publish_ours(self, item: dict[str, Any]) -> None:
        if self.lists_ours:
            self._publish(item)

    def _publish(self, item: dict[str, Any]) -> None:
        self.news.append({"id": str(88_000 + len(self.news)), **item})

    def _next(self) -> str:
        return str(FIRST_TRACKING_ID + len(self.reports))


def _server(lapor: FakeLapor) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lapor.lock:
                lapor.asked.append((self.path, body))
                what = self._fault()
                status, answer = self._answer(body, what)
            if what == "held":
                lapor.released.wait(30)
            if what in ("silent", "held"):
                self.close_connection = True
                return
            if what == "slow":
                time.sleep(0.3)
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(data)

        def _fault(self) -> str:
            for fault in lapor.faults:
                if self.path.endswith(fault.path):
                    lapor.faults.remove(fault)
                    return fault.what
            return ""

        def _answer(self, body: dict[str, Any], what: str) -> tuple[int, dict[str, Any] | bytes]:
            if body.get("token") != TOKEN:
                return 401, {"status": False, "message": "token salah"}
            if what.isdigit():
                return int(what), {"status": False, "message": f"kena {body.get('isi', '')}"}
            if what == "refused":
                return 200, {"status": False, "message": f"tidak diterima: {body.get('isi', '')}"}
            if what == "huge":
                return 200, b"x" * (3 << 20)
            answer = lapor.answer(self.path, body)
            return 200, (b"<html>502 Bad Gateway</html>" if what == "garbage" else answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
