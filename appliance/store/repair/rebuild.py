"""Filling a fresh database from what is left of a damaged one.

Tables are copied row by row; a row that breaks a rule of the schema is left out. Then events and
requests repair each other (`requeue`), and what points to lost rows is cut off.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import cast

from appliance.domain.city.topics import Lane
from appliance.domain.ids import SERIALS_PER_BLOCK, SERIALS_PER_SITE, SiteCode, Ticket
from appliance.domain.privacy.erasure import Reason
from appliance.store.box import this_box as box
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.privacy import erasures, personal_data
from appliance.store.repair import requeue, rescue
from appliance.store.repair.rescue import Row, insert
from appliance.store.sms import texts

ORDINARY = (
    "requests",
    "request_history",
    "intake_attempts",
    "texts",
    "text_parts",
    "sms_inbox",
    "sms_parts",
    "commands",
    "city_keys",
    "city_tables",
    "photos",
    "recordings",
    "documents",
    "archive_documents",
    "archive_texts",
    "follow_ups",
    "text_optouts",
    "official_replies",
    "notices",
    "staff_actions",
    "alerts",
    "early_reports",
    "erasures",
    "erased_messages",
    "consents",
    "processing_log",
    "staff_log",
    "wifi_sessions",
    "wifi_leases",
    "wifi_salts",
    "wifi_blocks",
    "wifi_vouchers",
    "publications",
    "answers",
    "announcements",
    "service_pages",
)
WITHOUT_ROWID = ("officials", "sim_pins", "chases", "sealing_keys", "staff_accounts")
"""Small tables that are read at once."""
_APART = {"requests": 10}
"""How far keys are apart where each follows the one before: a ticket ends with a check digit."""


def fill(
    fresh: sqlite3.Connection,
    damaged: sqlite3.Connection,
    site: SiteCode,
    new_epoch: Callable[[], str],
    begun: Collection[int] = (),
) -> Counter[str]:
    """Copy and repair, in the caller's transaction and without foreign keys; count what is kept.

    `begun` are the blocks of serials that are known to have been begun, whatever is lost.
    """
    kept: Counter[str] = Counter()
    for table in ORDINARY:
        if names := _shared(fresh, damaged, table):
            rows = rescue.by_rowid(damaged, table, names, apart=_APART.get(table, 1))
            kept[table] = insert(fresh, table, rows)
    kept -= _drop_nonsense(fresh)
    for table in WITHOUT_ROWID:
        kept[table] = insert(fresh, table, _small(fresh, damaged, table))
    kept["inbox"] = _take_inbox(fresh, damaged)
    kept += requeue.requeue(fresh, _events(fresh, damaged), _acknowledged(damaged))
    _take_identity(fresh, damaged, site, new_epoch, begun)
    _cut_off_dangling(fresh)
    for erased in erasures.every(fresh):
        keeps_phone = erased.reason == Reason.HANDED_OVER
        personal_data.overwrite(fresh, erased.request_id, erased.at, keeps_phone=keeps_phone)
    return kept


def _drop_nonsense(fresh: sqlite3.Connection) -> Counter[str]:
    """Delete rows that fit the schema and yet cannot be what was stored; count them."""
    dropped: Counter[str] = Counter()
    for [request_id] in fresh.execute("SELECT id FROM requests").fetchall():
        if not _makes_sense(partial(requests.by_id, fresh, request_id)):
            fresh.execute("DELETE FROM requests WHERE id = ?", (request_id,))
            dropped["requests"] += 1
        elif not _makes_sense(partial(requests.history, fresh, request_id)):
            fresh.execute("DELETE FROM request_history WHERE request_id = ?", (request_id,))
    for [text_id] in fresh.execute("SELECT id FROM texts").fetchall():
        if not _makes_sense(partial(texts.by_id, fresh, text_id)):
            fresh.execute("DELETE FROM texts WHERE id = ?", (text_id,))
            dropped["texts"] += 1
    return dropped


def _makes_sense(read: Callable[[], object]) -> bool:
    try:
        return read() is not None
    except (ValueError, OverflowError, KeyError):
        return False


def _shared(fresh: sqlite3.Connection, damaged: sqlite3.Connection, table: str) -> list[str]:
    there = rescue.columns(damaged, table)
    return [name for name in rescue.columns(fresh, table) if name in there]


def _small(fresh: sqlite3.Connection, damaged: sqlite3.Connection, table: str) -> list[Row]:
    names = _shared(fresh, damaged, table)
    return list(rescue.all_at_once(damaged, table, names)) if names else []


def _take_inbox(fresh: sqlite3.Connection, damaged: sqlite3.Connection) -> int:
    insert(fresh, "inbox_cursors", _small(fresh, damaged, "inbox_cursors"))
    names, count = _shared(fresh, damaged, "inbox"), 0
    for [epoch] in fresh.execute("SELECT epoch FROM inbox_cursors").fetchall() if names else ():
        rows = rescue.by_prefix(damaged, "inbox", names, ("epoch", epoch), "seq")
        count += insert(fresh, "inbox", rows)
    return count


def _events(fresh: sqlite3.Connection, damaged: sqlite3.Connection) -> list[Row]:
    """What is left of the outbox, by lane and number."""
    names = _shared(fresh, damaged, "outbox")
    found: list[Row] = []
    for lane in Lane if names else ():
        keys = (outbox.place(lane, 0), outbox.end(lane))
        for row in rescue.by_rowid(damaged, "outbox", names, keys=keys):
            seq = cast("int", row["place"]) - outbox.place(lane, 0)
            found.append({**row, "lane": lane, "seq": seq})
    return sorted(found, key=lambda row: cast("int", row["place"]))


def _acknowledged(damaged: sqlite3.Connection) -> dict[str, int]:
    """How far each lane is acknowledged; a lane whose row is lost is not there."""
    rows = rescue.all_at_once(damaged, "outbox_lanes", ["lane", "acked_seq"])
    return {str(row["lane"]): cast("int", row["acked_seq"]) for row in rows}


def _take_identity(
    fresh: sqlite3.Connection,
    damaged: sqlite3.Connection,
    site: SiteCode,
    new_epoch: Callable[[], str],
    begun: Collection[int],
) -> None:
    """Whose box it is, a new epoch, and ticket serials that cannot have been given."""
    insert(fresh, "used_blocks", _small(fresh, damaged, "used_blocks"))
    if insert(fresh, "box", _small(fresh, damaged, "box")):
        box.renew(fresh, new_epoch())
        return
    tickets = fresh.execute("SELECT ticket FROM requests").fetchall()
    blocks = {Ticket.numbered(number).serial // SERIALS_PER_BLOCK for [number] in tickets}
    after = {(block + 1) % (SERIALS_PER_SITE // SERIALS_PER_BLOCK) for block in blocks}
    box.use_blocks(fresh, blocks | after)
    box.claim(fresh, site, new_epoch, begun)


def _cut_off_dangling(fresh: sqlite3.Connection) -> None:
    """Drop what means nothing without a lost row, and the mention of it elsewhere."""
    for statement in (
        "DELETE FROM inbox WHERE epoch NOT IN (SELECT epoch FROM inbox_cursors)",
        "DELETE FROM wifi_leases WHERE session_id NOT IN (SELECT id FROM wifi_sessions)",
        "UPDATE wifi_vouchers SET session_id = NULL"
        " WHERE session_id NOT IN (SELECT id FROM wifi_sessions)",
        "DELETE FROM request_history WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM alerts WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM archive_texts WHERE id NOT IN (SELECT id FROM archive_documents)",
        "UPDATE archive_documents SET text_state = 'waiting', text_attempts = 0"
        " WHERE text_state = 'found' AND id NOT IN (SELECT id FROM archive_texts)",
        "UPDATE archive_index_progress SET indexed_upto = 0",
        "DELETE FROM photos WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM recordings WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM consents WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM follow_ups WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM publications WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM answers WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM chases WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM official_replies WHERE request_id NOT IN (SELECT id FROM requests)"
        " AND request_id NOT IN (SELECT request_id FROM notices)",
        "DELETE FROM staff_actions WHERE request_id NOT IN (SELECT id FROM requests)",
        "UPDATE texts SET request_id = NULL WHERE request_id NOT IN (SELECT id FROM requests)",
        "UPDATE sms_inbox SET request_id = NULL WHERE request_id NOT IN (SELECT id FROM requests)",
        "DELETE FROM text_parts WHERE text_id NOT IN (SELECT id FROM texts)",
        "UPDATE sms_parts SET sms_id = NULL WHERE sms_id NOT IN (SELECT id FROM sms_inbox)",
    ):
        fresh.execute(statement)
