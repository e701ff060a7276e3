"""`posko sms probe`: what modem is this, will it work, what to change."""

import argparse
from contextlib import closing
from dataclasses import asdict

from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.errors import PoskoError


class Unfit(PoskoError, RuntimeError):
    """The modem cannot serve as it is; the message says what to do."""


def add(actions: Subparsers) -> None:
    """Register the action of `posko sms`."""
    probe = actions.add_parser(
        "probe", help="what modem is this, will it work, what to change (docs/modems.md)"
    )
    probe.add_argument("device", metavar="DEVICE", help="a path under /dev/serial/by-id")
    probe.add_argument("--baud", type=int, default=115_200, help="speed (default: 115200)")
    probe.add_argument("--json", action="store_true", help="print a JSON object")
    probe.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Open the port for us alone, go through the requirements; stop posko-modem before."""
    # Imported here: no other command needs a serial port.
    from modem.events import Timing  # noqa: PLC0415
    from modem.port import advice_on, open_port  # noqa: PLC0415
    from modem.session import look_over  # noqa: PLC0415

    try:
        with closing(open_port(args.device, baud=args.baud)) as port:
            findings = look_over(port, timing=Timing(sms_ready_s=20))
    except OSError as error:
        raise Unfit(f"{args.device} cannot be used: {advice_on(error)} ({error})") from None
    works = all(finding.level != "fail" for finding in findings)
    if args.json:
        found = [asdict(finding) for finding in findings]
        print_json({"device": args.device, "works": works, "findings": found})
    else:
        print_table([asdict(finding) for finding in findings], ("level", "check", "found"))
        for finding in findings:
            if finding.change:
                print(f"\n{finding.level}: {finding.check}: {finding.found}\n  {finding.change}")
    if not works:
        raise Unfit(f"{args.device} will not work as it is")
