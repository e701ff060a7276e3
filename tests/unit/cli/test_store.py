import json
from pathlib import Path

from appliance.runtime import ids
from appliance.store import migrate
from tests.conftest import SITE
from tests.unit.cli.conftest import Command, command

__all__ = ["command"]


def test_check_of_a_whole_database_says_so(command: Command, db_path: Path) -> None:
    status, out, _ = command("store", "check")
    assert status == 0
    assert "whole" in out
    assert "ballast in place" in out


def test_check_of_a_damaged_database_changes_nothing_and_says_what_to_do(
    command: Command, db_path: Path
) -> None:
    damaged = b"\xee" * 5000
    db_path.write_bytes(damaged)
    status, out, err = command("store", "check", "--json")
    assert status == 1
    assert json.loads(out)["fault"] == "the header is not that of a database"
    assert "posko store repair" in err
    assert db_path.read_bytes() == damaged


def test_repair_makes_it_whole_and_names_what_was_set_aside(
    command: Command, db_path: Path
) -> None:
    db_path.write_bytes(b"\xee" * 5000)
    status, out, _ = command("store", "repair", "--json")
    assert status == 0
    [aside] = json.loads(out)["set_aside"]
    assert Path(aside).read_bytes() == b"\xee" * 5000
    migrate.ensure(db_path, SITE, ids.new_epoch)


def test_check_without_a_database_says_so(command: Command) -> None:
    assert "there is no database" in command("store", "check")[1]


def test_check_ends_the_alarm_once_the_damaged_file_is_taken_away(
    command: Command, db_path: Path
) -> None:
    db_path.write_bytes(b"\xee" * 5000)
    assert command("store", "repair", "--json")[0] == 0
    assert "was damaged" in problem(command)
    [aside] = db_path.parent.glob("*.damaged-*Z")
    aside.rename(db_path.with_name("for-a-specialist"))
    assert command("store", "check")[0] == 0
    assert problem(command) == ""


def problem(command: Command) -> str:
    told = json.loads(command("status", "--json")[1])["processes"]["store"]["problem"]
    return str(told["value"])
