import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.triage.patterns import Matcher

CLASSES = {"mati": ["mati", "padam", "tidak nyala"]}
WORDS = ["lampu", "jalan", "mati", "padam", "merah", "rumah", "parit", "tersumbat", "xyz", "tidak"]


def found(pattern: str, text: str) -> bool:
    matcher = Matcher({"g": {1.0: [pattern]}}, CLASSES)
    return bool(matcher.find(matcher.words(text)))


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("parit tersumbat", "parit kami tersumbat", True),
        ("parit tersumbat", "tersumbat parit", False),
        ("parit tersumbat", "parit besar kami tersumbat", False),
        ("lampu & mati", "mati semua lampu", True),
        ("lampu & mati", f"lampu {'kota besar ' * 6} mati", False),
        ("lampu & @mati", "lampu tidak nyala", True),
        ("lampu & @mati ! merah", "lampu merah mati", False),
        ("lampu & lampu", "lampu", False),
    ],
)
def test_a_pattern_means_what_it_says(pattern: str, text: str, is_found: bool) -> None:
    assert found(pattern, text) is is_found


@given(st.lists(st.sampled_from(WORDS), max_size=20))
def test_both_words_of_a_pair_stand_within_ten(words: list[str]) -> None:
    matcher = Matcher({"g": {1.0: ["lampu & mati"]}}, CLASSES)
    lamps = [at for at, word in enumerate(words) if word == "lampu"]
    dead = [at for at, word in enumerate(words) if word == "mati"]
    expected = any(abs(a - b) <= 10 for a in lamps for b in dead)
    assert bool(matcher.find(words)) is expected


def test_every_pattern_of_our_tables_finds_itself() -> None:
    from appliance.domain.triage.lexicon import matcher

    lost = []
    for patterns in matcher()._by_first.values():
        for pattern in patterns:
            words = [word for part in pattern.parts for word in min(part[min(part)])]
            if not any(m.pattern is pattern for m in matcher().find(words)):
                lost.append(pattern.source)
    assert lost == []
