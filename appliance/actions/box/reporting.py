"""How a box is doing: the facts behind `posko status` and the city's command `report`."""

import sqlite3
from typing import Any

from appliance.actions.privacy import sealing
from appliance.domain.city.city_tables import NAMES
from appliance.domain.city.pushed_settings import TABLE as SETTINGS
from appliance.domain.officials import official
from appliance.domain.privacy.sealing import TABLE as SEALING_KEYS
from appliance.domain.public import announcement
from appliance.store.box import gauges
from appliance.store.box import this_box as box
from appliance.store.cases import help_calls, requests
from appliance.store.city import city_tables, outbox
from appliance.store.sms import sms_inbox, texts

USED_TABLES = frozenset({announcement.TABLE, official.TABLE, SEALING_KEYS, SETTINGS, *NAMES})
"""Tables of the city that this release shows; others are kept for a later one."""


def facts(db: sqlite3.Connection) -> dict[str, Any]:
    """Requests and texts by state, how far the city has the outbox, tables, and the gauges."""
    acked_at = outbox.last_ack(db)
    help_since = help_calls.open_since(db)
    return {
        "epoch": box.epoch(db),
        "requests": requests.counts_by_status(db),
        "outbox": {
            lane.value: {
                "last": state.last_seq,
                "acked": state.acked_seq,
                "backlog": state.last_seq - state.acked_seq,
            }
            for lane, state in outbox.lanes(db).items()
        },
        "acked_at": acked_at.isoformat() if acked_at else None,
        "rejects": outbox.rejected(db),
        "sealing": sealing.state(db),
        "texts": texts.counts_by_state(db),
        "unreadable_sms": sms_inbox.quarantined(db),
        "tables": {
            name: {"version": version, "is_used": name in USED_TABLES}
            for name, version in city_tables.versions(db).items()
        },
        "help_called_at": help_since.isoformat() if help_since else None,
        "processes": {
            process: {
                name: {"value": value, "at": at.isoformat()} for name, (value, at) in values.items()
            }
            for process, values in gauges.every(db).items()
        },
    }
