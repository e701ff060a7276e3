"""Which keys of the city a box trusts: those of its settings, as the city has changed them since.

A key the city has dropped stays dropped although the settings name it: that is what makes a
rotation without a visit worth something. A box whose settings name no key checks nothing, and does
not let anyone who may be nobody hand it a key.
"""

import sqlite3
from collections.abc import Sequence

from appliance.domain.city import signature
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.store.city import city_keys

KEYS_MAX = 8


def trusted(db: sqlite3.Connection, configured: Sequence[str]) -> list[str]:
    """The public keys in force.

    None when the settings name none, and then nothing is checked; or because the city has dropped
    all that they name, and then nothing is taken.
    """
    if not configured:
        return []
    told = city_keys.changes(db)
    kept = [key for key in configured if told.get(key, True)]
    return kept + [key for key, is_trusted in told.items() if is_trusted and key not in configured]


def may_order(db: sqlite3.Connection, signed_by: str, configured: Sequence[str]) -> bool:
    """Whether what this key has signed (empty: nobody has checked) is the city's word now."""
    return not configured or signed_by in trusted(db, configured)


def dropped(db: sqlite3.Connection, configured: Sequence[str]) -> list[str]:
    """Keys that the settings name and the city has dropped."""
    told = city_keys.changes(db)
    return [key for key in configured if not told.get(key, True)]


def trust(db: sqlite3.Connection, key: str, configured: Sequence[str], now: Moment) -> None:
    """Trust a further key, in the caller's transaction; raises BadInput for no key."""
    signature.parse_key(key)
    keys = _checked(db, configured)
    if key not in keys and len(keys) >= KEYS_MAX:
        raise BadInput(f"{KEYS_MAX} keys are trusted; drop one first")
    city_keys.change(db, key, now.wall, is_trusted=True)


def drop(
    db: sqlite3.Connection, key: str, configured: Sequence[str], now: Moment, *, signed_by: str
) -> None:
    """Trust a key no more; raises BadInput for the last key and for the one that signed this."""
    signature.parse_key(key)
    keys = _checked(db, configured)
    if key == signed_by:
        raise BadInput("this command was signed by that key; sign with the one that is to stay")
    if key not in keys:
        raise BadInput("this key is not trusted anyway")
    if len(keys) == 1:
        raise BadInput("this is the last key")
    city_keys.change(db, key, now.wall, is_trusted=False)


def _checked(db: sqlite3.Connection, configured: Sequence[str]) -> list[str]:
    if not configured:
        raise BadInput("this box checks no signatures; set sync.city_keys in its posko.toml first")
    return trusted(db, configured)
