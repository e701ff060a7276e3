"""Composition root of `posko-modem`."""

import secrets
import sys
from contextlib import closing
from functools import partial

from appliance.domain.phone import Msisdn
from appliance.runtime import clock, daemon, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import connect
from modem.driver import Driver
from modem.hardware import Hardware, gpio_key
from modem.machine import Machine
from modem.mailbox import SmsMailbox
from modem.port import open_port


def main() -> int:
    """Serve the modem until SIGTERM; return the exit status."""
    return daemon.run("posko-modem", "SMS in and out through a GSM modem.", _serve)


def _serve(settings: Settings) -> None:
    stop = daemon.stop_event()
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    with closing(connect(settings.store.path)) as db:
        mailbox = SmsMailbox(
            db,
            now=clock.now,
            new_id=ids.new_id,
            first_reference=secrets.randbelow(256),
            policy=settings.modem.sending_policy,
            own_numbers=[Msisdn(number) for number in settings.modem.own_numbers],
        )
        mailbox.recover()
        modem, pin = settings.modem, settings.modem.power_key_pin
        hardware = Hardware(modem.device, power_key=None if pin is None else gpio_key(pin))
        driver = Driver(
            device=modem.device,
            machine=Machine(
                pin=modem.pin,
                balance_code=modem.balance_code,
                resets=mailbox.resets(),
                has_power_key=hardware.has_power_key,
            ),
            mailbox=mailbox,
            open_device=partial(open_port, baud=modem.baud),
            hardware=hardware,
        )
        daemon.notify("READY=1")
        driver.run(stop, on_turn=mailbox.act)


if __name__ == "__main__":
    sys.exit(main())
