"""A CSV that LAPOR! has exported -> reports. Pure; tolerant of names, signs and order of columns.

Which columns an export has, differs by site and year, so each is looked for by all the names seen
or likely. Only the number, the words and the day must be there.
"""

import csv
import io
import re
from collections.abc import Mapping

from appliance.domain.city.table_csv import NumberedRows, read
from appliance.domain.errors import BadInput
from command_center.lapor import messages, times, words
from command_center.lapor.messages import Report

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?\n', re.IGNORECASE)
"""What some write before the names, for Excel."""
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""A number that Excel is to leave alone."""
_NAMES: dict[str, tuple[str, ...]] = {
    "trackingid": (
        "trackingid", "idtracking", "tracking", "nomortracking", "notracking", "kodetracking",
        "idlaporan", "nolaporan", "nomorlaporan", "laporanid", "nomortiket", "notiket",
    ),
    "isi": ("isi", "isilaporan", "isiaduan", "laporan", "aduan", "deskripsi", "uraian", "konten"),
    "tanggal": (
        "tanggal", "tanggallaporan", "tgllaporan", "tgl", "tanggalmasuk", "tanggaldibuat",
        "tanggaladuan", "waktulaporan", "waktu", "createdat", "createddate",
    ),
    "judul": ("judul", "judullaporan", "juduladuan", "perihal", "subjek"),
    "status": ("status", "statuslaporan", "statusaduan"),
    "topik": ("topik", "kategori", "kategorilaporan", "topiklaporan", "sektor"),
    "lokasi": ("lokasi", "lokasikejadian", "alamat", "tempatkejadian", "lokasilaporan"),
    "klasifikasi": ("klasifikasi", "klasifikasilaporan", "jenis", "jenislaporan", "tipe"),
    "rahasia": ("rahasia", "israhasia", "laporanrahasia"),
    "anonim": ("anonim", "isanonim", "anonymous", "pelaporanonim"),
    "nama": ("nama", "namapelapor", "pelapor"),
    "telepon": ("telepon", "notelepon", "nohp", "teleponpelapor", "hp", "nomorhp"),
}  # fmt: skip
_NEEDED = ("trackingid", "isi", "tanggal")


def rows(text: str) -> NumberedRows:
    """The lines of a file with our names of columns; raises BadInput that names the line."""
    text = text.removeprefix("\ufeff")
    told = _SEPARATOR_LINE.match(text)
    text = text[told.end() :] if told else text
    first = text.partition("\n")[0]
    separator = told[1] if told else max(_SEPARATORS, key=first.count)
    if separator != ",":
        text = _with_commas(text, separator)
    found = read(text)
    names = _names(found[0][1]) if found else {}
    if missing := [name for name in _NEEDED if found and name not in names.values()]:
        known = ", ".join(_NAMES[missing[0]])
        raise BadInput(f"no column {missing[0]}; known names: {known}")
    return [
        (
            line + bool(told),
            {names[column]: _plain(cell) for column, cell in row.items() if column in names},
        )
        for line, row in found
    ]


def report(row: Mapping[str, str]) -> Report:
    """One line; raises BadInput that says what to put right. A flag without a column is not set:
    exports for the public have none; a cell that is there counts as in `messages`."""
    tracking_id = words.tracking(row["trackingid"])
    if tracking_id is None:
        raise BadInput(f"{row['trackingid'][:20]!r} bukan nomor seperti #1916449")
    if times.read(row["tanggal"]) is None:
        raise BadInput(
            f"tanggal {row['tanggal'][:20]!r} bukan hari seperti 2019-11-30 atau 30/11/2019"
        )
    if row.get("status") and words.read(row["status"]) is None:
        raise BadInput(f"status {row['status'][:30]!r} tidak dikenal")
    flags = {name: row.get(name, "0") for name in ("rahasia", "anonim")}
    return messages.report({**row, **flags}, f"csv:{tracking_id}", tracking_id)


def _names(row: Mapping[str, str]) -> dict[str, str]:
    """Our name of each column that has one; the first that fits wins."""
    plain = {column: _NOT_WORDS.sub("", column.casefold()) for column in row}
    return {
        column: ours
        for ours, theirs in _NAMES.items()
        if (column := next((c for t in theirs for c, p in plain.items() if p == t), ""))
    }


def _plain(cell: str) -> str:
    found = _EXCEL_TEXT.fullmatch(cell)
    return found[1] if found else cell


def _with_commas(text: str, separator: str) -> str:
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise BadInput(f"the file is no table: {error}") from None
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(lines)
    return written.getvalue()
