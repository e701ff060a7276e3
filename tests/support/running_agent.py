"""The box's sync agent as `posko-sync` puts it together, in a thread, on a database of its own."""

import threading
from pathlib import Path
from types import TracebackType

from appliance.runtime import ids
from appliance.runtime.broker_settings import Sync
from appliance.store import database, migrate
from appliance.store.box import gauges
from sync_agent.__main__ import assemble
from tests.conftest import SITE


class RunningAgent:
    """One run of the agent; entering it again is another run of the same box."""

    def __init__(self, folder: Path, sync: Sync) -> None:
        self.path, self._sync = folder / "posko.db", sync
        migrate.ensure(self.path, SITE, ids.new_epoch)

    def __enter__(self) -> "RunningAgent":
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def gauge(self, name: str) -> str:
        """What the agent says of itself; empty if it has said nothing."""
        db = database.connect(self.path)
        try:
            return gauges.every(db).get("sync", {}).get(name, ("", None))[0]
        finally:
            db.close()

    def outcomes(self) -> list[str | None]:
        """What became of each command the box has been given; None while it waits."""
        db = database.connect(self.path)
        try:
            rows = db.execute("SELECT outcome FROM commands ORDER BY rowid").fetchall()
            return [row["outcome"] for row in rows]
        finally:
            db.close()

    def _run(self) -> None:
        db = database.connect(self.path)
        assemble(db, self.path, SITE, self._sync).run(self._stop)
        db.close()
