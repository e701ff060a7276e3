"""The pages in the frame of every staff page: groups of endpoint and words, in the order shown.

Who may open a page says its `@allows`; the frame shows only what the account may open. A group has
a name that opens it; one without, or of which an account may open a single page, stands open.
"""

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "",
        (
            ("dashboard", "Dasbor"),
            ("index", "Laporan"),
            ("call", "Catat telepon"),
            ("inboxes", "Tugas dinas"),
            ("escalations", "Eskalasi"),
        ),
    ),
    (
        "Kotak Posko",
        (
            ("boxes", "Kesehatan kotak"),
            ("fleet", "Armada kotak"),
        ),
    ),
    (
        "Warga",
        (
            ("lapor", "SP4N-LAPOR!"),
            ("wishes", "Data pribadi"),
            ("scorecard", "Rapor dinas"),
            ("wall", "Layar dinding"),
        ),
    ),
    (
        "Petugas",
        (
            ("accounts", "Akun"),
            ("staff_log", "Catatan petugas"),
        ),
    ),
)
