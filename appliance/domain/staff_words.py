"""What staff at the desk and officers of the city read for codes. Indonesian, as all their pages.

A code of another release has no word here: who shows it, shows it as it is.
"""

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
