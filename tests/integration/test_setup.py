"""What root does with the answers of a first setup, and whom it believes."""

import io
import os
import sys
from pathlib import Path

import pytest

from appliance import __main__ as posko
from appliance.domain.city import enrolment
from appliance.runtime import settings
from appliance.setup import answers as asked
from appliance.setup.answers import Answers, Step
from appliance.setup.app import create_app
from appliance.setup.draft import Folder, Phase, Request
from appliance.setup.installing import Installer, serve_request
from appliance.setup.site_file import Machine
from tests.support.ports import unused_ports

pytestmark = pytest.mark.slow

HERE = asked.with_place(Answers(), "14.71.07")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "state", tmp_path / "run")


@pytest.fixture
def installer(tmp_path: Path) -> Installer:
    config = tmp_path / "posko.toml"
    store = f'[store]\npath = "{tmp_path}/data/posko.db"\n'
    settings.additions(config).mkdir()
    (settings.additions(config) / "00-city.toml").write_text(store)
    return Installer(config, Machine, services=tmp_path / "none")


def asked_for(folder: Folder, answers: Answers) -> None:
    folder.keep(answers)
    folder.ask(Request("1"))


def test_the_screen_asks_in_one_language_whatever_its_browser_wishes(folder: Folder) -> None:
    pages = create_app(folder, lambda: None, machine=Machine).test_client()
    page = pages.get("/tempat", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert ">spasi</button>" in page.text
    assert '<meta name="google" content="notranslate">' in page.text  # else Chromium offers to


def test_answers_become_settings_a_database_and_a_code(
    folder: Folder, installer: Installer, tmp_path: Path
) -> None:
    asked_for(folder, HERE)
    serve_request(folder, installer)
    result = folder.result()
    assert result is not None
    assert (result.phase, bool(result.setup_code)) == (Phase.DONE, True), result
    assert settings.load(tmp_path / "posko.toml").site.name == "Bukit Raya"
    assert folder.request() is None


def test_a_city_that_cannot_be_asked_is_told_and_asked_again_later(
    folder: Folder, installer: Installer, tmp_path: Path
) -> None:
    now = asked.with_city(HERE, f"http://127.0.0.1:{unused_ports(1)[0]}")
    now = asked.with_code(now, str(enrolment.make(b"chance chanc")))
    asked_for(folder, now)
    serve_request(folder, installer)
    result = folder.result()
    assert result is not None
    assert (result.phase, result.stage) == (Phase.FAILED, "enrolment")
    assert "same command again" in result.details
    assert (tmp_path / "posko.toml").exists()
    asked_for(folder, asked.with_city(now, ""))
    serve_request(folder, installer)
    assert folder.result().phase is Phase.DONE


def test_settings_of_somebody_else_are_never_written_over(
    folder: Folder, installer: Installer, tmp_path: Path
) -> None:
    (tmp_path / "posko.toml").write_text("# mine\n")
    asked_for(folder, HERE)
    serve_request(folder, installer)
    assert folder.result().phase is Phase.FAILED
    assert (tmp_path / "posko.toml").read_text() == "# mine\n"


def test_while_nothing_can_be_written_the_box_goes_on_waiting_for_settings(
    folder: Folder, tmp_path: Path
) -> None:
    """Of services none is told to stop, not even where there is nobody to tell."""
    config = tmp_path / "posko.toml"
    config.write_text("# mine\n")
    asked_for(folder, HERE)
    serve_request(folder, Installer(config, Machine, services=tmp_path))
    assert "edit it" in folder.result().details


def test_answers_without_a_place_leave_nothing_behind(
    folder: Folder, installer: Installer, tmp_path: Path
) -> None:
    asked_for(folder, Answers())
    serve_request(folder, installer)
    assert folder.result().phase is Phase.FAILED
    assert not (tmp_path / "posko.toml").exists()


@pytest.mark.parametrize("spoil", ["link", "garbage", "huge", "fifo"])
def test_root_follows_no_link_and_believes_no_garbage(
    folder: Folder, installer: Installer, tmp_path: Path, spoil: str
) -> None:
    folder.keep(HERE)
    secret = tmp_path / "secret"
    secret.write_text('{"id": "1"}')
    file = folder.request_file
    {
        "link": lambda: file.symlink_to(secret),
        "garbage": lambda: file.write_bytes(b"\xff{"),
        "huge": lambda: file.write_bytes(b'{"id": "' + b"x" * 10**6 + b'"}'),
        "fifo": lambda: os.mkfifo(file),
    }[spoil]()
    serve_request(folder, installer)
    assert folder.result() is None
    assert not file.is_symlink()
    assert secret.exists()
    assert not (tmp_path / "posko.toml").exists()


def test_answers_are_whole_or_those_before_whenever_the_power_is_cut(folder: Folder) -> None:
    folder.keep(HERE)
    torn = folder.answers_file.with_name(".answers.json.new")
    torn.write_bytes(b'{"step": "wi')
    assert folder.answers() == HERE
    folder.keep(asked.with_wifi(HERE, "Posko"))
    assert folder.answers().step is Step.MODEM
    assert folder.answers_file.stat().st_mode & 0o777 == 0o600


def test_a_terminal_asks_the_same(
    tmp_path: Path,
    installer: Installer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed = "bukit raya pekan\n1\n" + "ID\n\n" + "\n\nno\n"
    monkeypatch.setattr("appliance.cli.setup.look", lambda: Machine(radio="w", driver="mt76x2u"))
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    config = tmp_path / "posko.toml"
    monkeypatch.setattr(sys, "argv", ["posko", "setup", "--config", str(config)])
    assert posko.main() == 0
    assert "/siapkan" in capsys.readouterr().out
    assert settings.load(config).radio.networks[0].ssid == "Posko Bukit Raya"


def test_a_terminal_that_is_closed_leaves_nothing_behind(
    tmp_path: Path, installer: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("bukit raya pekan\n1\n"))
    config = tmp_path / "posko.toml"
    monkeypatch.setattr(sys, "argv", ["posko", "setup", "--config", str(config)])
    assert posko.main() == 1
    assert not config.exists()


def test_the_setup_does_not_end_before_root_is_done(folder: Folder) -> None:
    app = create_app(folder, on_finish=lambda: None, machine=Machine)
    folder.keep(HERE)
    client = app.test_client()
    assert client.post("/selesai").status_code == 409
    assert client.get("/entah").status_code == 404
    assert folder.answers() == HERE
