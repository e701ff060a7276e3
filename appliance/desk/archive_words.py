"""What the archive's pages say: classes, states, and why a file or text is not there."""

from appliance.domain.archive.card import Access
from appliance.domain.archive.file import Fault
from appliance.domain.archive.room import NoRoom
from appliance.domain.archive.text import Trouble

ACCESS = {
    Access.PUBLIC: "Publik: warga dapat membacanya",
    Access.INTERNAL: "Internal: semua petugas",
    Access.RESTRICTED: "Terbatas: camat dan admin",
}
ACCESS_SHORT = {
    Access.PUBLIC: ("Publik", "done"),
    Access.INTERNAL: ("Internal", "work"),
    Access.RESTRICTED: ("Terbatas", "alert"),
}
STATES = {"withdrawn": "Ditarik", "destroyed": "Dimusnahkan"}
FAULTS = {
    Fault.EMPTY: "Berkas itu kosong.",
    Fault.MARKUP: "Isi berkas itu halaman web atau SVG, apa pun namanya. Simpan sebagai PDF.",
    Fault.OLD_OFFICE: "Berkas itu Word lama (.doc). Simpan sebagai DOCX atau PDF dulu.",
    Fault.NOT_A_DOCUMENT: "Berkas itu bukan dokumen Word. Simpan sebagai PDF dulu.",
    Fault.TOO_MANY_PIXELS: "Gambar itu lebih dari 75 megapiksel. Pindai dengan 300 dpi.",
    Fault.BURSTS: "Berkas itu membengkak lebih dari 64 MB bila dibuka. Simpan sebagai PDF dulu.",
    Fault.PROGRAM: "PDF itu memuat program (JavaScript). Cetak ke PDF biasa, lalu simpan di sini.",
    Fault.UNKNOWN: "Hanya PDF, DOCX, teks (UTF-8), PNG, dan JPEG yang dapat disimpan.",
}
NO_ROOM = {
    NoRoom.FILE: "Berkas itu terlalu besar. Paling besar {max_mb} MB.",
    NoRoom.SHARE: "Bagian arsip di penyimpanan sudah penuh. Musnahkan yang habis masa simpannya,"
    " atau minta teknisi menaikkan batasnya.",
    NoRoom.DISK: "Penyimpanan kotak hampir penuh; sisanya untuk laporan warga. Hubungi teknisi.",
}
BUSY = "Sedang banyak berkas dikirim, atau penyimpanan penuh. Coba lagi sebentar."
STALE = "Kartu ini sudah diubah sejak halaman dibuka. Inilah isinya sekarang: periksa, lalu ulangi."
TROUBLES = {
    Trouble.NO_TEXT: "Tidak ada teks di dalamnya, misalnya karena hasil pindaian.",
    Trouble.ENCRYPTED: "Berkas terkunci kata sandi. Simpan ulang tanpa kata sandi.",
    Trouble.DAMAGED: "Berkas rusak atau tidak lengkap. Buka di komputer, lalu simpan ulang.",
    Trouble.TOO_SLOW: "Membacanya terlalu lama, jadi dihentikan.",
    Trouble.TOO_LARGE: "Isinya jauh lebih besar daripada berkasnya, jadi tidak dibuka.",
    Trouble.NO_READER: "Pembaca PDF belum terpasang (poppler-utils). Hubungi teknisi.",
    Trouble.CRASHED: "Membacanya berkali-kali gagal.",
    Trouble.FILE_LOST: "Berkas aslinya hilang dari penyimpanan. Hubungi teknisi.",
}
