"""The pages in the frame of every staff page: endpoint and words, in the order shown.

Who may open a page says its `@allows`; the frame shows only what the account may open.
"""

PAGES: tuple[tuple[str, str], ...] = (
    ("dashboard", "Dasbor"),
    ("index", "Laporan"),
    ("call", "Catat telepon"),
    ("inboxes", "Kotak masuk"),
    ("escalations", "Eskalasi"),
    ("lapor", "SP4N-LAPOR!"),
    ("wishes", "Data pribadi"),
    ("boxes", "Kotak"),
    ("wall", "Layar dinding"),
    ("fleet", "Armada"),
    ("scorecard", "Rapor"),
    ("accounts", "Akun"),
    ("staff_log", "Catatan"),
)
