"""`posko-firmware check`, `render` and `diff` as a technician meets them."""

import sys
from pathlib import Path

import pytest

from firmware_config.__main__ import main
from firmware_config.applying import Box
from firmware_config.rendering import render
from tests.support.layouts import LAYOUTS, layout

CONFIG = LAYOUTS / "pi4-two-zones/posko.toml"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["posko-firmware", *words])
    return main()


def test_check_says_that_all_is_well_and_what_to_know(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--config", str(CONFIG), "check") == 0
    said = capsys.readouterr().out
    assert "note: radio.devices[0].channel = 149: ID allows it indoors only" in said
    assert "is valid: 26 files" in said


@pytest.mark.parametrize("command", [["check"], ["diff"], ["apply"], ["render", "--out", "x"]])
def test_no_command_does_anything_with_a_mistake(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "posko.toml"
    config.write_text(CONFIG.read_text().replace('country = "ID"', 'country = "JP"'))
    monkeypatch.chdir(tmp_path)
    arguments = ["--config", str(config), "--root", str(tmp_path / "root"), *command]
    assert run(monkeypatch, *arguments) == 78
    assert "radio.devices[0].channel = 149: with country JP" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["posko.toml"]


def test_render_writes_every_file_with_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "--config", str(CONFIG), "render", "--out", str(tmp_path)) == 0
    for path, file in render(layout("pi4-two-zones")).items():
        assert (tmp_path / path).read_text() == file.text
        assert (tmp_path / path).stat().st_mode & 0o777 == file.mode


def test_diff_shows_everything_on_a_new_box_and_nothing_where_all_is_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--config", str(CONFIG), "--root", str(tmp_path), "diff"]
    assert run(monkeypatch, *words) == 1
    text = capsys.readouterr().out
    assert "+++ then/hostapd/wlan1.conf" in text
    assert "pelayanan prima" not in text
    there = Box(tmp_path).generations
    with there.lock():
        there.switch(there.stage(render(layout("pi4-two-zones"))))
    assert run(monkeypatch, *words) == 0
    assert capsys.readouterr().out == ""
    (there.folder / "current/hostapd/wlan1.conf").write_text("channel=14\n")
    assert run(monkeypatch, *words) == 1
    assert "was changed by hand" in capsys.readouterr().err
