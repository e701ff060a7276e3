"""Does a text say where? Enough words of places to decide whether to ask; pure.

It does not know which place is meant, nor whether it exists.
"""

import re
from itertools import pairwise

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind
from appliance.domain.triage.verdict import Triage

_WORD = re.compile(r"[^\W_]+")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_PLACE_WORDS = _words(
    "jl jln jlan gg gang lorong lr kel kelurahan rt rw simpang simp smpng spg perum perumahan",
    "komplek kompleks komp blok dekat dkt depan dpn belakang blkg blkng samping smping seberang",
    "sebelah sblh muka muko dakek kat pasar masjid mesjid mushola musholla gereja sekolah sd smp",
    "sma smk puskesmas rs kantor taman jembatan jembatn terminal halte spbu ruko kampus km",
)
_STREET = "jalan"
_NO_STREET_NAMES = _words(
    "rusak berlubang bolong hancur mati padam gelap macet licin banjir tergenang becek berdebu",
    "umum raya di ke yang yg dan sudah belum tidak ini itu kami kita",
)
_OUTDOORS = frozenset(
    (
        "sampah", "limbah_asap", "jalan_rusak", "banjir_drainase", "pju", "lalin_parkir",
        "pohon_taman", "air_bersih", "wabah_jentik", "ketertiban", "listrik_pln", "hewan",
        reference.FALLBACK_CATEGORY,
    )
)  # fmt: skip
"""Topics that nobody can work on without knowing where."""
_ANSWER_MAX_WORDS = 12
_SHORT_ANSWER_WORDS = 5


def is_named(text: str) -> bool:
    """Whether the text names a street, a neighbourhood or a landmark."""
    words = _WORD.findall(text.casefold())
    streets = (behind for word, behind in pairwise(words) if word == _STREET)
    return (
        not _PLACE_WORDS.isdisjoint(words)
        or any(name not in _NO_STREET_NAMES for name in streets)
        or any(name in " ".join(words) for name in reference.kelurahan_names())
    )


def is_missing(text: str, triage: Triage) -> bool:
    """Whether somebody would have to ask where: a complaint about a place that names none."""
    is_somewhere = triage.kind is Kind.COMPLAINT and triage.category in _OUTDOORS
    return is_somewhere and not is_named(text)


def is_answer(text: str, triage: Triage) -> bool:
    """Whether a text can be the answer to "where?": a place and no complaint of its own."""
    count = len(_WORD.findall(text))
    is_short = count <= _SHORT_ANSWER_WORDS
    is_only_a_place = triage.category == reference.FALLBACK_CATEGORY and count <= _ANSWER_MAX_WORDS
    is_new_matter = triage.kind is not Kind.COMPLAINT
    return is_named(text) and (is_short or is_only_a_place) and not is_new_matter
