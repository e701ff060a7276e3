"""Composition root of `posko-kiosk`."""

import argparse
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from appliance.actions.privacy import sealing
from appliance.kiosk.app import create_app
from appliance.kiosk.panel_news import PanelNews
from appliance.kiosk.panel_pins import PanelPins
from appliance.kiosk.printing.job import CHILD_LIMIT_S
from appliance.kiosk.printing.queue import PrintQueue
from appliance.kiosk.slips import Slips, printing_by
from appliance.kiosk.views import FORM_MAX_BYTES
from appliance.runtime import clock, daemon, ids, restarting, sleeping
from appliance.runtime.refusal import refusals_told
from appliance.runtime.settings import Settings, find
from appliance.screen import browser_profile
from appliance.store import migrate
from appliance.store.database import Connect, connect
from web.quiet import idle_pages, quiet_pages
from web.serve import serve

log = logging.getLogger(__name__)

PROGRAM = "posko-kiosk"
QUIET_S = 180.0
"""Since the last step of a dialogue: longer than a screen waits for who has walked away."""


def main() -> int:
    """Serve the kiosk until SIGTERM; return the exit status."""
    command_line = daemon.parser(PROGRAM, "The touch screen in the hall.")
    command_line.add_argument(
        "--kiosk-profile",
        action="store_true",
        help="print how the browser must be started, with the reason of each flag, and end",
    )
    return daemon.run_with(command_line, _run)


def _run(settings: Settings, args: argparse.Namespace) -> None:
    if args.kiosk_profile:
        with refusals_told():
            print(browser_profile.document(settings.kiosk), end="", flush=True)
    else:
        _serve(settings, find(args.config))


def _serve(settings: Settings, config: Path) -> None:
    migrate.ensure(settings.store.path, settings.site.site_code, ids.new_epoch)
    sealing.configure(settings.store.path, settings.sealing.keys)
    opened = partial(connect, settings.store.path)
    with _printing(settings, opened) as slips, _panel(settings, opened) as panel:
        app = create_app(settings, opened, slips=slips, panel=panel)
        restarting.follow(PROGRAM, config, settings, quiet_pages(app, QUIET_S))
        has_more_to_do = slips is not None or panel is not None
        listening = serve(
            app,
            settings.kiosk.listen,
            passed=daemon.passed_socket(settings.kiosk.listen),
            on_ready=lambda: daemon.notify("READY=1"),
            on_turn=daemon.Watchdog(),
            is_idle=None if has_more_to_do else idle_pages(app, settings.sleep.after_s),
            body_max_bytes=FORM_MAX_BYTES,
        )
    if listening:
        sleeping.sleep(listening)


@contextmanager
def _printing(settings: Settings, connect: Connect) -> Iterator[Slips | None]:
    """Run the queue of slips, if there is a printer; at the end the slip at hand is finished."""
    if not settings.printer.is_there:
        yield None
        return
    queue = PrintQueue(connect, printing_by(settings), clock.now)
    thread = threading.Thread(target=queue.run, name="slips", daemon=True)
    thread.start()
    try:
        yield Slips(wake=queue.wake, now=clock.now)
    finally:
        queue.stop()
        thread.join(CHILD_LIMIT_S)


@contextmanager
def _panel(settings: Settings, connect: Connect) -> Iterator[PanelNews | None]:
    """Run the panel, if anything is wired; at the end its lamps go out."""
    if not settings.panel.pins:
        yield None
        return
    news, stop = PanelNews(), threading.Event()
    try:
        pins = PanelPins(settings.panel, connect, news, clock.now)
    except Exception as error:  # noqa: BLE001 - whatever a pin factory raises, people must report
        log.error("the panel cannot be used, see docs/kiosk.md reason=%r", error)
        yield None
        return
    thread = threading.Thread(target=pins.run, args=(stop,), name="panel", daemon=True)
    thread.start()
    try:
        yield news
    finally:
        stop.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
