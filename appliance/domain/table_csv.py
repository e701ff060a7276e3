"""Tables as people write them: CSV in UTF-8 with names in the first line. Pure."""

import csv
import io

from appliance.domain.errors import BadInput

NumberedRows = list[tuple[int, dict[str, str]]]


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
