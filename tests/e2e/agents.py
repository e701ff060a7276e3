"""A sync agent as a process, and what it has to send."""

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from appliance.actions.cases import intake
from appliance.store.box import gauges
from tests.builders import a_draft
from tests.conftest import at


@contextmanager
def agent(
    db_path: Path, port: int, *, host: str = "127.0.0.1", where: Sequence[str] = ()
) -> Iterator[None]:
    """A running sync agent; it must leave with exit code 0. `where` goes before its command."""
    config = db_path.with_name("posko.toml")
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{db_path}"\n[sync]\nbroker = "{host}"\nport = {port}\n'
    )
    command = [*where, sys.executable, "-m", "sync_agent", "--config", str(config)]
    with db_path.with_name("sync.log").open("ab") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(20) == 0


def link_state(db: sqlite3.Connection) -> dict[str, str]:
    """What the agent states of its link."""
    stated = gauges.every(db).get("sync", {})
    return {name: value for name, (value, _) in stated.items() if name.startswith("link")}


NUMBERS = itertools.count()
"""No two lamps are the same, lest they be one ticket."""


def backlog(db: sqlite3.Connection, count: int) -> None:
    """Queue requests for the city."""
    for number in itertools.islice(NUMBERS, count):
        intake.receive(db, a_draft(f"lampu jalan mati nomor {number}"), at())
