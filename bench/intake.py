"""Durable intake: `actions.cases.intake.receive` against bare SQLite commits of the same row.

Both write to a file of their own on the same disk, WAL and synchronous=FULL, one commit a
request; rounds are interleaved, so that a change of the machine's mood hits both. Both fold their
WAL back in the timed part: the bare side by SQLite's default (when a commit finds 1000 pages in
it), ours as the sync agent does (4 MiB), looked at after every round. Rounds before the WALs have
been folded back once are not counted, since a WAL that still grows costs both sides more.
Beside the rates stands the processor time, which a busy disk does not blur.

The disk of a server flushes in a tenth of a millisecond, the card of a Pi in several. So the same
is measured once more with every flush made to take CARD_SYNC_MS longer.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.ids import SiteCode
from appliance.domain.phone import Msisdn
from appliance.runtime import clock, ids
from appliance.store import migrate
from appliance.store.database import checkpoint, connect
from tests.support.programs import needs

PER_ROUND = 400
CARD_SYNC_MS = 4
_SLOW_SYNC = Path(__file__).with_name("slow_sync.c")
WARM_UP_ROUNDS = 4
_TEXT = "Lampu jalan di Jl Rajawali depan masjid mati sejak tiga malam, mohon diperbaiki. {n}"


@dataclass(frozen=True, slots=True)
class Cost:
    """One commit, on the average of a round."""

    wall_s: float
    cpu_s: float


def run(rounds: int) -> None:
    """Print commits/s of both and their ratio."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        posko, bare = _posko(Path(folder)), _bare(Path(folder))
        pairs = [(_cost(posko, n), _cost(bare, n)) for n in range(WARM_UP_ROUNDS + rounds)]
    pairs = pairs[WARM_UP_ROUNDS:]
    ratios = [bare.wall_s / posko.wall_s for posko, bare in pairs]
    print(f"intake, {rounds} interleaved rounds of {PER_ROUND} commits, medians; least CPU time")
    _line("bare SQLite, same row, 1 commit each", [bare for _, bare in pairs])
    _line("actions.intake.receive", [posko for posko, _ in pairs])
    print(
        f"  ratio                                  {statistics.median(ratios):8.2f}"
        f"   ({min(ratios):.2f} .. {max(ratios):.2f})"
    )


def run_as_on_a_card(rounds: int) -> None:
    """The same in a process whose flushes are slow."""
    print(f"with {CARD_SYNC_MS} ms more a flush, as on a memory card:")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "slow_sync.so"
        flags = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
        subprocess.run([needs("cc"), *flags, "-o", library, _SLOW_SYNC, "-ldl"], check=True)
        slow = {**os.environ, "LD_PRELOAD": str(library), "SYNC_MS": str(CARD_SYNC_MS)}
        command = [sys.executable, "-m", "bench.intake", "--rounds", str(rounds)]
        subprocess.run(command, env=slow, check=True)


def _line(name: str, costs: list[Cost]) -> None:
    rate = 1 / statistics.median(cost.wall_s for cost in costs)
    cpu_us = min(cost.cpu_s for cost in costs) * 1e6
    print(f"  {name:38} {rate:8.0f} commits/s {cpu_us:6.0f} us CPU")


def _cost(commits: Callable[[range], None], round_number: int) -> Cost:
    numbers = range(round_number * PER_ROUND, (round_number + 1) * PER_ROUND)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    commits(numbers)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return Cost(wall_s / PER_ROUND, cpu_s / PER_ROUND)


def _posko(folder: Path) -> Callable[[range], None]:
    path = folder / "posko.db"
    migrate.ensure(path, SiteCode("14.71.07"), ids.new_epoch)
    db = connect(path)

    def commit(number: int) -> None:
        draft = Draft(
            channel=Channel.PORTAL,
            text=_TEXT.format(n=number),
            submission_id=ids.new_id(),
            reporter_phone=Msisdn(f"+62812{number:08d}"),
            location="depan masjid",
            kelurahan="14.71.07.1005",
        )
        result = intake.receive(db, draft, clock.now())
        assert isinstance(result, intake.Receipt)

    def commits(numbers: range) -> None:
        for number in numbers:
            commit(number)
        checkpoint(db, path)

    return commits


def _bare(folder: Path) -> Callable[[range], None]:
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

    def commits(numbers: range) -> None:
        for number in numbers:
            commit(number)

    return commits


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.intake")
    parser.add_argument("--rounds", type=int, default=7)
    run(parser.parse_args().rounds)
