"""`posko backup` and `posko restore` as a technician gives them."""

import json
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.runtime import daemon
from appliance.store.database import connect
from command_center.commands import sealed
from tests.builders import a_draft
from tests.conftest import at
from tests.unit.cli.conftest import Command, command

__all__ = ["command"]


@pytest.fixture
def key(tmp_path: Path, command: Command) -> Path:
    """A key file whose public key stands in the settings, and one report."""
    file = tmp_path / "backup.key"
    public = sealed.create(file)
    with (tmp_path / "posko.toml").open("a") as config:
        config.write(f'[backup]\nkey = "{public}"\nfolder = "{tmp_path}/none"\n')
    return file


@pytest.fixture
def stick(tmp_path: Path, db_path: Path) -> Path:
    db = connect(db_path)
    intake.receive(db, a_draft("lampu jalan mati"), at())
    db.close()
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def gauges(command: Command) -> dict[str, str]:
    told = json.loads(command("status", "--json")[1])["processes"].get("backup", {})
    return {name: gauge["value"] for name, gauge in told.items()}


def test_a_good_backup_is_told_with_its_time(command: Command, key: Path, stick: Path) -> None:
    status, out, _ = command("backup", "--to", str(stick))
    assert status == 0
    assert "1 requests, 0 files, verified" in out
    told = gauges(command)
    assert told["last_at"]
    assert told["problem"] == ""


def test_without_a_key_there_is_none_and_that_is_told(command: Command, stick: Path) -> None:
    status, _, err = command("backup", "--to", str(stick))
    assert status == daemon.EXIT_CONFIG
    assert "posko-center sealing-key new" in err
    assert "backup.key is not set" in gauges(command)["problem"]
    assert list(stick.iterdir()) == []


def test_a_stick_that_is_not_there_is_told_and_the_card_is_none(
    command: Command, key: Path, stick: Path, tmp_path: Path
) -> None:
    for folder in (tmp_path / "none", stick):
        text = (tmp_path / "posko.toml").read_text()
        (tmp_path / "posko.toml").write_text(text.replace(f"{tmp_path}/none", str(folder)))
        status, _, err = command("backup")
        assert status == 1
        assert "nothing is mounted" in err
    assert "plug a stick in" in gauges(command)["problem"]


def test_restore_goes_on_from_the_newest_and_says_what_to_do_next(
    command: Command, key: Path, stick: Path, db_path: Path
) -> None:
    command("backup", "--to", str(stick))
    status, _, err = command("restore", str(stick), "--key", str(key))
    assert status == 1
    assert "--set-aside" in err
    status, out, _ = command("restore", str(stick), "--key", str(key), "--set-aside")
    assert status == 0
    assert "1 requests" in out
    assert "posko enrol" in out
    [aside] = db_path.parent.glob("posko.db.replaced-*Z")
    assert str(aside) in out


def test_settings_are_written_beside_those_that_are_there_without_the_credential(
    command: Command, key: Path, stick: Path, tmp_path: Path
) -> None:
    additions = tmp_path / "posko.d"
    additions.mkdir()
    (additions / "50-enrolment.toml").write_text('[sync]\nbroker = "mqtt.kota"\n')
    (additions / "60-city.toml").write_text("[desk]\n")
    command("backup", "--to", str(stick))
    [backup] = stick.rglob("*.posko")
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "posko.toml").write_text("mine")
    status, _, _ = command("restore", str(backup), "--key", str(key), "--settings", str(folder))
    assert status == 0
    assert {file.name for file in folder.iterdir()} == {
        "posko.toml", "posko.toml.restored", "60-city.toml",
    }  # fmt: skip
    assert (folder / "posko.toml").read_text() == "mine"
    assert 'pin = "4321"' in (folder / "posko.toml.restored").read_text()


def test_settings_are_not_written_to_a_folder_that_is_not_there(
    command: Command, key: Path, stick: Path, tmp_path: Path
) -> None:
    command("backup", "--to", str(stick))
    [backup] = stick.rglob("*.posko")
    folder = tmp_path / "nowhere"
    status, _, err = command("restore", str(backup), "--key", str(key), "--settings", str(folder))
    assert (status, err) == (1, f"posko: --settings: {folder} is no folder; make it first\n")


def test_a_key_that_everybody_could_open_is_a_mistake(command: Command, tmp_path: Path) -> None:
    with (tmp_path / "posko.toml").open("a") as config:
        config.write(f'[backup]\nkey = "x25519:{"0" * 64}"\n')
    status, _, err = command("backup")
    assert status == daemon.EXIT_CONFIG
    assert "backup.key: x25519:00000000 protects nothing" in err
