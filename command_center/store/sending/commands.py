"""Commands given to the boxes, and what became of each."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from appliance.domain.city.remote_command import Outcome
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import CommandIssued, CommandResult
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.sending import commands, down_lanes, down_outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One command and how far it is."""

    command_id: str
    site: SiteCode
    name: str
    args: dict[str, str]
    issued_at: datetime
    expires_at: datetime
    is_delivered: bool
    is_refused: bool
    """The box has set it aside: it could not read it."""
    outcome: str | None
    """The box's first result; None until it has answered."""
    detail: str
    answered_at: datetime | None
    duplicates: int
    """How often the box has been given the same id again."""


def add(connection: Connection, site: SiteCode, event: CommandIssued, down_seq: int) -> None:
    """Keep a command that has just been put into the downlink of a box."""
    row = {
        "command_id": event.command_id,
        "site": str(site),
        "name": event.name,
        "args": json.dumps(event.args, ensure_ascii=False),
        "issued_at": to_ms(event.issued_at),
        "expires_at": to_ms(event.issued_at) + event.expires_s * 1000,
        "down_seq": down_seq,
        "detail": "",
        "duplicates": 0,
    }
    connection.execute(insert(commands).values(row))


def answer(connection: Connection, site: SiteCode, result: CommandResult, now: datetime) -> None:
    """Take over what a box says; its first result stands. Raises BadInput for a foreign command."""
    ours = (commands.c.command_id == result.command_id) & (commands.c.site == str(site))
    if result.outcome == Outcome.DUPLICATE:
        values = {"duplicates": commands.c.duplicates + 1}
        found = connection.execute(update(commands).where(ours).values(values)).rowcount
    else:
        found = connection.execute(select(commands.c.command_id).where(ours)).first() is not None
        words = {"outcome": result.outcome, "detail": result.detail, "answered_at": to_ms(now)}
        is_open = commands.c.outcome.is_(None)
        connection.execute(update(commands).where(ours & is_open).values(words))
    if not found:
        raise BadInput("no such command was given to this box")


def outcomes(connection: Connection, command_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Outcome and detail of those of these commands that a box has answered."""
    wanted = select(commands.c.command_id, commands.c.outcome, commands.c.detail).where(
        commands.c.command_id.in_(command_ids), commands.c.outcome.is_not(None)
    )
    return {row.command_id: (row.outcome, row.detail) for row in connection.execute(wanted)}


def every(connection: Connection, site: SiteCode | None, *, limit: int) -> list[Issued]:
    """The newest commands, of one box or of all, oldest first."""
    query = (
        select(commands, down_lanes.c.acked_seq, down_outbox.c.reject_code)
        .join(down_lanes, down_lanes.c.site == commands.c.site)
        .join(
            down_outbox,
            (down_outbox.c.site == commands.c.site) & (down_outbox.c.seq == commands.c.down_seq),
        )
        .order_by(commands.c.issued_at.desc(), commands.c.command_id.desc())
        .limit(limit)
    )
    if site is not None:
        query = query.where(commands.c.site == str(site))
    return [
        Issued(
            command_id=row.command_id,
            site=SiteCode(row.site),
            name=row.name,
            args=json.loads(row.args),
            issued_at=from_ms(row.issued_at),
            expires_at=from_ms(row.expires_at),
            is_delivered=row.down_seq <= row.acked_seq,
            is_refused=row.reject_code is not None,
            outcome=row.outcome,
            detail=row.detail,
            answered_at=None if row.answered_at is None else from_ms(row.answered_at),
            duplicates=row.duplicates,
        )
        for row in reversed(connection.execute(query).all())
    ]
