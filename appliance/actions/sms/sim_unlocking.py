"""One try for each PIN at each SIM: a wrong setting must not lock a card, whatever restarts."""

import sqlite3

from appliance.domain.moment import Moment
from appliance.store.database import transaction
from appliance.store.sms import sim_pins


def spend_pin(db: sqlite3.Connection, key: str, now: Moment) -> bool:
    """Commit that the PIN is tried now; False if it was before and the SIM did not take it.

    `key` is a hash of PIN and SIM.
    """
    with transaction(db):
        return sim_pins.spend(db, key, now.wall)


def pin_accepted(db: sqlite3.Connection, key: str, now: Moment) -> None:
    """The SIM took it: after the next power cut it may be tried again."""
    with transaction(db):
        sim_pins.accept(db, key, now.wall)
