"""Number plates of vehicles in a text, with any spacing. Pure."""

import re
from collections.abc import Iterator

_CONTEXT_CHARS = 48


def words(*lines: str) -> frozenset[str]:
    """A set of the words in these lines."""
    return frozenset(word for line in lines for word in line.split())


_REGIONS = words(
    "A B D E F G H K L M N P R S T W Z AA AB AD AE AG BA BB BD BE BG BH BK BL BM BN BP CC CD DA DB"
    " DC DD DE DG DH DK DL DM DN DP DR DS DT DW EA EB ED KB KH KT KU PA PB PG PS PT RI"
)
"""Area codes of number plates (Peraturan Polri 7/2021), from memory."""
_CAR = re.compile(
    r"(?<![^\W_])([A-Z][\s.-]{0,2}[A-Z]?)[\s.-]{0,3}((?:(?-i:[0-9OoIl])[\s.-]{0,2}){1,4})[\s.-]?"
    r"([A-Z](?:[.-]?[A-Z]){0,2}|[A-Z](?: [A-Z]){1,2})(?![^\W_])",
    re.IGNORECASE,
)
_NO_LETTERS = words(
    "RT RW NO DI KE KM M GG JL DAN ORG KG CM X HR YA YG DR TDK ADA WIB WIT THN TH BLN JAM KK LT DGN"
    " UTK PER POS SD SDH DPN RMH KAV BLK LR KLI KALI PAK BU PCS BH UNIT LTR HRI MNT LAH AJA DEH PD"
    " DAR DRI INI ITU"
)
"""Words of addresses and sentences that stand where a plate has its last letters."""
_NO_CAR = re.compile(
    r"(?<![^\W_])(?:blok|blk|gg|gang|kav|kavling|no|nomor|unit|tipe|type|lt|lantai|kelas|gedung)"
    r"[\W_]*\Z",
    re.IGNORECASE,
)
_CAR_NAMED = re.compile(
    r"(?<![^\W_])(?:plat|plate|nopol|nopolnya|platnya)(?:[\W_]{1,3}(?:no|nomor|mobil|motor))?[\W_]{0,3}"
    r"([A-Z]{1,2}[\s.-]{0,3}(?:(?-i:[0-9OoIl])[\s.-]{0,2}){1,4}(?:[A-Z]{1,3}(?![^\W_]))?)",
    re.IGNORECASE,
)

_CAR_CUT_OFF = re.compile(
    r"(?<![^\W_])([A-Z]{2})[\s.-]{0,2}(?!19|20)[0-9]{4}(?![^\W_])(?![.,]?[0-9])"
)
"""Area and number in capitals without the last letters; a year is none."""


def find(view: str) -> Iterator[tuple[int, int]]:
    """Where plates stand in a plain view of a text."""
    for match in _CAR_NAMED.finditer(view):
        yield match.start(1), match.start(1) + len(match[1].rstrip(" .-"))
    for match in _CAR_CUT_OFF.finditer(view):
        if match[1] in _REGIONS:
            yield match.span()
    at = 0
    while (car := _CAR.search(view, at)) is not None:
        at = car.start() + 1
        before = view[max(0, car.start() - _CONTEXT_CHARS) : car.start()]
        # "BM 1234 I di": the I was taken for a digit, and the word behind it for the letters.
        shorter = _CAR.match(view, car.start(), car.end(2))
        found = next((one for one in (car, shorter) if one and _is_car(one)), None)
        if found and not _NO_CAR.search(before):
            at = found.end()
            yield found.start(), at


def _is_car(match: re.Match[str]) -> bool:
    region, number, letters = (re.sub(r"[\s.-]", "", part) for part in match.groups())
    if region.upper() not in _REGIONS or not any(sign.isdigit() for sign in number):
        return False
    is_certain = len(region) == 2 and len(number) > 2 and (region + letters).isupper()
    if letters.upper() in _NO_LETTERS:
        return is_certain
    # "B 12 A" is a house, "d 12 ab" somebody's "di 12": one letter proves a plate with more only.
    return len(region) == 2 or len(number) > 2 or (region.isupper() and len(letters) > 1)
