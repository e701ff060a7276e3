"""What staff read about an SMS to an official. Pure."""

from command_center.store.handling.notices import Notice

ABOUT = {
    "reminder": "Pengingat",
    "late": "Terlambat",
    "escalated": "Sampai ke Sekda",
    "unanswered": "Belum ditanggapi",
    "disposed": "Disposisi",
}
_REASONS = {
    "no_box": "tidak ada kotak yang bisa diminta dalam sehari",
    "silent": "kotak tidak menjawab",
    "untold": "kotak tidak mengabarkan nasib SMS-nya",
    "expired": "perintah terlambat sampai di kotak",
    "unsupported": "kotak belum mengenal perintah ini; perbarui kotaknya",
    "no_modem": "modem kotak tidak siap",
    "nobody": "pejabat itu tidak ada di direktori kotak",
    "confidential": "laporan rahasia tidak di-SMS",
    "box_full": "jatah SMS kotak hari ini habis",
    "official_full": "pejabat ini sudah terlalu sering di-SMS hari ini",
    "sms_failed": "ditolak jaringan",
    "sms_expired": "tidak terkirim dalam dua jam",
    "sms_uncertain": "tidak pasti",
}


def about(notice: Notice) -> str:
    """Why it is sent."""
    return ABOUT.get(notice.about, notice.about)


def reason(notice: Notice) -> str:
    """Why it was not sent, by the code that the reason begins with; what has none as it is."""
    code, _, detail = notice.error.partition(":")
    known = _REASONS.get(code, "")
    told = f" ({detail.strip()})" if code == "sms_failed" and detail.strip() else ""
    return f"{known}{told}" if known else notice.error
