import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases.service_request import Kind
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.lexicon import matcher
from appliance.domain.triage.model import Model, features, model
from appliance.domain.triage.tables import raw


@pytest.mark.parametrize(
    "text",
    [
        "bapak tidur ngorok dibangunkan tidak bangun bangun, bibirnya membiru",
        "dinding belakang rumah kami miring dan berbunyi, nenek masih di dalam tidak bisa keluar",
    ],
)
def test_danger_told_in_words_that_no_rule_is_sure_of_is_an_emergency(text: str) -> None:
    assert classify(text).kind is Kind.EMERGENCY


def test_numbers_are_no_feature() -> None:
    assert features(["sampah", "1471109912880004"]) == {"sampah": "sampah"}


def test_an_opinion_says_which_words_spoke_for_it() -> None:
    opinion = model().opinion(matcher().words("sampah menumpuk di jalan"))
    assert "sampah" in opinion.why("sampah")


def test_no_name_is_given_as_a_reason() -> None:
    triage = classify("istri saya Siti Rahmah sakit kanker, ditolak rumah sakit Hendra")
    assert not {"siti", "rahmah", "hendra"} & set(" ".join(triage.reasons).lower().split())


@given(st.lists(st.text(alphabet="abcdefghij ", max_size=12), max_size=30))
def test_any_words_get_an_opinion_of_every_output(words: list[str]) -> None:
    assert model().opinion(words).scores.keys() == model().outputs.keys()


def test_the_model_takes_less_than_a_mebibyte() -> None:
    tracemalloc.start()
    try:
        kept = Model(raw("model.bin"))
        assert kept.outputs
        assert tracemalloc.get_traced_memory()[0] < 1 << 20
    finally:
        tracemalloc.stop()
