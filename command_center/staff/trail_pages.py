"""The audit trail, for auditors and administrators: who saw or did what, of which case."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from command_center.staff.guard import allows
from command_center.staff.roles import Role
from command_center.store.cases import requests
from command_center.store.cases.requests import Filter
from command_center.store.database import reading
from command_center.store.staff import staff_accounts, staff_log

PER_PAGE = 100
WORDS_MAX_CHARS = 40
WORDS = {
    "log_in": "masuk",
    "log_in_wait": "percobaan masuk ditahan",
    "password": "kata sandi diganti",
    "reset": "kata sandi dibuatkan",
    "disable": "akun ditutup",
    "account": "akun dibuat",
    "post": "peran diganti",
    "invite": "kode undangan dibuat",
    "add_account": "formulir akun baru",
    "reset_account": "formulir kata sandi baru",
    "disable_account": "formulir tutup akun",
    "set_post": "formulir ganti peran",
    "index": "daftar laporan dibuka",
    "inbox": "kotak masuk dibuka",
    "show": "laporan dibuka",
    "photo": "foto dibuka",
    "events": "umpan kejadian dibaca",
    "change": "status diubah",
    "correct": "laporan dikoreksi",
    "link": "laporan digabung atau dilepas",
    "see": "tanda dilihat",
    "dispose": "didisposisikan",
    "hand_back": "dikembalikan",
    "told": "eskalasi disampaikan",
    "answer": "permintaan data dijawab",
    "erase": "data pribadi dihapus",
    "take_call": "laporan telepon dicatat",
    "say": "kata pelapor dicatat",
    "lapor_send": "dikirim ke SP4N-LAPOR!",
    "lapor_settle": "kiriman SP4N-LAPOR! diputuskan",
}
"""What is noted, in the words of the page; what has none is shown as it is stored. A form that was
sent is noted before it is looked at, so that what was refused is here too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPages:
    """The view."""

    engine: Engine
    now: Callable[[], datetime]

    def add(self, app: Flask) -> None:
        """Register it."""
        app.add_url_rule("/catatan", "staff_log", self.trail)

    @allows(Role.AUDITOR, Role.ADMIN)
    def trail(self) -> ResponseReturnValue:
        """The newest first; narrowed to an account, an act or a ticket."""
        by, what, ticket = (_asked(name) for name in ("akun", "apa", "tiket"))
        before = request.args.get("sebelum", type=int)
        with reading(self.engine) as connection:
            of_ticket = requests.page(connection, Filter(ticket=_digits(ticket)), limit=1)
            case = of_ticket[0].request_id if of_ticket else "-"
            entries = staff_log.page(
                connection,
                by=by,
                what=what,
                request_id=case if ticket else "",
                before=before if before and 0 < before < 1 << 63 else None,
                limit=PER_PAGE + 1,
            )
            of_cases = {entry.request_id for entry in entries if entry.request_id}
            tickets = requests.tickets_of(connection, of_cases)
            names = [(found.name, found.name) for found in staff_accounts.every(connection)]
        return render_template(
            "staff/trail.html",
            entries=entries[:PER_PAGE],
            older=entries[PER_PAGE - 1].id if len(entries) > PER_PAGE else None,
            words=WORDS,
            tickets=tickets,
            accounts=[("", "Semua"), *names],
            acts=[("", "Semua"), *sorted(WORDS.items(), key=lambda item: item[1])],
            by=by,
            what=what,
            ticket=ticket,
        )


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()[:WORDS_MAX_CHARS]


def _digits(typed: str) -> str:
    """A ticket as it is stored; what is none finds nothing."""
    try:
        return Ticket.parse(typed).digits
    except BadInput:
        return "-"
