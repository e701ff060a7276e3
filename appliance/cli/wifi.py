"""`posko wifi`: who is on the residents' WiFi, and what staff may do about it."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi import wifi_vouchers
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.errors import PoskoError
from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi import statistics as wifi_statistics
from appliance.domain.wifi.sessions import Ending, Grant, Session
from appliance.domain.wifi.statistics import Day
from appliance.runtime import clock, ids
from appliance.store.wifi import wifi_sessions as store

_COLUMNS = ("id", "zone", "device", "since", "minutes_left", "mb_up", "mb_down", "state")
_BLOCK_COLUMNS = ("mac", "until", "reason")
_DAY_COLUMNS = ("day", "sessions", "devices", "minutes", "mb_up", "mb_down")
_BAR_CHARS = 40
_MOST_SESSIONS = 100_000


class NoSuchSession(PoskoError, LookupError):
    """Nobody of that name is online; the message says how to find one."""


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("wifi", help="sessions of the residents' WiFi")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("sessions", help="list those that are open")
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    listing.set_defaults(run=_sessions)
    ending = actions.add_parser("end", help="end one; its connections are cut at once")
    ending.add_argument("session", help="its id (the first letters will do) or the device's MAC")
    ending.set_defaults(run=_end)
    blocking = actions.add_parser("block", help="refuse a device sessions; reports stay possible")
    blocking.add_argument("mac", help="like 02:00:5e:10:00:01")
    blocking.add_argument("--reason", required=True, help="for the colleagues who will ask")
    days = _number(1, 90)
    blocking.add_argument("--days", type=days, default=7, help="how long (default 7, at most 90)")
    blocking.set_defaults(run=_block)
    unblocking = actions.add_parser("unblock", help="lift a block")
    unblocking.add_argument("mac")
    unblocking.set_defaults(run=_unblock)
    blocks = actions.add_parser("blocks", help="list blocked devices")
    blocks.add_argument("--json", action="store_true", help="print a JSON array")
    blocks.set_defaults(run=_blocks)
    voucher = actions.add_parser("voucher", help="make codes for longer sessions, printed once")
    numbers: list[tuple[str, int, int, int | None, str]] = [
        ("--count", 1, 500, 1, "how many (default 1, at most 500)"),
        ("--minutes", 1, 7 * 24 * 60, None, "of Internet for each (at most a week)"),
        ("--mb", 0, 1_000_000, 0, "of data for each (default 0: no limit)"),
        ("--days", 1, 366, 30, "until they expire (default 30, at most 366)"),
    ]
    for name, least, most, default, words in numbers:
        voucher.add_argument(
            name,
            type=_number(least, most),
            default=default,
            required=default is None,
            help=words,
        )
    voucher.set_defaults(run=_voucher)
    stats = actions.add_parser("stats", help="sessions, devices and data by day, and by hour")
    stats.add_argument("--days", type=days, default=7, help="how far back (default 7, at most 90)")
    stats.add_argument("--json", action="store_true", help="print a JSON array")
    stats.set_defaults(run=_stats)


def _number(least: int, most: int) -> Callable[[str], int]:
    """What argparse makes of a number; one beside the limits is a mistake, not another number."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"a whole number, {least} to {most}, not {text!r}")
        return int(text)

    return parse


def _sessions(args: argparse.Namespace) -> None:
    now = clock.now()
    with database(args.config) as db:
        rows = [_row(session, now) for session in store.for_gate(db)]
    if args.json:
        print_json(rows)
    else:
        print_table(
            [row | {"id": row["id"][:13], "device": row["device"][:8]} for row in rows], _COLUMNS
        )


def _row(session: Session, now: Moment) -> dict[str, Any]:
    return {
        "id": session.id,
        "zone": session.zone,
        "device": session.device,
        "since": session.opened_at.isoformat(timespec="seconds"),
        "minutes_left": rules.remaining_minutes(session, now),
        "mb_up": session.up_bytes // 1_000_000,
        "mb_down": session.down_bytes // 1_000_000,
        "state": "open" if session.is_open else "waiting for the gate",
    }


def _end(args: argparse.Namespace) -> None:
    wanted = args.session.strip().lower()
    with database(args.config) as db:
        found = [
            session
            for session in store.for_gate(db)
            if session.mac is not None and (session.mac == wanted or session.id.startswith(wanted))
        ]
        if len(found) != 1:
            raise NoSuchSession(
                f"{len(found)} open sessions match {args.session!r}; see `posko wifi sessions`"
            )
        wifi.end(db, found[0].id, Ending.STAFF)
    print(f"session {found[0].id} ends")


def _block(args: argparse.Namespace) -> None:
    mac = rules.mac_address(args.mac)
    with database(args.config) as db:
        ended = wifi.block(db, mac, args.reason.strip()[:200], args.days, clock.now())
    print(f"{mac} gets no session for {args.days} day(s){'; its session ends' if ended else ''}")


def _unblock(args: argparse.Namespace) -> None:
    mac = rules.mac_address(args.mac)
    with database(args.config) as db:
        was_blocked = wifi.unblock(db, mac)
    print(f"{mac} may connect again" if was_blocked else f"{mac} was not blocked")


def _blocks(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        found = store.blocked(db, clock.now().wall)
    rows = [
        {"mac": mac, "until": until.isoformat(timespec="minutes"), "reason": reason}
        for mac, reason, until in found
    ]
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _BLOCK_COLUMNS)


def _voucher(args: argparse.Namespace) -> None:
    codes = [ids.new_code() for _ in range(args.count)]
    grant = Grant(args.minutes * 60, args.mb * 1_000_000 or None)
    with database(args.config) as db:
        wifi_vouchers.create(db, codes, grant, args.days, clock.now())
    for code in codes:
        print(rules.shown_code(code))


def _stats(args: argparse.Namespace) -> None:
    since = clock.now().wall - timedelta(days=args.days)
    with database(args.config) as db:
        days = wifi_statistics.by_day(store.since(db, since, limit=_MOST_SESSIONS))
    rows = [_day_row(day) for day in days]
    if args.json:
        print_json(rows)
        return
    print_table(rows, _DAY_COLUMNS)
    if days:
        print(f"\nsessions opened on {days[0].day}, by hour (local time):")
        print(chart(days[0]))


def _day_row(day: Day) -> dict[str, Any]:
    return {
        "day": day.day,
        "sessions": day.sessions,
        "devices": day.devices,
        "minutes": day.minutes,
        "mb_up": day.up_bytes // 1_000_000,
        "mb_down": day.down_bytes // 1_000_000,
        "opened_by_hour": list(day.opened),
    }


def chart(day: Day) -> str:
    """Bars of the hours in which anything was opened."""
    most = max(day.opened) or 1
    return "\n".join(
        f"{hour:02}  {'#' * -(-count * _BAR_CHARS // most)} {count}"
        for hour, count in enumerate(day.opened)
        if count
    )
