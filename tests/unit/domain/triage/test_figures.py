"""The figures asked of the triage, on every labelled set there is (docs/triage.md)."""

import pytest

from appliance.domain.triage.judgement import classify
from bench.triage import MESSAGES, figures, messages


@pytest.mark.parametrize("name", sorted(path.stem for path in MESSAGES.glob("*.csv")))
def test_the_goals_are_reached(name: str) -> None:
    counted = figures((row, classify(row["text"])) for row in messages(name))
    assert counted.category.value >= 0.80
    assert counted.top3.value >= 0.92
    assert counted.kind.value >= 0.88
    assert counted.emergency_recall.value >= 0.92
    assert counted.emergency_precision.value >= 0.70
    assert counted.secret_recall.value >= 0.95
    assert counted.secret_precision.value >= 0.60
    assert counted.kelurahan_recall.value >= 0.80
    assert counted.kelurahan_wrong.value <= 0.03
    assert counted.reports_as_spam.value <= 0.01
