"""Check 1, of the settings that a city sets: what it was told is in force outlives a power cut."""

import random
from pathlib import Path

import pytest

from appliance.runtime import city_layer
from tests.powercut import city_layers, disk, recording
from tests.powercut.recording import Kind

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

REVISIONS, CUTS = 12, 200


def test_settings_that_have_come_are_there_after_any_cut(tmp_path: Path) -> None:
    house, remains = tmp_path / "house", tmp_path / "remains"
    for folder in (house, remains):
        folder.mkdir()
    recorder = recording.compile_recorder(tmp_path)
    arguments = (str(house), str(REVISIONS))
    changes = recording.run(
        recorder, city_layers.__name__, *arguments, folder=house, log=tmp_path / "log"
    )
    for seed in range(CUTS):
        chance = random.Random(seed)
        at = chance.randrange(len(changes) + 1)
        disk.after(changes[:at]).cut(remains, chance)
        told = [c for c in changes[:at] if c.kind is Kind.WRITE and c.name == "confirmed"]
        assert len(told) <= city_layer.read(remains / "posko.db").revision <= len(told) + 1
        for file in remains.iterdir():
            file.unlink()
