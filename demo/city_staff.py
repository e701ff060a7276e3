"""Accounts at the city of the demonstration, one for each role, with a password for all."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from appliance.domain.staff import passwords
from appliance.runtime import ids
from command_center.staff import accounts
from command_center.staff.roles import Account, Post, Role
from command_center.store import database
from command_center.store.staff import staff_accounts

FILE = "city-password"
POSTS = {
    "operator": Post(role=Role.OPERATOR),
    "verifikator": Post(role=Role.VERIFIKATOR),
    "dlhk": Post(role=Role.OFFICER, agency="DLHK"),
    "auditor": Post(role=Role.AUDITOR),
    "walikota": Post(role=Role.LEADER),
    "admin": Post(role=Role.ADMIN),
}
"""By name; `dlhk` is an officer of the agency for waste."""


def password(folder: Path, url: str) -> str:
    """The password of all of them; those that are not there are made. The city must run."""
    path = folder / FILE
    chosen = path.read_text().strip() if path.exists() else ids.new_code()
    hashed = passwords.derive(chosen, secrets.token_bytes(passwords.SALT_BYTES))
    engine, now = database.connect(url), datetime.now(UTC)
    with database.reading(engine) as connection:
        there = {account.name for account in staff_accounts.every(connection)}
    for name, post in POSTS.items():
        if name not in there:
            accounts.add(engine, Account(name=name, post=post), hashed, now, by=accounts.CONSOLE)
        elif not path.exists():
            accounts.change_password(engine, name, hashed, now)
    engine.dispose()
    path.write_text(chosen + "\n")
    return chosen
