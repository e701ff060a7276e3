"""Composition root of `posko-modem`."""

import secrets
import sys
from contextlib import closing
from functools import partial

from appliance.runtime import clock, daemon, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import connect
from modem.driver import Driver, open_port
from modem.machine import Machine
from modem.mailbox import SmsMailbox


def main() -> int:
    """Serve the modem until SIGTERM; return the exit status."""
    return daemon.run("posko-modem", "SMS in and out through a GSM modem.", _serve)


def _serve(settings: Settings) -> None:
    stop = daemon.stop_event()
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    with closing(connect(settings.store.path)) as db:
        mailbox = SmsMailbox(
            db, now=clock.now, new_id=ids.new_id, first_reference=secrets.randbelow(256)
        )
        mailbox.recover()
        driver = Driver(
            device=settings.modem.device,
            machine=Machine(pin=settings.modem.pin),
            mailbox=mailbox,
            open_device=partial(open_port, baud=settings.modem.baud),
        )
        daemon.notify("READY=1")
        driver.run(stop, on_turn=mailbox.act)


if __name__ == "__main__":
    sys.exit(main())
