"""The door of the desk: logging in, the first administrator, and one's own password."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from appliance.actions.staff import logging_in, staffing
from appliance.desk import guard
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.staff import accounts as staff
from appliance.domain.staff import words as staff_words
from appliance.domain.staff.accounts import Account, Role
from appliance.domain.staff.lockout import Wait
from appliance.domain.wifi.sessions import resume_key
from web.database import db
from web.hashing import Hashing
from web.login_pages import Problems, Refused, Words
from web.login_pages import add_login as add_pages

WORDS = Words(
    log_in="Masuk ke meja petugas",
    set_up="Buat admin pertama",
    code="Kode penyiapan",
    holds="Berlaku satu kali. Setelah lima kali salah, teknisi membuat yang baru.",
    source="Kode tercetak di layar atau catatan (log) kotak saat meja petugas dinyalakan.",
    make="Buat admin",
)


def add_login(app: Flask, now: Callable[[], Moment], hashing: Hashing) -> None:
    """Add the pages."""
    add_pages(app, Doorkeeper(now=now, hashing=hashing), WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """That of `web.login_pages`."""

    now: Callable[[], Moment]
    hashing: Hashing

    def is_new(self) -> bool:
        """Whether nobody can administer the desk yet."""
        return not staffing.has_admin(db())

    def takes_codes(self) -> bool:
        """A code makes the first administrator only."""
        return self.is_new()

    def log_in(self, name: str, password: str, client: str) -> Refused | None:
        """Log in, or refuse."""
        found = self._proven(name, password, client)
        if isinstance(found, Account):
            guard.begin_session(found, self.now())
            return None
        return Refused(found.seconds if isinstance(found, Wait) else 0)

    def log_out(self) -> None:
        """End this session."""
        guard.end_session()

    def set_up(self, *, code: str, name: str, password: str, again: str, client: str) -> Problems:
        """Make the first administrator, and log in."""
        try:
            account = Account(name=staff.account_name(name), role=Role.ADMIN)
        except BadInput:
            return {"name": staff_words.NAME_HINT}
        problems = staff_words.password_problems(account.name, password, again)
        if not problems:
            hashed = self.hashing.of(password)
            if not staffing.set_up(db(), resume_key(code), account, hashed, self.now()):
                return {"code": staff_words.CODE_WRONG}
            guard.begin_session(account, self.now())
        return problems

    def change_password(self, *, old: str, password: str, again: str, client: str) -> Problems:
        """Wrong old ones count as log-ins."""
        account = guard.account()
        problems = staff_words.password_problems(account.name, password, again, old)
        if problems:
            return problems
        found = self._proven(account.name, old, client)
        if not isinstance(found, Account):
            wait_s = found.seconds if isinstance(found, Wait) else 0
            return {"old": staff_words.old_password_problem(wait_s)}
        staffing.change_password(db(), account.name, self.hashing.of(password), self.now())
        guard.begin_session(account, self.now())
        return {}

    def _proven(self, name: str, password: str, client: str) -> Account | Wait | None:
        return logging_in.log_in(
            db(), name, client, lambda stored: self.hashing.matches(password, stored), self.now()
        )
