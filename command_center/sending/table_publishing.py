"""Replacing tables at boxes, and taking a replacement back: the transactions.

A table is checked against what is in force at each box before anything is sent, and again by the
box. A rollback is a newer version with older rows, so that it travels like any other.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from appliance.domain.city import city_tables, table_checks, table_csv
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import TablePublished
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from appliance.domain.public import announcement
from command_center.sending import commanding
from command_center.store.database import writing
from command_center.store.sending import tables

Rows = Sequence[dict[str, str]]


def read_table(name: str, text: str) -> list[dict[str, str]]:
    """The rows of a CSV with a header line; raises BadInput that names the line."""
    numbered = table_csv.read(text)
    if name == announcement.TABLE:
        for line, row in numbered:
            try:
                announcement.parse(row)
            except BadInput as error:
                raise BadInput(f"line {line}: {error}") from None
    return [row for _, row in numbered]


def publish(engine: Engine, to: Sequence[SiteCode], name: str, rows: Rows, now: datetime) -> int:
    """Replace a table at boxes, all or none; return its version. Raises BadInput.

    The version is the time in milliseconds, so that it grows even when the city's database is
    restored from a backup; or one more than the last, so that it grows when the clock is set back.
    """
    with writing(engine) as connection:
        return _publish(connection, dict.fromkeys(to, rows), name, now)


def rollback(
    engine: Engine,
    to: Sequence[SiteCode],
    name: str,
    now: datetime,
    *,
    version: int | None = None,
) -> int:
    """Bring back what was in force before the newest version, or a certain one, at all boxes or
    none; return the version it has now. Before the first was what is shipped."""
    with writing(engine) as connection:
        rows = {site: _before(connection, site, name, version) for site in to}
        return _publish(connection, rows, name, now)


def _publish(connection: Connection, rows: dict[SiteCode, Rows], name: str, now: datetime) -> int:
    above = max(_version(connection, site, name) for site in rows) + 1
    version = max(to_ms(now), above)
    for site, table in rows.items():
        table_checks.check(name, table, tables.in_force(connection, site))
        event = TablePublished(name=name, version=version, rows=list(table))
        commanding.append(connection, site, event, subject=name, now=now)
    return version


def _before(connection: Connection, site: SiteCode, name: str, version: int | None) -> Rows:
    sent = [table for table in tables.history(connection, site, name) if not table.reject_code]
    if version is not None:
        found = next((table for table in sent if table.version == version), None)
        if found is None:
            known = ", ".join(str(table.version) for table in sent) or "none"
            raise BadInput(f"{site} was never sent {name} version {version}; known: {known}")
        return found.rows
    if not sent:
        raise BadInput(f"{site} has no {name} of the city; what is shipped is in force")
    if len(sent) > 1:
        return sent[1].rows
    return city_tables.shipped(name) if name in city_tables.NAMES else []


def _version(connection: Connection, site: SiteCode, name: str) -> int:
    sent = tables.history(connection, site, name)
    return sent[0].version if sent else 0
