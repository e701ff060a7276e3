"""Composition root of `posko-kiosk`."""

import sys
from functools import partial

from appliance.actions import sealing
from appliance.kiosk.app import create_app
from appliance.runtime import daemon, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import connect
from web.serve import serve


def main() -> int:
    """Serve the kiosk until SIGTERM; return the exit status."""
    return daemon.run("posko-kiosk", "The touch screen in the hall.", _serve)


def _serve(settings: Settings) -> None:
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    sealing.configure(settings.store.path, settings.sealing.keys)
    app = create_app(settings, partial(connect, settings.store.path))
    serve(app, settings.kiosk.listen, on_ready=lambda: daemon.notify("READY=1"))


if __name__ == "__main__":
    sys.exit(main())
