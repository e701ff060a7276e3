"""SMS coming in: every TPDU is kept first, then a whole message is acted on and answered."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from appliance.actions.cases import alerting, following_up
from appliance.actions.officials import official_replies
from appliance.actions.privacy import sealing
from appliance.actions.sms import sms_reports
from appliance.actions.sms.turn import Turn
from appliance.domain.cases import gravity
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.moment import Moment
from appliance.domain.sms import judging, phrases
from appliance.domain.sms.judging import Judge
from appliance.domain.sms.received import (
    CheckStatus,
    Command,
    FollowUp,
    Help,
    Ignore,
    Mention,
    OfficialReply,
    Picture,
    ReceivedPart,
    ReceivedSms,
    Report,
    Start,
    Stop,
    UnknownTicket,
)
from appliance.store.cases import requests
from appliance.store.city import city_tables
from appliance.store.database import transaction
from appliance.store.privacy import erasures
from appliance.store.sms import sms_inbox

LISTED_TICKETS = 3
ERASED_PARTS_FOR = timedelta(hours=24)
"""So long a late part would still join its message; references of one phone come around again."""


def keep_part(db: sqlite3.Connection, part: ReceivedPart, now: Moment) -> bool:
    """Store one TPDU before the SIM may forget it; False if it is here already."""
    with transaction(db, leaves_reserve=True):
        since = now.wall - ERASED_PARTS_FOR
        if part.concat_key and not erasures.is_expected(db, part.concat_key, since):
            sms_inbox.drop_part(db, part, now.wall)
            return False
        return sms_inbox.keep_part(db, part, now)


def quarantine(db: sqlite3.Connection, fingerprint: str, tpdu: bytes, now: Moment) -> None:
    """Store bytes that are no readable message, so that they block nothing."""
    with transaction(db):
        sms_inbox.quarantine(db, fingerprint, tpdu, now.wall)


def answer(
    db: sqlite3.Connection,
    sms: ReceivedSms,
    command: Command,
    now: Moment,
    new_id: Callable[[], str],
    *,
    judge: Judge | None = None,
) -> str | None:
    """Act on a whole message in one transaction; return the id of the request it concerns.

    Its parts must have been kept. Answering the same parts twice does nothing.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, sms.part_ids):
            return None
        turn = Turn(db=db, sms=sms, now=now, new_id=new_id, judge=judge or judging.judge())
        outcome, request = act(turn, command)
        request_id = request.id if request else None
        sms_id = sms_inbox.add_message(db, sms, outcome=outcome, request_id=request_id, at=now.wall)
        conceal(turn, sms_id, request)
        return request_id


def conceal(turn: Turn, sms_id: int, request: ServiceRequest | None) -> None:
    """Keep nothing of a message about what is sealed, in the caller's transaction."""
    if request is not None and sealing.holder_of(turn.db, request) is not None:
        sms_inbox.conceal(
            turn.db, sms_id, turn.sms.part_ids, turn.sms.text, salt=UUID(turn.new_id()).bytes
        )


def act(turn: Turn, command: Command) -> tuple[str, ServiceRequest | None]:
    """Do what the sender wants, in the caller's transaction; return the outcome and the request."""
    if _is_graver(turn, command):
        command = Report(turn.sms.text)
    match command:
        case Report():
            return sms_reports.take(turn, command)
        case FollowUp():
            return following_up.follow_up(turn, command) or _undecided(turn, command)
        case Mention():
            return following_up.mention(turn, command) or _as_report(turn)
        case OfficialReply():
            return (
                alerting.acknowledge(turn, command)
                or official_replies.take(turn, command)
                or act(turn, command.otherwise)
            )
        case Stop() | Start():
            return following_up.silence(turn, command), None
        case _:
            return _tell(turn, command)


def _is_graver(turn: Turn, command: Command) -> bool:
    """Whether a text that reads as something else tells of an emergency or a secret.

    It is a report then, unless it is about a ticket of its sender that is as grave already.
    """
    if isinstance(command, Report | OfficialReply | Ignore | Picture):
        return False
    judged = turn.judge(turn.sms.text)
    if not gravity.is_grave(judged):
        return False
    ticket = None if isinstance(command, Help | Start | Stop | UnknownTicket) else command.ticket
    found = requests.by_ticket(turn.db, ticket) if ticket else None
    return found is None or not turn.owns(found) or gravity.is_graver(judged, found)


def _tell(
    turn: Turn, command: CheckStatus | UnknownTicket | Picture | Help | Ignore
) -> tuple[str, ServiceRequest | None]:
    """Acts that change nothing."""
    match command:
        case CheckStatus():
            return "status", _tell_status(turn, command)
        case UnknownTicket(typed):
            turn.reply("unknown_ticket", typed=typed[:20])
            return "status", None
        case Picture():
            turn.reply_daily("only_words")
            return "picture", None
        case Help():
            turn.reply("help")
            return "help", None
        case Ignore(reason):
            return f"ignored: {reason}", None


def _undecided(turn: Turn, command: FollowUp) -> tuple[str, ServiceRequest | None]:
    """A wish about no ticket of ours: told so, or a report where it says more."""
    if command.ticket is not None and not command.says_more:
        return "status", None
    if command.text:
        return _as_report(turn)
    turn.reply("which_ticket", verb=command.wish.upper())
    return "which ticket", None


def _as_report(turn: Turn) -> tuple[str, ServiceRequest]:
    return sms_reports.take(turn, Report(turn.sms.text))


def _tell_status(turn: Turn, command: CheckStatus) -> ServiceRequest | None:
    if command.ticket is None:
        turn.say(_own_tickets(turn))
        return None
    found = requests.by_ticket(turn.db, command.ticket)
    if found is None:
        turn.reply("unknown_ticket", typed=str(command.ticket))
    else:
        turn.say(_status_line(turn, found))
    return found


def _status_line(turn: Turn, request: ServiceRequest) -> str:
    """What a text may say about a ticket to anyone who knows its number: state, no content."""
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        return phrases.render("status_confidential", ticket=str(request.ticket))
    return phrases.render(
        "status",
        ticket=str(request.ticket),
        status=phrases.STATUS_WORDS[request.status],
        agency=city_tables.in_force(turn.db).agency_name(request.agency),
        date=phrases.short_date(request.updated_at),
    )


def _own_tickets(turn: Turn) -> str:
    latest = turn.own()[:LISTED_TICKETS]
    if not latest:
        return phrases.render("status_list_empty")
    return phrases.render("status_list", tickets="; ".join(_state(request) for request in latest))


def _state(request: ServiceRequest) -> str:
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        return f"{request.ticket} ditangani"
    return f"{request.ticket} {phrases.STATUS_WORDS[request.status]}"
