"""`posko-center accounts`: who may log in at the city, and the way back in for who cannot."""

import argparse
import json
import secrets
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.staff import accounts as staff
from appliance.domain.staff import passwords
from appliance.domain.wifi import sessions as wifi
from command_center import report
from command_center.handling.units import Units
from command_center.staff import accounts
from command_center.staff.accounts import CONSOLE
from command_center.staff.roles import Account, Post, Role
from command_center.store.database import reading
from command_center.store.staff import staff_accounts
from command_center.subcommands import Subcommands

UNITS_TOLD = 12
"""So many are named to who named another; an agency may have one in each kelurahan."""


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "who may log in at the city"
    actions = commands.group("accounts", words)

    actions.add("list", "list them").add_argument("--json", action="store_true", help="for scripts")
    new = actions.add("add", "make one, and print its first password")
    new.add_argument("name", metavar="NAME", help="e.g. sri.wahyuni")
    _add_post(new)
    _add_post(actions.add("invite", "print a code that makes one, once, within a week"))
    for name, words in (
        ("disable", "refuse one every log-in until it is reset"),
        ("reset", "give one a new password, print it, and enable it"),
    ):
        actions.add(name, words).add_argument("name", metavar="NAME")
    words = "print a key with which another system reads /api/events for a year, once"
    actions.add("token", words).add_argument("name", metavar="NAME", help="of the system")
    actions.add("setup-code", "print a code that makes the first administrator")


def run(
    engine: Engine, args: argparse.Namespace, now: datetime, units: Callable[[], Units]
) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    match args.action:
        case "list":
            _list(engine, as_json=args.json)
        case "add":
            account = Account(
                name=staff.account_name(args.name), post=_post(args, units), must_change=True
            )
            password, hashed = new_password()
            accounts.add(engine, account, hashed, now, by=CONSOLE)
            print(f"{account.name} ({account.role}): first password {password}")
        case "invite":
            code = wifi.code(secrets.choice)
            made = accounts.invite(engine, code, _post(args, units), now, by=CONSOLE)
            print(f"{wifi.shown_code(code)}, until {report.iso(made.ends_at)}: open /siapkan")
        case "disable":
            accounts.disable(engine, args.name, now, by=CONSOLE)
            print(f"{args.name} is refused until `posko-center accounts reset {args.name}`")
        case "reset":
            password, hashed = new_password()
            accounts.reset(engine, args.name, hashed, now, by=CONSOLE)
            print(f"{args.name}: new password {password}")
        case "token":
            print(f"Authorization: Bearer {accounts.token(engine, args.name, now)}")
        case _:
            print(setup_code(engine, now) or "there is an administrator; see accounts reset")


def setup_code(engine: Engine, now: datetime) -> str | None:
    """A fresh code for the first administrator, as it is read; None where there is one."""
    code = wifi.code(secrets.choice)
    return wifi.shown_code(code) if accounts.offer_setup(engine, code, now) else None


def new_password() -> tuple[str, str]:
    """A password for somebody else, and its stored form."""
    password = wifi.first_password(secrets.choice)
    return password, passwords.derive(password, secrets.token_bytes(passwords.SALT_BYTES))


def _add_post(command: argparse.ArgumentParser) -> None:
    command.add_argument("--role", choices=[role.value for role in Role], required=True)
    command.add_argument("--agency", metavar="ID", help="of an officer or a subunit, e.g. DLHK")
    command.add_argument("--unit", metavar="ID", help="of a subunit; see `units`")


def _post(args: argparse.Namespace, units: Callable[[], Units]) -> Post:
    post = Post(role=Role(args.role), agency=args.agency, unit=args.unit)
    if post.agency and post.unit:
        _check_unit(units().get(post.agency, {}), post.agency, post.unit)
    return post


def _check_unit(known: Collection[str], agency: str, unit: str) -> None:
    if unit in known:
        return
    told = ", ".join(list(known)[:UNITS_TOLD]) or "it has none"
    more = ", ..." if len(known) > UNITS_TOLD else ""
    raise BadInput(
        f"{agency[:40]} has no unit {unit[:40]!r}: {told}{more}; "
        f"see `posko-center units {agency[:40]}`"
    )


def _list(engine: Engine, *, as_json: bool) -> None:
    with reading(engine) as connection:
        found = staff_accounts.every(connection)
    records = [
        {
            "name": one.name,
            "role": one.role.value,
            "agency": one.agency,
            "unit": one.unit,
            "is_disabled": one.is_disabled,
            "must_change": one.must_change,
        }
        for one in found
    ]
    if as_json:
        print(json.dumps(records, indent=1))
        return
    rows = [
        (one.name, one.role.value, one.agency or "-", one.unit or "-", _state(one)) for one in found
    ]
    print(report.table(("NAME", "ROLE", "AGENCY", "UNIT", "STATE"), rows))


def _state(account: Account) -> str:
    if account.is_disabled:
        return "disabled"
    return "must choose a password" if account.must_change else "usable"
