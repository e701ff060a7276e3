"""`posko desk`: the technician's way back in."""

import re
import sqlite3
from functools import partial

from appliance.actions.staff import logging_in
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account
from appliance.store.staff import staff_accounts, staff_log
from tests.conftest import at
from tests.unit.cli.conftest import Command


def log_in(db: sqlite3.Connection, name: str, password: str):
    def is_right(stored: str | None) -> bool:
        return stored is not None and passwords.matches(password, stored)

    return logging_in.log_in(db, name, "kotak", is_right, at())


def test_an_account_is_made_reset_and_locked(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    said = partial(re.search, r"password ([0-9A-Z]{5}-[0-9A-Z]{5})$")
    first = said(command("desk", "add", "Sri", "--role", "operator")[1].strip())
    assert first
    account = log_in(db, "sri", first[1])
    assert isinstance(account, Account)
    assert account.must_change
    assert command("desk", "lock", "sri")[0] == 0
    assert "sri   operator  yes" in command("desk", "accounts")[1]
    assert log_in(db, "sri", first[1]) is None
    second = said(command("desk", "reset", "sri")[1].strip())
    assert second
    assert isinstance(log_in(db, "sri", second[1]), Account)
    noted = staff_log.page(db, by="", subject="sri", before=None, limit=10)
    assert [entry.what for entry in noted] == ["reset", "lock", "account_operator"]


def test_a_reset_ends_the_wait_of_somebody_who_forgot(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    command("desk", "add", "sri", "--role", "admin")
    for _ in range(6):
        log_in(db, "sri", "wrong")
    out = command("desk", "reset", "sri")[1]
    assert isinstance(log_in(db, "sri", out.split()[-1]), Account)


def test_mistakes_are_told_with_what_to_do(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    assert staff_accounts.every(db) == []
    assert "see `posko desk accounts`" in command("desk", "reset", "nobody")[2]
    command("desk", "add", "sri", "--role", "admin")
    assert "already" in command("desk", "add", "sri", "--role", "camat")[2]
    assert "only administrator" in command("desk", "lock", "sri")[2]
    assert "posko desk reset NAME" in command("desk", "setup-code")[2]


def test_a_set_up_code_is_printed_and_kept_as_a_hash(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    out = command("desk", "setup-code")[1]
    code = re.match(r"([0-9A-Z]{5}) ([0-9A-Z]{5}) ", out)
    assert code
    assert code[1] + code[2] not in "\n".join(db.iterdump())
    assert staff_accounts.every(db) == []
