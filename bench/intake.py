"""Durable intake: `actions.intake.receive` against bare SQLite commits of the same row.

Both write to a file of their own on the same disk, WAL and synchronous=FULL, one commit a
request; rounds are interleaved, so that a change of the machine's mood hits both.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from appliance.actions import intake
from appliance.domain.ids import SiteCode
from appliance.domain.phone import Msisdn
from appliance.domain.service_request import Channel, Draft
from appliance.runtime import clock, ids
from appliance.store import migrate
from appliance.store.database import connect

PER_ROUND = 400
_TEXT = "Lampu jalan di Jl Rajawali depan masjid mati sejak tiga malam, mohon diperbaiki. {n}"


def run(rounds: int) -> None:
    """Print commits/s of both and their ratio."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        posko, bare = _posko(Path(folder)), _bare(Path(folder))
        pairs = [(_rate(posko, n), _rate(bare, n)) for n in range(rounds)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = [a / b for a, b in pairs]
    print(f"intake, {rounds} interleaved rounds of {PER_ROUND} commits, medians")
    print(f"  bare SQLite, same row, 1 commit each   {theirs:8.0f} commits/s")
    print(f"  actions.intake.receive                 {ours:8.0f} commits/s")
    print(
        f"  ratio                                  {statistics.median(ratios):8.2f}"
        f"   ({min(ratios):.2f} .. {max(ratios):.2f})"
    )


def _rate(commit: Callable[[int], None], round_number: int) -> float:
    start_s = time.perf_counter()
    for number in range(PER_ROUND):
        commit(round_number * PER_ROUND + number)
    return PER_ROUND / (time.perf_counter() - start_s)


def _posko(folder: Path) -> Callable[[int], None]:
    path = folder / "posko.db"
    migrate.ensure(path, SiteCode("14.71.07"), ids.new_epoch)
    db = connect(path)

    def commit(number: int) -> None:
        draft = Draft(
            channel=Channel.PORTAL,
            text=_TEXT.format(n=number),
            submission_id=str(number),
            reporter_phone=Msisdn(f"+62812{number:08d}"),
            location="depan masjid",
            kelurahan="14.71.07.1005",
        )
        result = intake.receive(db, draft, clock.now(), ids.new_id)
        assert isinstance(result, intake.Receipt)

    return commit


def _bare(folder: Path) -> Callable[[int], None]:
    """The row of `requests` alone, in a table without index, check or key."""
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    columns = "id, ticket, channel, kind, category, sensitivity, agency, status, text, phone, "
    columns += "location, kelurahan, created_at_ms, updated_at_ms"
    db.execute(f"CREATE TABLE requests ({columns})")
    marks = ", ".join("?" * (columns.count(",") + 1))

    def commit(number: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        db.execute(
            f"INSERT INTO requests VALUES ({marks})",
            (
                ids.new_id(), f"07{number:06d}", "portal", "pengaduan", "pju", "publik", "DISHUB",
                "diterima", _TEXT.format(n=number), f"+62812{number:08d}", "depan masjid",
                "14.71.07.1005", now_ms, now_ms,
            ),
        )  # fmt: skip

    return commit
