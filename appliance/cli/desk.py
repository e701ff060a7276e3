"""`posko desk`: accounts of the staff's pages, and the way back in when nobody can log in."""

import argparse
import getpass
import secrets

from appliance.actions.staff import staffing
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.errors import BadInput
from appliance.domain.staff import accounts as staff
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.domain.wifi import sessions as wifi
from appliance.runtime import clock, ids
from appliance.store.staff import staff_accounts

_COLUMNS = ("name", "role", "is_locked", "must_change")


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("desk", help="accounts of the staff's pages")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("accounts", help="list them")
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    listing.set_defaults(run=_accounts)
    entry = actions.add_parser("add", help="make one; prints its first password")
    entry.add_argument("name", help="e.g. sri.wahyuni")
    entry.add_argument("--role", choices=[role.value for role in Role], required=True)
    entry.set_defaults(run=_add)
    for name, run, about in (
        ("reset", _reset, "give one a new password, printed once, and unlock it"),
        ("lock", _lock, "refuse one every log-in until it is reset"),
    ):
        action = actions.add_parser(name, help=about)
        action.add_argument("name")
        action.set_defaults(run=run)
    setup = actions.add_parser("setup-code", help="print a code that makes the first administrator")
    setup.set_defaults(run=_setup_code)


def _accounts(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        rows = [
            {
                "name": account.name,
                "role": account.role.value,
                "is_locked": account.is_locked,
                "must_change": account.must_change,
            }
            for account in staff_accounts.every(db)
        ]
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS)


def _add(args: argparse.Namespace) -> None:
    account = Account(name=staff.account_name(args.name), role=Role(args.role), must_change=True)
    password, hashed = _new_password()
    with database(args.config) as db:
        staffing.add(db, account, hashed, clock.now(), by=_who())
    print(f"{account.name} ({account.role}): first password {password}")


def _reset(args: argparse.Namespace) -> None:
    name = staff.account_name(args.name)
    password, hashed = _new_password()
    with database(args.config) as db:
        staffing.reset(db, name, hashed, clock.now(), by=_who())
    print(f"{name}: new password {password}")


def _lock(args: argparse.Namespace) -> None:
    name = staff.account_name(args.name)
    with database(args.config) as db:
        staffing.lock(db, name, clock.now(), by=_who())
    print(f"{name} is locked until `posko desk reset {name}`")


def _setup_code(args: argparse.Namespace) -> None:
    code = ids.new_code()
    with database(args.config) as db:
        if not staffing.offer_setup(db, wifi.resume_key(code)):
            raise BadInput("there is an administrator already; see `posko desk reset NAME`")
    print(f"{wifi.shown_code(code)}   type it at the desk, page /siapkan; good once")


def _new_password() -> tuple[str, str]:
    password = ids.new_password()
    return password, passwords.derive(password, secrets.token_bytes(passwords.SALT_BYTES))


def _who() -> str:
    return f"posko, {getpass.getuser()}"[:80]
