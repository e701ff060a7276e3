from pathlib import Path

from appliance.runtime import update_state
from software_update.rescue.home import Home
from software_update.rescue.machine import Phase, Update, moved
from tests.support.an_update import UPDATE


def ended(home: Home, update: Update) -> dict[str, str]:
    home.finish(update, "2026-11-28T18:00:00+00:00")
    return update_state.gauges(home.folder)


def test_a_box_that_was_never_updated_says_nothing(tmp_path: Path) -> None:
    assert update_state.gauges(tmp_path / "missing") == {}


def test_others_read_what_posko_update_has_left(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.save(UPDATE)
    home.note_look(["old.poskoupdate: is older", "Posko 1.1.0 waits"])
    said = update_state.gauges(tmp_path)
    assert said["under_way"] == "1.1.0 staged"
    assert said["stick"] == "old.poskoupdate: is older; Posko 1.1.0 waits"
    assert "problem" not in said

    returning = moved(moved(UPDATE, Phase.INSTALLING), Phase.RETURNING, "portal" + "x" * 999)
    home.previous.touch()
    said = ended(home, moved(returning, Phase.RETURNED))
    assert said["under_way"] == ""
    assert said["problem"].startswith("1.1.0 returned: portal")
    assert len(said["problem"]) == 200


def test_a_release_that_stays_ends_the_problem(tmp_path: Path) -> None:
    trial = moved(moved(UPDATE, Phase.INSTALLING), Phase.TRIAL)
    said = ended(Home(tmp_path), moved(trial, Phase.KEPT))
    assert (said["problem"], said["last"][:10]) == ("", "1.1.0 kept")
