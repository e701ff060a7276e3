"""How many houses a text speaks of; pure. Where it counts none, a report stands for one."""

import re

from appliance.domain.triage.words import plain

CLUSTER_OVER = 5
"""More houses with larvae than this are no matter for one household (Bekasi's rule)."""
_COUNTED_MAX = 999
_ONES = {
    "satu": 1, "sebuah": 1, "ciek": 1, "dua": 2, "duo": 2, "due": 2, "tiga": 3, "tigo": 3,
    "tige": 3, "empat": 4, "ampek": 4, "lima": 5, "limo": 5, "lime": 5, "enam": 6, "anam": 6,
    "tujuh": 7, "tujuah": 7, "tujoh": 7, "delapan": 8, "lapan": 8, "salapan": 8, "sembilan": 9,
    "sambilan": 9, "sepuluh": 10, "sapuluah": 10, "sepuloh": 10, "sebelas": 11, "sabaleh": 11,
}  # fmt: skip
_LOOSE = {"beberapa": 3, "belasan": 11, "puluhan": 20, "seluruh": 20, "semua": 20}
_TENS = {"belas": 10, "baleh": 10, "puluh": 0, "puluah": 0}
_WORDS = "|".join((*_ONES, *_LOOSE))
_NUMBER = rf"(?P<number>[0-9]{{1,3}}|(?:{_WORDS})(?:\s+(?:{'|'.join(_TENS)}))?)"
_HOUSES = r"(?:rumah|rmh|umah|kk)"
_BEFORE = re.compile(rf"\b{_NUMBER}\s*(?:buah|unit)?\s*{_HOUSES}(?![a-z])")
_BEHIND = re.compile(rf"\b{_HOUSES}\s+(?:warga\s+)?(?:ada|sebanyak|jumlahnya)\s+{_NUMBER}\b")
_MORE = re.compile(r"\b(?:lebih\s+dari|lebih|labiah\s+dari|di\s*atas|diatas|>)\s*$")
RW = re.compile(r"\brw\W{0,2}0*([1-9][0-9]{0,2})\b")


def count(text: str) -> int | None:
    """The largest number of houses told, in digits or words; None where none is told."""
    told = plain(text)
    found = [
        _value(match["number"]) + bool(_MORE.search(told[: match.start()]))
        for pattern in (_BEFORE, _BEHIND)
        for match in pattern.finditer(told)
    ]
    return max(found, default=None)


def rw(text: str) -> str | None:
    """The RW that a text names first."""
    match = RW.search(plain(text))
    return match[1] if match else None


def _value(number: str) -> int:
    if number.isdigit():
        return min(int(number), _COUNTED_MAX)
    word, _, ten = number.partition(" ")
    if not ten:
        return _ONES.get(word) or _LOOSE[word]
    ones = _ONES.get(word, 1)
    return ones + 10 if _TENS[ten.strip()] else ones * 10
