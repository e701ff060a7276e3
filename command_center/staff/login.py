"""The door of the city: logging in, codes that make an account, and one's own password."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.staff import accounts as staff
from appliance.domain.staff import words as staff_words
from appliance.domain.staff.lockout import Wait
from command_center.staff import accounts, guard, logging_in
from command_center.staff.accounts import NameTaken
from command_center.staff.guard import Guard
from command_center.staff.roles import Account
from web.hashing import Hashing
from web.login_pages import Problems, Refused, Words
from web.login_pages import add_login as add_pages

WORDS = Words(
    log_in="Masuk ke Pusat Posko",
    set_up="Buat akun dengan kode",
    code="Kode",
    holds="Berlaku satu kali.",
    source=(
        "Kode undangan diberikan admin. Kode untuk admin pertama tercetak di konsol atau catatan "
        "(log) saat posko-center dinyalakan."
    ),
    invited="Punya kode undangan?",
    make="Buat akun",
)


def add_login(
    app: Flask, engine: Engine, gate: Guard, hashing: Hashing, now: Callable[[], datetime]
) -> None:
    """Add the pages."""
    add_pages(app, Doorkeeper(engine=engine, gate=gate, hashing=hashing, now=now), WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """That of `web.login_pages`."""

    engine: Engine
    gate: Guard
    hashing: Hashing
    now: Callable[[], datetime]

    def is_new(self) -> bool:
        """Whether nobody can administer the city yet."""
        return not accounts.has_admin(self.engine)

    def takes_codes(self) -> bool:
        """There may be an invitation at any time."""
        return True

    def log_in(self, name: str, password: str, client: str) -> Refused | None:
        """Log in, or refuse."""
        found = self._proven(name, password, client)
        if isinstance(found, Account):
            self.gate.begin_session(found)
            return None
        return Refused(found.seconds if isinstance(found, Wait) else 0)

    def log_out(self) -> None:
        """End this session."""
        self.gate.end_session()

    def set_up(self, *, code: str, name: str, password: str, again: str, client: str) -> Problems:
        """Make the account of a code, and log in; wrong codes count as log-ins of the address."""
        try:
            name = staff.account_name(name)
        except BadInput:
            return {"name": staff_words.NAME_HINT}
        if problems := staff_words.password_problems(name, password, again):
            return problems
        of_client = logging_in.of_client(client)
        if wait_s := logging_in.begin(self.engine, (of_client,), client, self.now()):
            return {"code": staff_words.too_many_tries(wait_s)}
        hashed = self.hashing.of(password)
        try:
            made = accounts.accept(self.engine, code, name, hashed, self.now())
        except NameTaken:
            return {"name": staff_words.NAME_TAKEN}
        if made is None:
            return {"code": staff_words.CODE_WRONG}
        self.gate.begin_session(made)
        return {}

    def change_password(self, *, old: str, password: str, again: str, client: str) -> Problems:
        """Wrong old ones count as log-ins."""
        account = guard.account()
        if problems := staff_words.password_problems(account.name, password, again, old):
            return problems
        found = self._proven(account.name, old, client)
        if not isinstance(found, Account):
            wait_s = found.seconds if isinstance(found, Wait) else 0
            return {"old": staff_words.old_password_problem(wait_s)}
        hashed = self.hashing.of(password)
        accounts.change_password(self.engine, account.name, hashed, self.now())
        self.gate.begin_session(account)
        return {}

    def _proven(self, name: str, password: str, client: str) -> Account | Wait | None:
        def is_right(stored: str | None) -> bool:
            return self.hashing.matches(password, stored)

        return logging_in.log_in(self.engine, name, client, is_right, self.now())
