"""What an operator tells boxes: commands to execute once, and tables to show.

Each is an event of the downlink, so it reaches a box that is away when it comes back, signed and
in its order. Here are the transactions; the words of the command line are in `orders`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain import announcement, official, table_csv, wire
from appliance.domain.errors import BadInput
from appliance.domain.events import (
    CELL_MAX_CHARS,
    TABLE_MAX_ROWS,
    CommandIssued,
    Event,
    TablePublished,
)
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from command_center.store import boxes, commands, downlinks
from command_center.store.database import reading, writing

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
    ids = []
    with writing(engine) as connection:
        for site in to:
            event = CommandIssued(
                command_id=new_id(),
                name=name,
                args=dict(args),
                issued_at=now,
                expires_s=expires_s,
            )
            seq = _append(connection, site, event, subject=event.command_id, now=now)
            commands.add(connection, site, event, seq)
            ids.append(event.command_id)
    return ids


def read_table(name: str, text: str) -> list[dict[str, str]]:
    """The rows of a CSV with a header line; raises BadInput that names the line."""
    numbered = table_csv.read(text)
    if name == official.TABLE:
        official.directory(numbered)
    if name == announcement.TABLE:
        for line, row in numbered:
            try:
                announcement.parse(row)
            except BadInput as error:
                raise BadInput(f"line {line}: {error}") from None
    return [row for _, row in numbered]


def publish(
    engine: Engine,
    to: Sequence[SiteCode],
    name: str,
    rows: Sequence[dict[str, str]],
    now: datetime,
) -> int:
    """Replace a table at boxes, all or none; return its version. Raises BadInput.

    The version is the time in milliseconds, so that it grows even when the city's database is
    restored from a backup; or one more than the last, so that it grows when the clock is set back.
    """
    with writing(engine) as connection:
        above = max(_version(connection, site, name) for site in to) + 1
        event = TablePublished(name=name, version=max(to_ms(now), above), rows=list(rows))
        for site in to:
            _append(connection, site, event, subject=name, now=now)
    return event.version


def _version(connection: Connection, site: SiteCode, table: str) -> int:
    data = downlinks.latest(connection, site, TablePublished.KIND, table)
    last = wire.decode_event(TablePublished.KIND, data) if data else None
    return last.version if isinstance(last, TablePublished) else 0


def _append(
    connection: Connection, site: SiteCode, event: Event, *, subject: str, now: datetime
) -> int:
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
