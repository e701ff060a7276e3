"""`posko sms`: what came in by SMS, how the modem is, and a text from the office."""

import argparse
import sqlite3
from datetime import UTC, datetime
from typing import Any

from appliance.actions.sms import texting
from appliance.actions.sms.sending import ONE_MODEM
from appliance.cli import probing
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.phone import Msisdn
from appliance.runtime import clock
from appliance.store.box import gauges
from appliance.store.cases import requests
from appliance.store.sms import sms_inbox, texts
from modem.pdu import concat

_INBOX_COLUMNS = ("received_at", "number", "parts", "outcome", "ticket", "text")
_MORE_MODEMS = f"{ONE_MODEM}-"


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("sms", help="SMS received, the modem's state, sending one")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    inbox = actions.add_parser("inbox", help="list every message received")
    inbox.add_argument("--json", action="store_true", help="print a JSON array")
    inbox.set_defaults(run=_inbox)
    send = actions.add_parser("send", help="queue a text; the modem's daemon sends it")
    send.add_argument("number", help="mobile number, e.g. 0812 3456 7890")
    send.add_argument("text")
    send.set_defaults(run=_send)
    status = actions.add_parser("status", help="modem, SIM and queue, with what to do")
    status.add_argument("--json", action="store_true", help="print a JSON object")
    status.set_defaults(run=_status)
    probing.add(actions)


def _inbox(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        rows = [_row(db, message) for message in sms_inbox.every(db)]
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _INBOX_COLUMNS)


def _row(db: sqlite3.Connection, message: sms_inbox.Message) -> dict[str, Any]:
    request = requests.by_id(db, message.request_id) if message.request_id else None
    return {
        "id": message.id,
        "number": message.sender,
        "text": message.body,
        "parts": message.parts,
        "received_at": message.received_at.isoformat(),
        "outcome": message.outcome,
        "ticket": str(request.ticket) if request else None,
    }


def _send(args: argparse.Namespace) -> None:
    phone = Msisdn.parse(args.number)
    with database(args.config) as db:
        text = texts.by_id(db, texting.send(db, phone, args.text, clock.now()))
    parts = len(concat.split(text.body, 0))
    print(f"queued as text {text.id} for {phone.e164}, {parts} SMS: {text.body}")


def _status(args: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    with database(args.config) as db:
        status = facts(db, now)
    if args.json:
        print_json(status)
        return
    for modem, said in {"modem": status["modem"], **status["also"]}.items():
        for name, gauge in said.items():
            shown = name if modem == ONE_MODEM else f"{modem} {name}"
            print(f"{shown:<16} {gauge}")
    counts = ", ".join(f"{count} {state}" for state, count in status["texts"].items())
    print(f"{'texts':<16} {counts or 'none yet'}")
    oldest = status["oldest_waiting_s"]
    print(f"{'queue':<16} {status['queue']}" + (f", the oldest for {oldest} s" if oldest else ""))
    print(f"{'last received':<16} {status['last_received_at'] or 'never'}")
    print(f"{'unreadable':<16} {status['unreadable']}")
    print(f"{'last error':<16} {status['last_error'] or 'none'}")


def facts(db: sqlite3.Connection, now: datetime) -> dict[str, Any]:
    """What the modem says of itself, the queue, and the last refusal."""
    said = {
        process: {name: value for name, (value, _) in values.items()}
        for process, values in gauges.every(db).items()
    }
    waiting = texts.waiting(db)
    last = sms_inbox.last_received(db)
    return {
        "modem": said.get(ONE_MODEM, {}),
        "also": {process: said[process] for process in said if process.startswith(_MORE_MODEMS)},
        "texts": texts.counts_by_state(db),
        "queue": waiting.count,
        "oldest_waiting_s": int((now - waiting.since).total_seconds()) if waiting.since else None,
        "last_received_at": last.isoformat() if last else None,
        "unreadable": sms_inbox.quarantined(db),
        "last_error": texts.last_error(db),
    }
