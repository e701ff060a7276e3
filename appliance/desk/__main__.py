"""Composition root of `posko-desk`."""

import logging
import sys
from functools import partial

from appliance.actions import sealing, staffing
from appliance.desk.app import create_app
from appliance.domain import wifi
from appliance.runtime import daemon, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import Connect, connect
from web.serve import serve

log = logging.getLogger(__name__)


def main() -> int:
    """Serve the desk until SIGTERM; return the exit status."""
    return daemon.run("posko-desk", "The pages of the kecamatan's staff.", _serve)


def _serve(settings: Settings) -> None:
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    sealing.configure(settings.store.path, settings.sealing.keys)
    opened = partial(connect, settings.store.path)
    _offer_setup(opened)
    app = create_app(settings, opened)
    serve(app, settings.desk.listen, on_ready=lambda: daemon.notify("READY=1"))


def _offer_setup(connect: Connect) -> None:
    """Without an administrator, print the code that makes the first one; a restart makes a new
    code."""
    code, db = ids.new_code(), connect()
    try:
        if staffing.offer_setup(db, wifi.resume_key(code)):
            log.warning("no administrator yet, open /siapkan at the desk code=%s",
                        wifi.shown_code(code))  # fmt: skip
    finally:
        db.close()


if __name__ == "__main__":
    sys.exit(main())
