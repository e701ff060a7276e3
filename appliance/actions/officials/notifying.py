"""Texting an official because the city has ordered it: once for each notice, in words of the box.

An order names an office, never a number and no words: who has it is looked up in this box's own
directory. So even a stolen key of the city texts nobody else, and everybody only so often.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from appliance.actions.sms import texting
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.city.topics import Lane
from appliance.domain.errors import BadInput
from appliance.domain.events.texts import NoticeSettled
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.officials import official
from appliance.domain.officials.official import Official
from appliance.domain.sms import phrases
from appliance.store.box import gauges
from appliance.store.cases import requests
from appliance.store.city import city_tables, outbox
from appliance.store.officials import directory as officials
from appliance.store.officials import notices
from appliance.store.officials.notices import Notice
from appliance.store.sms.texts import Text
from appliance.store.staff import staff_log

PER_DAY, PER_PHONE = 100, 10
"""In any 24 hours: of all officials, of one."""
CITY = "pusat"
"""Who acts, in the log of staff."""
_TOLD = frozenset({"sent", "delivered", "failed", "uncertain", "expired"})
_WORD_MAX_CHARS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the city wants: whom of which agency to tell what about a request."""

    notice: Notice
    agency: str
    rank: int
    about: str
    """A template without its `notice_`."""
    due: date


def read(args: Mapping[str, str]) -> Order:
    """Check the words of a command; raises BadInput that names the wrong one."""
    wanted = ("notice", "request", "ticket", "of", "agency", "rank", "about", "due")
    for name in wanted:
        if not 1 <= len(args.get(name, "")) <= _WORD_MAX_CHARS:
            raise BadInput(f"the argument {name} is missing or too long")
    if f"notice_{args['about']}" not in phrases.TEMPLATES:
        raise BadInput(f"this release has no words for {args['about']!r}")
    if not args["rank"].isascii() or not args["rank"].isdigit():
        raise BadInput("rank is a number")
    notice = Notice(
        id=args["notice"],
        request_id=args["request"],
        ticket=Ticket(args["ticket"]),
        agency=args["of"],
    )
    return Order(
        notice=notice,
        agency=args["agency"],
        rank=int(args["rank"]),
        about=args["about"],
        due=official.day(args["due"]),
    )


def queue(db: sqlite3.Connection, order: Order, now: Moment) -> None:
    """Queue the text, in the caller's transaction; a known notice is left as it is.

    Raises BadInput, which begins with a code for the city's pages, where this box does not text it;
    the city asks another.
    """
    notice = order.notice
    if notices.is_known(db, notice.id):
        return
    _need_modem(db)
    request = requests.by_id(db, notice.request_id)
    if request is not None and request.sensitivity is Sensitivity.CONFIDENTIAL:
        raise BadInput("confidential: what is confidential goes to no phone")
    to = _in_office(db, order, now)
    _need_room(db, to, now)
    tables = city_tables.in_force(db)
    body = phrases.render(
        f"notice_{order.about}",
        ticket=str(notice.ticket),
        agency=tables.agency_name(notice.agency),
        date=phrases.short_day(order.due),
    )
    text_id = texting.queue_notice(db, to.phone, body, now)
    notices.add(db, notice, to.phone, text_id=text_id, at=now.wall)
    subject = f"{order.agency}/{order.rank}"
    staff_log.add(db, by=CITY, what="official_texted", subject=subject, at=now.wall)


def settled(db: sqlite3.Connection, text: Text, now: Moment) -> None:
    """If `text` was a notice, tell the city what became of it, in the caller's transaction."""
    if text.purpose != texting.Purpose.NOTICE or text.state not in _TOLD:
        return
    notice = notices.of_text(db, text.id)
    if notice is not None:
        event = NoticeSettled(notice_id=notice.id, state=text.state, at=now.wall, error=text.error)
        outbox.append(db, Lane.COMPLAINTS, event, subject=notice.request_id, now=now)


def _need_modem(db: sqlite3.Connection) -> None:
    told = gauges.every(db)
    states = {told[name].get("state", ("", None))[0] for name in told if name.startswith("modem")}
    if "ready" not in states:
        raise BadInput("no_modem: no modem of this box is ready")


def _in_office(db: sqlite3.Connection, order: Order, now: Moment) -> Official:
    there = officials.of_agency(db, order.agency)
    for one in there:
        if one.rank == order.rank and one.is_in_office(now.day):
            return one
    raise BadInput(f"nobody: the directory of this box has no rank {order.rank} of {order.agency}")


def _need_room(db: sqlite3.Connection, to: Official, now: Moment) -> None:
    since = now.wall - timedelta(days=1)
    if notices.count_since(db, since) >= PER_DAY:
        raise BadInput(f"box_full: this box has texted officials {PER_DAY} times in 24 hours")
    if notices.count_since(db, since, to.phone) >= PER_PHONE:
        raise BadInput(f"official_full: this official was texted {PER_PHONE} times in 24 hours")
