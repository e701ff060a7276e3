"""The SMS texts we send, in Indonesian.

Operators filter texts from SIM cards: a run of more than three digits counts as a one-time
password, links and words of fraud are dropped. So numbers are written in groups
of at most three, no template holds a link, and every free part is made safe before it is filled.
"""

import re
from datetime import datetime, timedelta, timezone

from appliance.domain.service_request import Status

BLOCKED_WORDS = (
    "kode verifikasi", "otp", "pin", "akun", "password", "token",
    "dana", "selamat", "nomor", "juta", "http", "www", "hadiah", "undian", "pulsa",
)  # fmt: skip
"""Words after which operators were seen to drop a text; data for the test of every template."""

FREE_TEXT_MAX_CHARS = 160
"""Bound on an official's message inside a text, so that it stays within two parts."""

STATUS_WORDS: dict[Status, str] = {
    Status.RECEIVED: "Diterima",
    Status.VERIFIED: "Terverifikasi",
    Status.FORWARDED: "Diteruskan",
    Status.IN_PROGRESS: "Diproses",
    Status.RESOLVED: "Selesai",
    Status.CLOSED: "Ditutup",
    Status.NEEDS_DETAILS: "Butuh kelengkapan",
    Status.DEFERRED: "Ditunda",
    Status.NOT_OURS: "Bukan wewenang",
    Status.MERGED: "Digabung",
    Status.REOPENED: "Dibuka lagi",
    Status.ARCHIVED: "Diarsipkan",
}

TEMPLATES: dict[str, str] = {
    "received": (
        "Laporan DITERIMA Posko Kecamatan. Tiket {ticket}. Simpan tiket ini. "
        "Kami periksa maks 3 hari kerja. Tanya kabar: CEK {ticket}"
    ),
    "emergency": (
        "DARURAT: TELEPON 112 SEKARANG (gratis, 24 jam). SMS ini BUKAN pengganti telepon. "
        "Kebakaran 113, ambulans 119, polisi 110. Tiket {ticket} kami teruskan."
    ),
    "confidential": (
        "Pesan Anda kami terima dan DIRAHASIAKAN. Tiket {ticket}. Bila bahaya sekarang "
        "telepon 112 atau 110. Pendamping: SAPA 129. Hapus SMS ini."
    ),
    "help": (
        "Tulis saja masalahnya. Cth: lampu jalan mati jl Rajawali dekat masjid. "
        "CEK lalu tiket utk tanya kabar. Darurat: telepon 112."
    ),
    "status": "Tiket {ticket}: {status}. {agency}. Kabar terakhir {date}.",
    "status_confidential": "Tiket {ticket}: sedang ditangani.",
    "status_list": "Tiket Anda: {tickets}",
    "status_list_empty": "Belum ada laporan dari HP ini. Tulis saja masalahnya untuk melapor.",
    "unknown_ticket": (
        "Tiket {typed} tidak ditemukan. Periksa 8 angka pada struk atau SMS. "
        "Lupa? Ketik CEK saja dari HP yang dipakai melapor."
    ),
    "status_changed": "Tiket {ticket}: {status}. {agency}. {message}",
    "status_changed_confidential": "Tiket {ticket}: ada kabar baru. Hubungi petugas Posko.",
}

_DIGIT_RUN = re.compile(r"[0-9]{4,}")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)


_WESTERN_INDONESIA = timezone(timedelta(hours=7))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def short_date(at: datetime) -> str:
    """Day and month as people write them, in WIB: `21 Nov`."""
    local = at.astimezone(_WESTERN_INDONESIA)
    return f"{local.day} {_MONTHS[local.month - 1]}"


def render(key: str, **values: str) -> str:
    """Fill a template; every value is made safe for the operators' filters first."""
    safe = {name: operator_safe(value) for name, value in values.items()}
    return re.sub(r"\s+", " ", TEMPLATES[key].format(**safe)).strip()


def operator_safe(text: str) -> str:
    """Bound free text, take links out, and write long numbers in groups of three digits."""
    plain = _LINK.sub("(tautan)", text.translate(_PLAIN))
    if len(plain) > FREE_TEXT_MAX_CHARS:
        plain = plain[: FREE_TEXT_MAX_CHARS - 2].rstrip() + ".."
    return _DIGIT_RUN.sub(lambda run: _grouped(run.group()), plain)


def _grouped(digits: str) -> str:
    first = len(digits) % 3 or 3
    return " ".join([digits[:first], *(digits[i : i + 3] for i in range(first, len(digits), 3))])
