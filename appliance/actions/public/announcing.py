"""Announcements of the kecamatan: staff write, change and delete them."""

import re
import sqlite3

from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.public import announcement
from appliance.store.database import transaction
from appliance.store.public import announcements
from appliance.store.public.announcements import Stored
from appliance.store.staff import staff_log

KEPT_AT_MOST = 100
"""A first page reads all of them."""
_ID = re.compile("[0-9a-f-]{36}")


def save(db: sqlite3.Connection, written: Stored, *, by: str, now: Moment) -> None:
    """Store one under its id; raises BadInput in words for staff."""
    _refuse(written)
    with transaction(db, leaves_reserve=True):
        there = {one.id for one in announcements.every(db)} | {written.id}
        if len(there) > KEPT_AT_MOST:
            raise BadInput(f"Sudah ada {KEPT_AT_MOST} pengumuman; hapus dulu yang lama.")
        announcements.put(db, written, by=by, at=now.wall)
        staff_log.add(db, by=by, what="announce", subject=written.id, at=now.wall)


def remove(db: sqlite3.Connection, announcement_id: str, *, by: str, now: Moment) -> bool:
    """Delete one; False if there is none."""
    with transaction(db):
        is_gone = announcements.remove(db, announcement_id)
        if is_gone:
            staff_log.add(db, by=by, what="unannounce", subject=announcement_id, at=now.wall)
        return is_gone


def _refuse(written: Stored) -> None:
    if not _ID.fullmatch(written.id):
        raise BadInput("Halaman ini sudah lama. Muat ulang, lalu simpan lagi.")
    for what, text, limit in (
        ("Judul", written.title, announcement.TITLE_MAX_CHARS),
        ("Isi", written.body, announcement.LOCAL_BODY_MAX_CHARS),
    ):
        if not 1 <= len(text) <= limit:
            raise BadInput(f"{what} harus berisi 1 sampai {limit} huruf, ini {len(text)}.")
    try:
        checked = announcement.parse(written.row, body_max=announcement.LOCAL_BODY_MAX_CHARS)
    except BadInput:
        raise BadInput("Tanggal tidak terbaca; tulis seperti 2026-11-30.") from None
    if checked.begins is None:
        raise BadInput("Tanggal mulai belum diisi.")
    if checked.until is not None and checked.until <= checked.begins:
        raise BadInput("Tanggal akhir lebih dulu daripada tanggal mulai.")
