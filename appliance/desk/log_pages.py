"""The log of what staff saw and did, for administrators."""

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from appliance.desk.guard import needs
from appliance.domain.staff.accounts import Role
from appliance.domain.staff.action import Act
from appliance.store.staff import staff_accounts, staff_log
from web.database import db
from web.security import staff

PER_PAGE = 100
_SUBJECT_MAX_CHARS = 80
WORDS = {
    "login": "masuk",
    "login_wait": "percobaan masuk ditahan",
    "password": "kata sandi diganti",
    "reset": "kata sandi dibuatkan",
    "lock": "akun dikunci",
    "account_operator": "akun dibuat: operator",
    "account_camat": "akun dibuat: camat",
    "account_admin": "akun dibuat: admin",
    "role_operator": "peran menjadi operator",
    "role_camat": "peran menjadi camat",
    "role_admin": "peran menjadi admin",
    "official_phone": "nomor pejabat dibuka",
    "official_put": "pejabat dicatat",
    "official_removed": "pejabat dihapus",
    "official_texted": "pejabat di-SMS atas perintah pusat",
    "queue": "antrean laporan dibuka",
    "case": "laporan dibuka",
    "case_secret": "laporan rahasia dibuka, tanpa isi",
    "photo": "foto warga dibuka",
    "phone": "laporan telepon dicatat",
    **{f"act_{act}": f"laporan: {act}" for act in Act},
    "voice": "rekaman suara didengarkan",
    "transcribed": "rekaman suara ditulis",
    "kiosk_call": "panggilan kios didatangi",
    "questions": "daftar pertanyaan dibuka",
    "question": "pertanyaan dibuka",
    "answer": "pertanyaan dijawab",
    "publish": "ditampilkan untuk umum",
    "hide": "disembunyikan dari umum",
    "announce": "pengumuman disimpan",
    "unannounce": "pengumuman dihapus",
    "service_shown": "layanan disimpan",
    "service_hidden": "layanan disembunyikan",
    "service_restored": "layanan dikembalikan ke bawaan",
    "archive_added": "dokumen disimpan",
    "archive_corrected": "kartu dokumen diubah",
    "archive_withdrawn": "dokumen ditarik",
    "archive_restored": "dokumen diberlakukan lagi",
    "archive_destroyed": "dokumen dimusnahkan",
    "archive_read_again": "isi dokumen dibaca ulang",
    "archive_opened": "dokumen dibuka",
}
"""What is noted, in the words of the page; what has none is shown as it is stored."""


def add_log(app: Flask) -> None:
    """Add the page."""
    app.jinja_env.globals["log_words"] = WORDS
    app.add_url_rule("/catatan", "staff_log", _log)


@staff
@needs(Role.ADMIN)
def _log() -> ResponseReturnValue:
    by = request.args.get("akun", "")[:_SUBJECT_MAX_CHARS]
    subject = request.args.get("tentang", "").strip()[:_SUBJECT_MAX_CHARS]
    before = request.args.get("sebelum", type=int)
    entries = staff_log.page(
        db(), by=by, subject=subject, before=_stored(before), limit=PER_PAGE + 1
    )
    names = [(found.name, found.name) for found in staff_accounts.every(db())]
    return render_template(
        "desk/log.html",
        entries=entries[:PER_PAGE],
        older=entries[PER_PAGE - 1].id if len(entries) > PER_PAGE else None,
        words=WORDS,
        accounts=[("", "Semua"), *names],
        by=by,
        subject=subject,
    )


def _stored(number: int | None) -> int | None:
    """None for what no row can have."""
    return number if number is not None and 0 < number < 1 << 63 else None
