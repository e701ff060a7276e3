"""Composition root of `posko-modem`: one modem, or several side by side, a thread each."""

import logging
import secrets
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

from appliance.actions.privacy import sealing
from appliance.domain.phone import Msisdn
from appliance.runtime import clock, daemon, ids, restarting
from appliance.runtime.settings import Settings, find
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.sms import text_parts
from modem.driver import Driver
from modem.hardware import Hardware, gpio_key
from modem.machine import Machine
from modem.mailbox import SmsMailbox
from modem.port import open_port
from modem.roster import Roster

log = logging.getLogger(__name__)

PROGRAM = "posko-modem"

# A channel that failed is built anew after so long, beside others that go on.
_ANEW_AFTER_S = 10.0


def main() -> int:
    """Serve the modems until SIGTERM; return the exit status."""
    return daemon.run_with(
        daemon.parser(PROGRAM, "SMS in and out through GSM modems."),
        lambda loaded, args: _serve(loaded, find(args.config)),
    )


def _serve(settings: Settings, config: Path) -> None:
    stop = daemon.stop_event()
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    sealing.configure(settings.store.path, settings.sealing.keys)
    restarting.follow(PROGRAM, config, settings, partial(_is_quiet, settings.store.path))
    first, *others = settings.modem.all
    roster = Roster(settings.modem.all)
    threads = [
        threading.Thread(target=_keep, name=name, args=(settings, name, roster, stop))
        for name in others
    ]
    for thread in threads:
        thread.start()
    try:
        # One that is alone may fail with the process: it is started anew from the beginning.
        (_keep if others else _run)(settings, first, roster, stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _is_quiet(path: Path) -> bool:
    """Whether no modem has a message in its hands."""
    with closing(connect(path)) as db:
        return not text_parts.in_flight(db, ())


def _keep(settings: Settings, name: str, roster: Roster, stop: threading.Event) -> None:
    """Run a channel for ever: what befalls one modem must not end the others."""
    while not stop.is_set():
        try:
            _run(settings, name, roster, stop)
        except Exception:
            log.exception("A modem's channel failed; it is built anew. modem=%s", name)
            stop.wait(_ANEW_AFTER_S)


def _run(settings: Settings, name: str, roster: Roster, stop: threading.Event) -> None:
    modem = settings.modem.all[name]
    pin = modem.power_key_pin
    hardware = Hardware(modem.device, power_key=None if pin is None else gpio_key(pin))
    with closing(connect(settings.store.path)) as db:
        mailbox = SmsMailbox(
            db,
            now=clock.now,
            new_id=ids.new_id,
            first_reference=secrets.randbelow(256),
            modem=name,
            roster=roster,
            policy=settings.modem.sending_policy,
            own_numbers=[Msisdn(number) for number in settings.modem.own_numbers],
        )
        mailbox.recover()
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
        watchdog = daemon.Watchdog()

        def turn() -> None:
            mailbox.act()
            watchdog()

        driver.run(stop, on_turn=turn)


if __name__ == "__main__":
    sys.exit(main())
