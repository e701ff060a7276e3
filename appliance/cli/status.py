"""`posko status`: how the box is doing, on one screen."""

import argparse
from datetime import UTC, datetime
from typing import Any

from appliance.actions.box import reporting
from appliance.cli.opening import database
from appliance.cli.output import print_json
from appliance.cli.subparsers import Subparsers


def add(commands: Subparsers) -> None:
    """Register the command."""
    command = commands.add_parser("status", help="show how the box is doing")
    command.add_argument("--json", action="store_true", help="print a JSON object")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print requests by status, the backlog to the city, texts by state, and the gauges."""
    with database(args.config) as db:
        status = reporting.facts(db)
    if args.json:
        print_json(status)
        return
    _print(status)


def _print(status: dict[str, Any]) -> None:
    print("Requests   " + _pairs(status["requests"]))
    for lane, state in status["outbox"].items():
        waiting = f"{state['backlog']} waiting for the city" if state["backlog"] else "all acked"
        print(f"Outbox {lane}  {state['last']} events, {waiting}")
    print(f"Rejects    {status['rejects']} events set aside by the city")
    print("Texts      " + _pairs(status["texts"]))
    if status["unreadable_sms"]:
        print(f"Unreadable {status['unreadable_sms']} SMS, kept as they came")
    print(f"Sealing    {status['sealing']}")
    for name, table in status["tables"].items():
        unused = "" if table["is_used"] else ", not used by this release"
        print(f"Table      {name}, version {table['version']}{unused}")
    if status["help_called_at"]:
        since = _age(status["help_called_at"])
        print(f"Help       called at the kiosk {since} ago; once served: posko kiosk answered")
    for process, values in status["processes"].items():
        for name, gauge in values.items():
            print(f"{process:<10} {name} = {gauge['value']} ({_age(gauge['at'])} ago)")


def _pairs(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none yet"


def _age(at: str) -> str:
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} s"
