"""The SMS texts we send, in Indonesian.

No template holds what operators filter (`operator_filter`), and every free part is made safe before
it is filled in. Not even inside other words stands one of theirs ("pendamping" holds "pin"), since
nobody outside knows how they look for them.
"""

from datetime import date, datetime

from appliance.domain.cases.service_request import Status
from appliance.domain.moment import CITY_TIME
from appliance.domain.sms import operator_filter

FREE_TEXT_MAX_CHARS = 160
"""Bound on a free part of a text, so that it stays within two messages."""
STAFF_TEXT_MAX_CHARS = 450
"""Three SMS."""

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

_RECEIVED = (
    "Laporan DITERIMA Posko Kecamatan. Tiket {ticket}. Simpan tiket ini. "
    "Kami periksa maks 3 hari kerja. Tanya kabar: CEK {ticket}"
)
_RECEIVED_WHERE = (
    "Laporan DITERIMA. Tiket {ticket}. Di mana lokasinya? Balas: nama jalan/gang, kelurahan, "
    "dekat apa. Tanya kabar: CEK {ticket}"
)
_HELPED = "Terbantu? Balas SUDAH atau BELUM lalu {ticket}."

TEMPLATES: dict[str, str] = {
    "received": _RECEIVED,
    "received_where": _RECEIVED_WHERE,
    "received_advice": f"{_RECEIVED}. Sementara itu: {{advice}}",
    "received_where_advice": f"{_RECEIVED_WHERE}. Sementara itu: {{advice}}",
    "received_helped": f"Laporan DITERIMA. Tiket {{ticket}}. {{advice}} {_HELPED}",
    "received_flood": (
        "Laporan TERSIMPAN. Tiket {ticket}. Hari ini banyak laporan dari HP ini, jadi petugas "
        "memeriksanya dulu. Darurat: telepon 112."
    ),
    "joined": (
        "Sudah tercatat pada tiket {ticket}; keterangan Anda ditambahkan. Tanya kabar: CEK {ticket}"
    ),
    "received_elsewhere": (
        "Laporan DITERIMA. Tiket {ticket}. Urusan ini ditangani {destination}: {contact}. "
        "Petugas kota memeriksanya dulu."
    ),
    "emergency": (
        "DARURAT: TELEPON 112 SEKARANG{also} (24 jam). SMS ini BUKAN pengganti telepon. "
        "Kebakaran 113, ambulans 119, polisi 110. Tiket {ticket} kami teruskan."
    ),
    "emergency_joined": (
        "DARURAT: TELEPON 112 SEKARANG{also} (24 jam). SMS ini BUKAN pengganti telepon. "
        "Sudah tercatat pada tiket {ticket}, keterangan ditambahkan."
    ),
    "emergency_confidential": (
        "TELEPON 112 SEKARANG{also} bila bahaya. Pesan Anda kami terima dan DIRAHASIAKAN. "
        "Tiket {ticket}. Teman bicara: SAPA 129. Hapus SMS ini."
    ),
    "confidential": (
        "Pesan Anda kami terima dan DIRAHASIAKAN. Tiket {ticket}. Bila bahaya sekarang "
        "telepon 112 atau 110. Teman bicara: SAPA 129. Hapus SMS ini."
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
    "other_phone": (
        "Tiket {ticket} hanya dapat diubah dari HP yang dipakai melapor. "
        "Untuk laporan baru tulis saja masalahnya."
    ),
    "which_ticket": (
        "Tiket yang mana? Balas {verb} lalu 8 angka tiket. Lupa? Ketik CEK dari HP ini."
    ),
    "noted_sudah": "Tiket {ticket}: kata SUDAH dari Anda kami teruskan ke kota. Terima kasih.",
    "noted_belum": (
        "Tiket {ticket}: kata BELUM dari Anda kami teruskan ke kota untuk diperiksa lagi."
    ),
    "noted_tambah": "Tiket {ticket}: tambahan Anda kami catat dan teruskan. Terima kasih.",
    "noted_batal": "Tiket {ticket}: permintaan BATAL kami catat dan teruskan ke kota.",
    "noted_hapus": (
        "Tiket {ticket}: permintaan HAPUS data kami catat. Petugas menjawab paling lama 3 hari."
    ),
    "noted_data": (
        "Tiket {ticket}: permintaan melihat DATA kami catat. Petugas menjawab paling lama 3 hari."
    ),
    "noted_ubah": (
        "Tiket {ticket}: permintaan UBAH data kami catat. Petugas menjawab paling lama 3 hari."
    ),
    "noted_aman": (
        "Waktu aman Anda kami catat; petugas hanya menghubungi pada waktu itu. "
        "Bila bahaya telepon 112. Hapus SMS ini."
    ),
    "noted_confidential": (
        "Pesan Anda kami catat dan DIRAHASIAKAN. Bila bahaya telepon 112. Hapus SMS ini."
    ),
    "only_words": (
        "Gambar tidak sampai ke Posko. Kirim teks saja: apa masalahnya dan di mana. "
        "Foto bisa lewat WiFi Posko."
    ),
    "other_agency": "Tiket {ticket} bukan untuk dinas Anda. Hubungi petugas Posko.",
    "reason_wanted": "Tulis alasannya. Balas: TOLAK {ticket} lalu alasan.",
    "official_noted": "Tiket {ticket}: {status} dari Anda dicatat dan diteruskan ke kota.",
    "official_moved": "Tiket {ticket}: {wanted} dari Anda berlaku di kota. Terima kasih.",
    "official_refused": (
        "Tiket {ticket}: {wanted} dari Anda tidak berlaku. Di kota: {status}, {agency}. "
        "Hubungi petugas Posko bila keliru."
    ),
    "stopped": (
        "Baik, kami tidak mengirim kabar lagi ke HP ini, hanya jawaban atas pesan Anda. "
        "Kabar lagi: ketik MULAI. Darurat: telepon 112."
    ),
    "started": (
        "Baik, kabar tiket Anda kami kirim lagi ke HP ini. Berhenti: ketik STOP. "
        "Darurat: telepon 112."
    ),
    "question_answered": "Tiket {ticket}, jawaban kecamatan: {message}",
    "question_answered_more": (
        "Tiket {ticket}, jawaban kecamatan: {message} Lengkapnya: lihat tiket lewat WiFi Posko."
    ),
    "status_changed": "Tiket {ticket}: {status}. {agency}. {message}",
    "status_resolved": (
        "Tiket {ticket}: Selesai menurut {agency}. {message} "
        "Benar? Balas SUDAH atau BELUM lalu {ticket} dalam 10 hari kerja."
    ),
    "status_changed_confidential": "Tiket {ticket}: ada kabar baru. Hubungi petugas Posko.",
    "duty_alert": (
        "Posko: ada laporan mendesak, tiket {ticket}. Buka di kotak Posko atau pusat. "
        "Balas OK {ticket} bila sudah dilihat."
    ),
    "duty_noted": "Tiket {ticket}: OK dari Anda dicatat. Terima kasih.",
    "forward": (
        "Laporan warga {ticket} ({category}): {text} "
        "Balas OK (dikerjakan), SELESAI, atau TOLAK, lalu {ticket}."
    ),
    "forward_emergency": (
        "DARURAT {ticket} ({category}): {text} Warga diminta telepon 112. "
        "Balas OK {ticket} bila ditangani."
    ),
    "notice_reminder": (
        "Pengingat: laporan warga {ticket} di {agency} harus selesai {date}. "
        "Balas OK, SELESAI atau TOLAK lalu {ticket}."
    ),
    "notice_late": (
        "Laporan warga {ticket} di {agency} terlambat, batasnya {date}. "
        "Balas OK (dikerjakan) atau SELESAI lalu {ticket}."
    ),
    "notice_escalated": (
        "Laporan warga {ticket} di {agency} jauh melewati batasnya {date} dan sampai ke Sekda. "
        "Lihat pusat Posko."
    ),
    "notice_unanswered": (
        "Laporan warga {ticket} untuk {agency} belum ditanggapi, batasnya {date}. "
        "Tentukan siapa yang menangani di pusat Posko."
    ),
    "notice_disposed": (
        "Disposisi: laporan warga {ticket} untuk {agency}, tenggat {date}. Isinya di pusat Posko. "
        "Balas OK, SELESAI atau TOLAK lalu {ticket}."
    ),
    "note_reopened": "DIBUKA LAGI, belum beres.",
    "note_repeat": "ULANGAN, belum dijawab.",
    "note_deputy": "Belum dijawab pejabat lain di {agency}.",
    "note_coordinator": "Tanpa jawaban dari {agency}.",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def status_word(status: str) -> str:
    """What people call what an official wants or the city has done; no status is a remark."""
    known = next((word for one, word in STATUS_WORDS.items() if one == status), status)
    return known or "Catatan"


def short_date(at: datetime) -> str:
    """Day and month as people write them, in local time: `21 Nov`."""
    return short_day(at.astimezone(CITY_TIME).date())


def short_day(day: date) -> str:
    """The same of a day."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def render(key: str, **values: str) -> str:
    """Fill a template; every value is made safe for the operators' filters first."""
    safe = {
        name: operator_filter.safe(value, FREE_TEXT_MAX_CHARS) for name, value in values.items()
    }
    filled = " ".join(TEMPLATES[key].format(**safe).split())
    return operator_filter.grouped(filled)
