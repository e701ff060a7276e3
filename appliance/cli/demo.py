"""`posko demo`: the whole product on one machine, and its simulated SMS."""

import argparse
from pathlib import Path

from appliance.cli.subparsers import Subparsers

DEFAULT_FOLDER = Path(".demo")


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("demo", help="run everything on this machine (make run)")
    command.add_argument(
        "--folder", type=Path, default=DEFAULT_FOLDER, help="where its data lives (default: .demo)"
    )
    actions = command.add_subparsers(dest="action")
    start = actions.add_parser("run", help="start the demonstration; Ctrl-C stops it (default)")
    start.set_defaults(run=run)
    sms = actions.add_parser("sms", help="send an SMS to the running demonstration")
    sms.add_argument("number", help="the resident's phone, e.g. 081234567890")
    sms.add_argument("text", help="what the resident writes")
    sms.set_defaults(run=run_sms)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Start everything and stream the journey of each complaint."""
    # Imported here: the demonstration is no part of the installed box.
    from demo import show  # noqa: PLC0415

    show.run(args.folder)


def run_sms(args: argparse.Namespace) -> None:
    """Put an SMS on the air of the simulated network."""
    from demo import air  # noqa: PLC0415

    air.send(args.folder, args.number, args.text)
