"""`posko officials`: whose phones get the requests of an agency."""

import argparse
from typing import Any

from appliance.actions import directory
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.domain.official import HEAD, Official
from appliance.domain.phone import Msisdn
from appliance.runtime import clock
from appliance.store import officials

_COLUMNS = ("agency", "rank", "name", "phone")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    command = commands.add_parser("officials", help="whose phones get the requests of an agency")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list them, the head of each agency first")
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    listing.set_defaults(run=_list)
    entry = actions.add_parser("add", help="enter one; who had the rank before is replaced")
    entry.add_argument("agency", help="an agency's id, e.g. DLHK")
    entry.add_argument("phone", help="mobile number, e.g. 0812 3456 7890")
    entry.add_argument("name")
    entry.add_argument(
        "--rank", type=int, default=HEAD, help="1 head (default), 2 deputy, and so on to 9"
    )
    entry.set_defaults(run=_add)
    removal = actions.add_parser("remove", help="take one out")
    removal.add_argument("agency")
    removal.add_argument("--rank", type=int, default=HEAD, help="1 head (default), 2 deputy ...")
    removal.set_defaults(run=_remove)


def _list(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        rows = [_row(official) for official in officials.every(db)]
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS)


def _row(official: Official) -> dict[str, Any]:
    return {
        "agency": official.agency,
        "rank": official.rank,
        "name": official.name,
        "phone": official.phone.e164,
    }


def _add(args: argparse.Namespace) -> None:
    official = Official(
        agency=args.agency.upper(),
        rank=args.rank,
        phone=Msisdn.parse(args.phone),
        name=args.name.strip(),
    )
    with database(args.config) as db:
        directory.put(db, official, clock.now())
    print(f"{official.agency} rank {official.rank}: {official.name}, {official.phone.e164}")


def _remove(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        directory.remove(db, args.agency.upper(), args.rank)
    print(f"{args.agency.upper()} rank {args.rank} removed")
