"""Who asks on the screen and who writes the settings: two units, and the first can do little."""

import os
import sys

import pytest

from appliance import __main__ as posko
from appliance.cli.setup import LISTEN
from appliance.runtime import settings
from appliance.screen import browser_profile
from appliance.setup.draft import RUN, STATE, Folder
from tests.unit.systemd.units import THRESHOLD, UNITS, exposure, values

PAGES, ROOT_UNIT, BROWSER = "posko-setup", "posko-setup-apply", "posko-setup-browser"


def test_the_pages_run_as_a_user_of_their_own_who_can_reach_little() -> None:
    assert values(PAGES, "User") == ["posko-setup"]
    assert exposure(PAGES) <= THRESHOLD
    assert values(PAGES, "Group")[-1] == "posko-setup"
    assert values(PAGES, "ReadWritePaths") == []


def test_only_the_browser_of_this_machine_reaches_them() -> None:
    assert LISTEN.startswith("127.0.0.1:")
    assert values(PAGES, "IPAddressDeny") == ["any"]
    assert values(PAGES, "IPAddressAllow") == ["localhost"]


@pytest.mark.parametrize("name", [f"{PAGES}.service", f"{ROOT_UNIT}.path"])
def test_it_begins_without_settings_and_goes_on_until_the_last_answer(name: str) -> None:
    text = (UNITS / name).read_text()
    assert f"ConditionPathExists=|!{settings.DEFAULT_PATH}\n" in text
    assert f"ConditionPathExists=|{Folder().answers_file}\n" in text


def test_folders_and_files_are_those_of_the_program() -> None:
    assert values(PAGES, "StateDirectory") == [STATE.name]
    assert values(ROOT_UNIT, "RuntimeDirectory") == [RUN.name]
    path = (UNITS / f"{ROOT_UNIT}.path").read_text()
    assert f"PathExists={Folder().request_file}\n" in path


def test_the_residents_screen_waits_for_the_end_of_the_setup() -> None:
    browser = (UNITS / "posko-kiosk-browser.service").read_text()
    assert f"ConditionPathExists=!{Folder().answers_file}\n" in browser
    assert f"[ -e {Folder().answers_file} ] ||" in (UNITS / "posko-begin.service").read_text()


def test_its_browser_is_watched_as_the_residents_is(monkeypatch: pytest.MonkeyPatch) -> None:
    [start] = values(BROWSER, "ExecStart")
    became: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda *program: became.append(program))
    monkeypatch.setattr(sys, "argv", start.split())
    posko.main()
    assert became == [("/bin/sh", ["sh", "-c", browser_profile.watched(LISTEN)])]
