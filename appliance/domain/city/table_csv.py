"""Tables as people write them: CSV with names in the first line. Pure."""

import codecs
import csv
import io

from appliance.domain.errors import BadInput

NumberedRows = list[tuple[int, dict[str, str]]]


def decoded(file: bytes) -> str:
    """The text of a file: UTF-8, or what Excel writes instead (UTF-16 as "Unicode", Windows-1252 as
    plain CSV); raises BadInput for what is none of these."""
    is_wide = file.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = file.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BadInput("it is no text in UTF-8; save it as 'CSV UTF-8'")


def read(text: str) -> NumberedRows:
    """The rows with the lines on which they end; raises BadInput that names the line."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    rows: NumberedRows = []
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BadInput(f"line {reader.line_num}: not as many columns as the first line")
            cells = {column.strip(): cell.strip() for column, cell in row.items()}
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise BadInput(f"line {reader.reader.line_num}: {error}") from None
    return rows
