"""An account at the desk of the demonstration, its password kept from run to run."""

import secrets
import sqlite3
from pathlib import Path

from appliance.actions.staff import staffing
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import clock, ids
from appliance.store.staff import staff_accounts

NAME = "admin"
FILE = "desk-password"


def password(folder: Path, db: sqlite3.Connection) -> str:
    """The password of the administrator, who is made where there is none."""
    path = folder / FILE
    if staff_accounts.find(db, NAME) is None or not path.exists():
        chosen = ids.new_code()
        hashed = passwords.derive(chosen, secrets.token_bytes(passwords.SALT_BYTES))
        if staff_accounts.find(db, NAME) is None:
            account = Account(name=NAME, role=Role.ADMIN)
            staffing.add(db, account, hashed, clock.now(), by="demo")
        else:
            staffing.change_password(db, NAME, hashed, clock.now())
        path.write_text(chosen + "\n")
    return path.read_text().strip()
