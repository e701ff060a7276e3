"""How long the upgrade of a large city's database takes, to stored deadlines (0026 and 0027).

One transaction, for which nothing is stored; then the deadlines of open cases are computed bit by
bit before pages are served. On SQLite, or on an empty database of a server (`--url`).
"""

import argparse
import tempfile
import time
from pathlib import Path

from alembic import command
from sqlalchemy import Engine, text

from bench.inboxes import NOW
from command_center.handling import keeping
from command_center.store import database, migrate
from command_center.store.database import writing
from tests.support import full_city

BEFORE = "0025"
DAY_MS = 86_400_000
COLUMNS = (
    *("request_id", "site", "epoch", "ticket", "channel", "kind", "category", "sensitivity"),
    *("agency", "text", "phone", "location", "kelurahan", "created_at", "occurred_at"),
    *("time_quality", "received_at", "status", "updated_at"),
)
ROWS = """
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :number)
INSERT INTO requests ({columns})
SELECT 'made-up-00000000-0000-' || n, '14.71.' || (10 + n % 6), '0a0a0a0a',
 '07' || n, 'sms', 'pengaduan', 'sampah', 'publik', 'DLHK',
 'laporan buatan untuk mengukur, seperti warga menulis satu kalimat, nomor ' || n,
 '+62812345678', 'jl Sudirman', '14.71.07.1005', at, at, 'trusted', at,
 CASE WHEN n % 10 = 0 THEN 'diproses' ELSE 'ditutup' END, at
FROM (SELECT n, CAST(:now AS BIGINT) - (n % 120) * CAST(:day AS BIGINT) AS at FROM n) AS made
"""


def main() -> None:
    """Fill as the release before did, upgrade, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.upgrade", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000], metavar="N")
    parser.add_argument("--url", help="of an empty database of a server, for one number of rows")
    args = parser.parse_args()
    for number in args.rows:
        with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
            url = args.url or f"sqlite:///{Path(folder).resolve()}/center.db"
            engine = database.connect(url, files=Path(folder))
            _fill(engine, number)
            _measure(engine, number)
            engine.dispose()


def _fill(engine: Engine, number: int) -> None:
    config = migrate._config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        migrate._record(connection, migrate._applied(migrate._script(), BEFORE))
        sql = ROWS.format(columns=", ".join(COLUMNS))
        now_ms = int(NOW.timestamp() * 1000)
        connection.execute(text(sql), {"number": number, "now": now_ms, "day": DAY_MS})
    database.checkpoint(engine)


def _measure(engine: Engine, number: int) -> None:
    began_s = time.monotonic()
    migrate.ensure(engine, full_city.CITY, lambda: "0000aaaa", NOW)
    took_s = time.monotonic() - began_s
    print(f"{number:,} requests: upgraded in {took_s:.1f} s, {number / took_s:,.0f} rows/s")
    began_s = time.monotonic()
    keeping.follow_tables(engine)
    done = keeping.compute_marked(engine)
    took_s = time.monotonic() - began_s
    print(f"  deadlines of {done:,} open ones in {took_s:.1f} s, {done / took_s:,.0f} a second")


if __name__ == "__main__":
    main()
