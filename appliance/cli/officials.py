"""`posko officials`: whose phones get the requests of an agency."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from appliance.actions.officials import directory
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.officials.official import HEAD, Official, day
from appliance.domain.phone import Msisdn
from appliance.runtime import clock
from appliance.store.officials import directory as officials
from appliance.store.officials.directory import Entry

FILE_MAX_BYTES = 256 * 1024
_COLUMNS = ("agency", "rank", "name", "post", "phone", "valid_from", "valid_until")
_MORE = ("quiet_hours", "source", "in_force")


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("officials", help="whose phones get the requests of an agency")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list them, the head of each agency first")
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    listing.add_argument("--numbers", action="store_true", help="show whole phone numbers")
    listing.set_defaults(run=_list)
    entry = actions.add_parser(
        "add", help="enter one; who had the rank from the same day on is replaced"
    )
    entry.add_argument("agency", help="an agency's id, e.g. DLHK")
    entry.add_argument("phone", help="mobile number, e.g. 0812 3456 7890")
    entry.add_argument("name")
    entry.add_argument(
        "--rank", type=int, default=HEAD, help="1 head (default), 2 deputy, and so on to 9"
    )
    entry.add_argument("--post", default="", help='e.g. "Kepala Bidang PJU"')
    entry.add_argument("--from", dest="valid_from", help="first day in office, e.g. 2026-11-30")
    entry.add_argument("--until", dest="valid_until", help="last day in office")
    entry.add_argument("--quiet-hours", help="his own, in local time, e.g. 22:00-05:00")
    entry.set_defaults(run=_add)
    loading = actions.add_parser("import", help="let a CSV file be this box's directory")
    loading.add_argument("file", metavar="FILE.csv", type=Path)
    loading.set_defaults(run=_import)
    removal = actions.add_parser("remove", help="take one out")
    removal.add_argument("agency")
    removal.add_argument("--rank", type=int, default=HEAD, help="1 head (default), 2 deputy ...")
    removal.set_defaults(run=_remove)


def _list(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        rows = [_row(entry, with_number=args.numbers) for entry in officials.every(db)]
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS + _MORE)


def _row(entry: Entry, *, with_number: bool) -> dict[str, Any]:
    official = entry.official
    return {
        "agency": official.agency,
        "rank": official.rank,
        "name": official.name,
        "post": official.post,
        "phone": official.phone.e164 if with_number else official.phone.masked,
        "valid_from": None if official.valid_from == date.min else official.valid_from.isoformat(),
        "valid_until": None
        if official.valid_until == date.max
        else official.valid_until.isoformat(),
        "quiet_hours": official.quiet_hours and str(official.quiet_hours),
        "source": entry.source,
        "in_force": entry.is_in_force,
    }


def _add(args: argparse.Namespace) -> None:
    official = Official(
        agency=args.agency.upper(),
        rank=args.rank,
        phone=Msisdn.parse(args.phone),
        name=args.name.strip(),
        post=args.post.strip(),
        valid_from=day(args.valid_from) if args.valid_from else date.min,
        valid_until=day(args.valid_until) if args.valid_until else date.max,
        quiet_hours=DailyHours.parse(args.quiet_hours) if args.quiet_hours else None,
    )
    with database(args.config) as db:
        directory.put(db, official, clock.now())
    print(f"{official.agency} rank {official.rank}: {official.name}, {official.phone.e164}")


def _import(args: argparse.Namespace) -> None:
    try:
        raw = args.file.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        raise BadInput(f"{args.file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{args.file} is not UTF-8; save it as CSV UTF-8") from None
    if len(raw) > FILE_MAX_BYTES:
        raise BadInput(f"{args.file} has more than {FILE_MAX_BYTES // 1024} kB: no directory")
    with database(args.config) as db:
        entered, replaced = directory.load(db, text, clock.now())
    print(f"{entered} officials entered, in the place of {replaced}")


def _remove(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        directory.remove(db, args.agency.upper(), args.rank, clock.now())
    print(f"{args.agency.upper()} rank {args.rank} removed")
