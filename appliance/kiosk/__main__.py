"""Composition root of `posko-kiosk`."""

import sys
import threading
from functools import partial

from appliance.kiosk.app import create_app
from appliance.kiosk.printing.queue import PrintQueue
from appliance.kiosk.slips import Slips, printing_by
from appliance.runtime import clock, daemon, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import Connect, connect
from web.serve import serve


def main() -> int:
    """Serve the kiosk until SIGTERM; return the exit status."""
    return daemon.run("posko-kiosk", "The touch screen in the hall.", _serve)


def _serve(settings: Settings) -> None:
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    opened = partial(connect, settings.store.path)
    app = create_app(settings, opened, slips=_slips(settings, opened))
    serve(app, settings.kiosk.listen, on_ready=lambda: daemon.notify("READY=1"))


def _slips(settings: Settings, connect: Connect) -> Slips | None:
    """Start the queue of slips, if there is a printer."""
    if not settings.printer.is_there:
        return None
    queue = PrintQueue(connect, printing_by(settings), clock.now)
    threading.Thread(target=queue.run, name="slips", daemon=True).start()
    return Slips(wake=queue.wake, now=clock.now)


if __name__ == "__main__":
    sys.exit(main())
