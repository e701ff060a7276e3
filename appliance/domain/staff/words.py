"""What staff at the desk and officers of the city read for codes. Indonesian, as all their pages.

A code of another release has no word here: who shows it, shows it as it is.
"""

from appliance.domain.staff.accounts import PASSWORD_MIN_CHARS, as_typed, is_strong

CHANNELS = {
    "portal": "WiFi",
    "kiosk": "Kios",
    "sms": "SMS",
    "telepon": "Telepon",
    "lapor": "SP4N-LAPOR!",
}
KINDS = {
    "pengaduan": "Pengaduan",
    "aspirasi": "Aspirasi",
    "permintaan_informasi": "Informasi",
    "darurat": "Darurat",
    "cek_status": "Cek status",
    "spam": "Bukan laporan",
}
SENSITIVITIES = {"publik": "Publik", "disamarkan": "Disamarkan", "rahasia": "Rahasia"}

TEXT_PURPOSES = {
    "receipt": "Tanda terima ke warga",
    "question": "Tanda terima dan pertanyaan tempat ke warga",
    "status": "Kabar ke warga",
    "answer": "Jawaban ke warga",
    "forward": "Disposisi ke pejabat",
    "official": "Kabar ke pejabat",
    "alert": "Kabar mendesak ke petugas jaga",
}
MARKS = {
    "mendesak": "Mendesak",
    "gugus": "Gugus jentik: lebih dari 5 rumah",
    "ringan": "Ringan: warga diberi saran",
    "kuota": "Kiriman terlalu banyak: periksa dulu",
    "suara": "Rekaman suara",
    "pola": "Pola tidak wajar",
    "dikembalikan": "Dikembalikan",
}
TEXT_STATES = {
    "queued": "menunggu dikirim",
    "sending": "sedang dikirim",
    "sent": "terkirim",
    "delivered": "sampai di HP",
    "failed": "gagal",
    "uncertain": "tidak pasti terkirim",
    "expired": "tidak terkirim sampai batas waktu",
}
FIELDS = {
    "category": "kategori",
    "kind": "jenis",
    "kelurahan": "kelurahan",
    "agency": "dinas",
    "sensitivity": "kerahasiaan",
}
ACTS = {
    "koreksi": "Koreksi",
    "status": "Status",
    "disposisi": "Disposisi",
    "gabung": "Digabung",
    "lepas": "Dilepas dari induk",
}

NAME_HINT = "2 sampai 30 huruf kecil a-z, angka, titik, atau garis; diawali huruf."
NAME_TAKEN = "Nama ini sudah dipakai."
LAST_ADMIN = "Ini satu-satunya admin. Buat admin lain lebih dulu."
CODE_WRONG = "Kode ini salah atau sudah tidak berlaku."
PASSWORD_WEAK = (
    f"Paling sedikit {PASSWORD_MIN_CHARS} huruf, tanpa nama akun, bukan hanya angka, "
    "dan bukan kata yang mudah ditebak."
)


def password_problems(name: str, password: str, again: str, old: str = "") -> dict[str, str]:
    """What is wrong with the new password of an account that was typed twice, by field."""
    if password == old:
        return {"password": "Kata sandi baru harus berbeda dari yang lama."}
    if not is_strong(as_typed(password), name):
        return {"password": PASSWORD_WEAK}
    return {} if password == again else {"again": "Kedua kata sandi tidak sama."}


def old_password_problem(wait_s: int) -> str:
    """What is wrong with the old one; `wait_s` if tries must wait."""
    return too_many_tries(wait_s) if wait_s else "Kata sandi lama salah."


def too_many_tries(wait_s: int) -> str:
    """When another try is looked at."""
    return f"Terlalu banyak percobaan. Coba lagi dalam {-(-wait_s // 60)} menit."
