"""`posko kiosk`: try the slip printer out, and say that who called for help was served."""

import argparse
import os
import sys
from pathlib import Path

from appliance.actions.cases import helping
from appliance.cli.opening import database
from appliance.cli.subparsers import Subparsers
from appliance.domain.box.print_job import ADVICE, PrintState, Trouble
from appliance.domain.cases.service_request import NAME_MAX_CHARS
from appliance.domain.errors import PoskoError
from appliance.kiosk import receipt
from appliance.kiosk.printing.running import draw_slip, print_slip
from appliance.kiosk.slips import office
from appliance.runtime import clock, settings
from appliance.screen import browser_watch


class NotPrinted(PoskoError, RuntimeError):
    """The test slip is not known to have come out; the message says what to do."""


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("kiosk", help="the kiosk's slip printer and help button")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    printing = actions.add_parser("test-print", help="print a test slip on the printer")
    printing.add_argument("--picture", metavar="PNG", help="draw it into a file instead")
    printing.set_defaults(run=_test_print)
    watching = actions.add_parser(
        "watch-browser",
        help="for the units of browsers: end the browser once its page is silent",
    )
    watching.add_argument("listen", metavar="HOST:PORT", help="where its pages are served")
    watching.add_argument("pid", type=int, metavar="PID", help="of the browser")
    watching.set_defaults(run=_watch_browser)
    answered = actions.add_parser("answered", help="say that who called for help was served")
    answered.add_argument(
        "--by", metavar="NAME", default="", help="who came; noted with the report"
    )
    answered.set_defaults(run=_answered)


def _test_print(args: argparse.Namespace) -> None:
    loaded = settings.load(settings.find(args.config))
    slip = receipt.test_slip(office(loaded), loaded.printer.columns)
    if args.picture:
        draw_slip(slip, Path(args.picture))
        print(f"{args.picture} is drawn")
        return
    if not loaded.printer.is_there:
        raise NotPrinted("no printer is configured; set [printer] kind and device (docs/kiosk.md)")
    outcome = print_slip(slip, loaded.printer, loaded.store.path)
    if outcome.state is PrintState.PRINTED:
        print("printed: the printer says that it worked off the whole slip")
    elif outcome.trouble is Trouble.NO_ANSWER:
        print("sent; this printer does not answer, so look whether the slip has come out")
    else:
        advice = ADVICE.get(outcome.trouble, "") if outcome.trouble else ""
        raise NotPrinted(f"not printed: {outcome.trouble}; {advice}")


def _watch_browser(args: argparse.Namespace) -> None:
    # A process of its own has a quarter of our modules, beside a browser that needs the memory.
    watcher = [sys.executable, "-m", browser_watch.__name__, args.listen, str(args.pid)]
    os.execv(sys.executable, watcher)  # noqa: S606 - ourselves


def _answered(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        was_called = helping.answer(db, clock.now(), by=args.by[:NAME_MAX_CHARS])
    print("the call is closed" if was_called else "nobody has called")
