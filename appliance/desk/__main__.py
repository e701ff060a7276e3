"""Composition root of `posko-desk`."""

import logging
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from appliance.actions.privacy import sealing
from appliance.actions.staff import staffing
from appliance.archive.queue import ReadingQueue
from appliance.archive.reading import LIMIT_S, read
from appliance.desk.app import create_app
from appliance.domain.archive.room import LEAVES_FREE_BYTES
from appliance.domain.errors import PoskoError
from appliance.domain.wifi import sessions as wifi
from appliance.runtime import clock, daemon, ids, restarting, sleeping
from appliance.runtime.settings import Settings, find
from appliance.store import blob_files, migrate
from appliance.store.database import Connect, connect
from web.bodies import BODY_MAX_BYTES, Spool
from web.hashing import give_back_large_blocks
from web.quiet import idle_pages, quiet_pages
from web.serve import serve

PROGRAM = "posko-desk"
QUIET_S = 30.0
"""Since somebody last sent something."""
SPOOLED_FILES = 2
"""Of the largest size, in the folder at one time while they come in."""

log = logging.getLogger(__name__)


def main() -> int:
    """Serve the desk until SIGTERM; return the exit status."""
    return daemon.run_with(
        daemon.parser(PROGRAM, "The pages of the kecamatan's staff."),
        lambda loaded, args: _serve(loaded, find(args.config)),
    )


def _serve(settings: Settings, config: Path) -> None:
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    sealing.configure(settings.store.path, settings.sealing.keys)
    opened = partial(connect, settings.store.path)
    _offer_setup(opened)
    give_back_large_blocks()
    file_bytes = settings.archive.file_max_bytes
    spool = Spool(_folder(settings), SPOOLED_FILES * file_bytes, LEAVES_FREE_BYTES)
    with _reading(opened) as queue:
        app = create_app(settings, opened, spool=spool, wake=queue.wake)
        restarting.follow(PROGRAM, config, settings, quiet_pages(app, QUIET_S))
        are_idle = idle_pages(app, settings.sleep.after_s)
        listening = serve(
            app,
            settings.desk.listen,
            passed=daemon.passed_socket(settings.desk.listen),
            on_ready=lambda: daemon.notify("READY=1"),
            on_turn=daemon.Watchdog(),
            is_idle=lambda: are_idle() and not queue.is_reading and _has_admin(opened),
            body_max_bytes=file_bytes + BODY_MAX_BYTES,
            spool=spool,
        )
    if listening:
        sleeping.sleep(listening)


def _folder(settings: Settings) -> Path:
    folder = blob_files.at(settings.store.path)
    folder.make()
    return folder.path


@contextmanager
def _reading(connect: Connect) -> Iterator[ReadingQueue]:
    """Read texts of the archive meanwhile; at the end the file at hand is finished."""
    queue = ReadingQueue(connect, read, clock.now)
    thread = threading.Thread(target=queue.run, name="texts", daemon=True)
    thread.start()
    try:
        yield queue
    finally:
        queue.stop()
        thread.join(LIMIT_S)


def _offer_setup(connect: Connect) -> None:
    """Without an administrator, print the code that makes the first one; a restart makes a new
    code."""
    code = ids.new_code()
    with closing(connect()) as db:
        if staffing.offer_setup(db, wifi.resume_key(code)):
            log.warning("no administrator yet, open /siapkan at the desk code=%s",
                        wifi.shown_code(code))  # fmt: skip


def _has_admin(connect: Connect) -> bool:
    """Until then the code that was printed must hold; False where nobody can tell."""
    with suppress(PoskoError, sqlite3.Error), closing(connect()) as db:
        return staffing.has_admin(db)
    return False


if __name__ == "__main__":
    sys.exit(main())
