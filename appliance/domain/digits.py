"""Digits as people write them: of any script, as letters that look like them, as words. Pure."""

import unicodedata

LOOKALIKES = str.maketrans("OoIlSs", "001155")
"""What is typed for a digit, by haste or to hide it."""

SPOKEN: dict[str, str] = {
    spelling: digit
    for digit, spellings in {
        "0": "nol kosong zero nul",
        "1": "satu stu ciek esa",
        "2": "dua duo due",
        "3": "tiga tigo tige",
        "4": "empat ampek ampat",
        "5": "lima limo lime",
        "6": "enam anam",
        "7": "tujuh tujuah tujoh",
        "8": "delapan salapan lapan dlapan",
        "9": "sembilan sambilan",
    }.items()
    for spelling in spellings.split()
}
"""How people say digits, one by one; Malay and Minang beside Indonesian."""


def plain(sign: str) -> str:
    """A decimal digit of any script as 0-9, so that none hides in a longer number."""
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
