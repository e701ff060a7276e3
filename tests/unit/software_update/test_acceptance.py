from dataclasses import replace

import pytest
from msgspec.structs import replace as with_other

from software_update.acceptance import Installed, refusal
from tests.support.an_update import MANIFEST

BOX = Installed(version="1.1.0", architecture="arm64", schema=19, needs_from=18)


def is_older(one: str, other: str) -> bool:
    return [int(part) for part in one.split(".")] < [int(part) for part in other.split(".")]


def test_a_newer_release_is_taken() -> None:
    assert refusal(MANIFEST, BOX, is_older) == ""
    assert refusal(with_other(MANIFEST, architecture="all"), BOX, is_older) == ""


@pytest.mark.parametrize(
    ("update", "box", "words"),
    [
        ({"architecture": "amd64"}, {}, "take the file for arm64"),
        ({"version": "1.1.0"}, {}, "installed already"),
        ({"version": "1.0.9"}, {}, "--allow-downgrade"),
        ({"minimum": "1.1.1"}, {}, "first install that"),
        ({"compatible_from": 20}, {}, "in between"),
        ({}, {"free_bytes": 60 << 20}, "make room"),
        ({}, {"free_bytes": 90 << 20, "database_bytes": 30 << 20}, "make room"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(
    update: dict[str, object], box: dict[str, object], words: str
) -> None:
    assert words in refusal(with_other(MANIFEST, **update), replace(BOX, **box), is_older)


def test_a_downgrade_needs_a_word_a_readable_database_and_the_floor() -> None:
    older = with_other(MANIFEST, version="1.0.9", schema=18)
    assert refusal(older, BOX, is_older, may_downgrade=True) == ""
    migrated = replace(BOX, needs_from=19)
    assert "can't read" in refusal(older, migrated, is_older, may_downgrade=True)
    floored = replace(BOX, floor="1.1.0")
    assert "not safe" in refusal(older, floored, is_older, may_downgrade=True)
