"""What an operator tells boxes: commands to execute once.

Each is an event of the downlink, so it reaches a box that is away when it comes back, signed and
in its order. Here are the transactions; the words of the command line are in `orders`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events import Event
from appliance.domain.events.orders import CELL_MAX_CHARS, TABLE_MAX_ROWS, CommandIssued
from appliance.domain.ids import SiteCode
from command_center.store.database import reading, writing
from command_center.store.fleet import boxes
from command_center.store.sending import commands, downlinks

EVERYWHERE = "all"
TABLE_MAX_BYTES = 40 * 1024
"""A table is one event, and an event must fit into a message."""
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class UnknownSite(BadInput):
    """No box of this name has ever reported; the message lists those that have."""


def sites(engine: Engine, named: str) -> list[SiteCode]:
    """The boxes meant by a kecamatan code or `all`; raises UnknownSite."""
    with reading(engine) as connection:
        known = [box.site for box in boxes.every(connection)]
    if named == EVERYWHERE:
        wanted = known
    else:
        wanted = [site for site in known if named in (str(site), site.site)]
    if not wanted:
        listed = ", ".join(map(str, known)) or "none yet"
        raise UnknownSite(f"no box {named!r} has ever reported; known: {listed}")
    return wanted


def duration_s(text: str) -> int:
    """Seconds of `90s`, `30m`, `24h` or `7d`; raises BadInput."""
    match = _DURATION.fullmatch(text)
    seconds = int(match[1]) * _UNITS_S[match[2]] if match else 0
    if not 0 < seconds <= timedelta(days=366).total_seconds():
        raise BadInput(f"{text!r} is not a duration; write 90s, 30m, 24h or 7d (at most 366d)")
    return seconds


def issue(
    engine: Engine,
    to: Sequence[SiteCode],
    name: str,
    args: Mapping[str, str],
    *,
    expires_s: int,
    now: datetime,
    new_id: Callable[[], str],
) -> list[str]:
    """Give a command to boxes, all or none; return the id of each. Raises BadInput."""
    with writing(engine) as connection:
        return [
            issue_in(
                connection, site, name, args, expires_s=expires_s, now=now, command_id=new_id()
            )
            for site in to
        ]


def issue_in(
    connection: Connection,
    site: SiteCode,
    name: str,
    args: Mapping[str, str],
    *,
    expires_s: int,
    now: datetime,
    command_id: str,
) -> str:
    """Give a command to one box, in the caller's transaction; return its id. Raises BadInput."""
    event = CommandIssued(
        command_id=command_id, name=name, args=dict(args), issued_at=now, expires_s=expires_s
    )
    seq = append(connection, site, event, subject=command_id, now=now)
    commands.add(connection, site, event, seq)
    return command_id


def append(
    connection: Connection, site: SiteCode, event: Event, *, subject: str, now: datetime
) -> int:
    """Put an event into the downlink of a box; raises BadInput for one that a box would refuse."""
    data = wire.encode_event(event)
    if len(data) > TABLE_MAX_BYTES:
        raise BadInput(f"{len(data)} bytes are too many for one event; {TABLE_MAX_BYTES} fit")
    try:
        wire.decode_event(event.KIND, data)
    except BadInput as error:
        raise BadInput(
            f"a box would refuse this ({error}); names are of a-z and _, at most "
            f"{TABLE_MAX_ROWS} rows of 16 columns, {CELL_MAX_CHARS} characters a value"
        ) from None
    return downlinks.append(connection, site, event, subject=subject, now=now)
