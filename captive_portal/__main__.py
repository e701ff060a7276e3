"""Composition root of `posko-portal`."""

import sys
from functools import partial

from appliance.runtime import daemon, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import connect
from captive_portal.app import create_app
from captive_portal.forms import FORM_MAX_BYTES
from web.serve import serve


def main() -> int:
    """Serve the portal until SIGTERM; return the exit status."""
    return daemon.run("posko-portal", "Pages for residents' phones on the hall's WiFi.", _serve)


def _serve(settings: Settings) -> None:
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    app = create_app(settings, partial(connect, settings.store.path))
    serve(
        app,
        settings.portal.listen,
        on_ready=lambda: daemon.notify("READY=1"),
        body_max_bytes=FORM_MAX_BYTES,
    )


if __name__ == "__main__":
    sys.exit(main())
