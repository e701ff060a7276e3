"""`make bench-dashboard`: the city's main pages with a million stored requests.

Time in the server (Flask's own client, no network) and statements to the database, page by page;
then whether 15 walls and 30 desks that look on by the stream slow the pages of the real server
(waitress); then what the public report card of the last year costs, which is made once a day.
Requests are made up and stored as the product does, so that they are counted as usual.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles
from urllib.request import Request, urlopen

from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from bench.pss import peak_mib
from command_center.dashboard import late, raising, snapshot, stream
from command_center.public import cards
from command_center.staff.roles import Role
from command_center.store import database, migrate
from tests.support import full_city
from tests.support.city_staff import a_center, cookies, logged_in
from tests.support.ports import unused_ports
from web.serve import serve

NOW = datetime(2026, 11, 28, 3, 10, tzinfo=UTC)
DAYS = 1_200
VIEWERS = 45
WATCHED_S = 20.0
LATE_S = 6.0
CASE = "made-up-{:09d}"
PROGRAM = (sys.executable, "-m", "bench.dashboard")


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000, help="stored (%(default)s)")
    parser.add_argument("--rounds", type=int, default=40, help="of each page (%(default)s)")
    parser.add_argument("--database", type=Path, help="keep it here, or measure what is there")
    parser.add_argument("--days", type=int, default=DAYS, help="they came in (%(default)s)")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--card", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        _serve(args.database, args.serve)
        return
    if args.card:
        _make_card(args.database)
        return
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        path = (args.database or Path(folder) / "center.db").resolve()
        engine = _filled(path, args.requests, args.days)
        _measure(engine, args.requests, args.rounds)
        _look_on(engine, path)
        engine.dispose()
        subprocess.run([*PROGRAM, "--card", "--database", str(path)], check=True)


def _filled(path: Path, number: int, days: int) -> Engine:
    is_new = not path.exists()
    engine = database.connect(f"sqlite:///{path}")
    if is_new:
        began_s = time.monotonic()
        migrate.ensure(engine, full_city.CITY, lambda: "0000aaaa", NOW)
        full_city.fill(engine, number, days=days, now=NOW)
        full_city.boxes_report(engine, NOW)
        print(f"{number:,} requests stored in {time.monotonic() - began_s:.0f} s")
    return engine


def _measure(engine: Engine, number: int, rounds: int) -> None:
    snapshot.FRESH_S, snapshot.FRESH_TIMES = 0.0, 0  # each page makes its own
    client = logged_in(a_center(engine, now=NOW), engine, Role.VERIFIKATOR, now=NOW)
    _get(client, "/dasbor")
    time.sleep(LATE_S)  # late cases are counted beside it, for the first time
    print(f"\n{'page':<38}{'p50 ms':>8}{'p95 ms':>8}{'statements':>12}")
    case = CASE.format(number - 7)
    for path in (
        "/",
        "/?status=diterima",
        "/?status=ditutup",
        "/?agency=DLHK&status=diproses",
        "/?category=sampah&page=20",
        "/?site=14.71.09&kelurahan=14.71.09.1003",
        "/?page=40",
        f"/permohonan/{case}",
        "/dasbor",
        "/dasbor?hari=90",
        "/dinding",
        "/kotak",
        "/dasbor/arus",
    ):
        _print(path.replace(case, "CASE"), *_timed(engine, partial(_get, client, path), rounds))
    _print("late cases, beside the pages", *_timed(engine, partial(late.count, engine, NOW), 3))
    _print("looking for alarms", *_timed(engine, partial(raising.raise_new, engine, NOW), 10))


def _print(what: str, p50: float, p95: float, statements: int) -> None:
    print(f"{what:<38}{p50:>8.1f}{p95:>8.1f}{statements:>12}")


def _timed(engine: Engine, act: Callable[[], object], rounds: int) -> tuple[float, float, int]:
    act()
    with _statements(engine) as asked:
        act()
    took = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        act()
        took.append((time.perf_counter() - began_s) * 1000)
    cuts = quantiles(took, n=20, method="inclusive")
    return cuts[9], cuts[18], len(asked)


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        asked.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)


def _look_on(engine: Engine, path: Path) -> None:
    """Pages of the real server, alone and with everybody looking on."""
    [port] = unused_ports(1)
    command = [*PROGRAM, "--serve", str(port)]
    held = cookies(engine, Role.VERIFIKATOR, now=NOW)
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in held.items())}
    server = subprocess.Popen([*command, "--database", str(path)])
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/masuk")
        print(f"\n{'with the real server, /dasbor':<38}{'p50 ms':>8}{'p95 ms':>8}{'answers':>12}")
        for viewers in (0, VIEWERS):
            told = _watched(base, header, viewers)
            print(f"{f'{viewers} look on':<38}{told[0]:>8.1f}{told[1]:>8.1f}{told[2]:>12}")
    finally:
        server.terminate()
        server.wait()


def _watched(base: str, header: dict[str, str], viewers: int) -> tuple[float, float, int]:
    """Times of a page each quarter second; how often the stream has answered."""
    stop, answers = threading.Event(), [0] * max(viewers, 1)

    def look_on(n: int) -> None:
        while not stop.wait(stream.RETRY_MS / 1000):
            _fetch(f"{base}/dasbor/arus", header)
            answers[n] += 1

    threads = [threading.Thread(target=look_on, args=[n]) for n in range(viewers)]
    for thread in threads:
        thread.start()
        time.sleep(stream.RETRY_MS / 1000 / VIEWERS)
    took, until_s = [], time.monotonic() + WATCHED_S
    while time.monotonic() < until_s:
        began_s = time.perf_counter()
        _fetch(f"{base}/dasbor", header)
        took.append((time.perf_counter() - began_s) * 1000)
        time.sleep(0.25)
    stop.set()
    for thread in threads:
        thread.join()
    cuts = quantiles(took, n=20, method="inclusive")
    return cuts[9], cuts[18], sum(answers)


def _fetch(address: str, header: dict[str, str]) -> None:
    with urlopen(Request(address, headers=header), timeout=30) as answer:
        answer.read()


def _wait(address: str) -> None:
    until_s = time.monotonic() + 60
    while True:
        try:
            urlopen(address, timeout=30).close()
        except OSError as error:
            if getattr(error, "code", None) == 503:
                return
            if time.monotonic() > until_s:
                raise
            time.sleep(0.2)
        else:
            return


def _serve(path: Path, port: int) -> None:
    """The pages at a clock that stands at the newest request."""
    serve(a_center(database.connect(f"sqlite:///{path}"), now=NOW), f"127.0.0.1:{port}")


def _make_card(path: Path) -> None:
    """Runs in a process of its own, so that its memory is known."""
    engine = database.connect(f"sqlite:///{path}")
    before_mib, began_s, began_cpu_s = peak_mib(), time.monotonic(), time.process_time()
    made = cards.make(engine, cards.last_midnight(NOW))
    took_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    told = sum(row.raw.count for row in made.rows)
    print(f"\nreport card of {told:,} reports: {took_s:.1f} s, {cpu_s:.1f} s of processor,")
    print(f"{peak_mib() - before_mib:,.0f} MiB more than the {before_mib:.0f} before")


if __name__ == "__main__":
    main()
