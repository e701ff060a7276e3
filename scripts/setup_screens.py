"""Pictures of a first setup and of what `posko doctor` prints, for docs/install.md."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from appliance.runtime import settings
from appliance.setup.app import create_app
from appliance.setup.draft import Folder
from appliance.setup.installing import Installer, serve_request
from appliance.setup.machine import look
from appliance.setup.site_file import Machine
from tests.sim.running import running_modem
from tests.support.browser import served

SCREEN: ViewportSize = {"width": 1024, "height": 600}
_COLOURS = {"ok": "#7ad1a0", "WARN": "#f2c14e", "FAULT": "#ff8b7b", "absent": "#9aa5a0"}
_PAGE = (
    "<body style='margin:0;background:#14211c'><pre style='margin:0;padding:16px;color:#eef2ef;"
    "font:13px/1.45 monospace;white-space:pre-wrap;width:1080px'>{}</pre>"
)


def take_setup(browser: Browser, home: Path, save: Callable[[Page, str], None]) -> None:
    """Walk a box with a modem through its first setup, on a machine that has a radio."""
    (home / "dev/serial/by-id").mkdir(parents=True)
    port = home / "dev/serial/by-id/usb-SimTech_SIM7600G-H-if02-port0"
    config = home / "etc/posko.toml"
    settings.additions(config).mkdir(parents=True)
    store = f'[store]\npath = "{home}/posko.db"\n'
    (settings.additions(config) / "00-city.toml").write_text(store)

    def machine() -> Machine:
        network = "192.168.1.0/24"
        found = replace(look(home), radio="wlan0", driver="brcmfmac", model="pi4")
        return replace(
            found, has_screen=True, office_network=network, office_address="192.168.1.10"
        )

    folder = Folder(home / "state", home / "run")
    installer = Installer(config, machine, services=home / "none")
    with running_modem(home), served(create_app(folder, lambda: None, machine=machine)) as number:
        port.symlink_to(home / "modem")
        page = browser.new_page(viewport=SCREEN, locale="id-ID")
        page.goto(f"http://127.0.0.1:{number}/")
        page.fill("#f-typed", "bukit raya")
        save(page, "setup-place")
        page.locator("footer .btn-primary").click()
        page.locator("button[value='14.71.07']").click()
        save(page, "setup-wifi")
        page.locator("footer .btn-primary").click()
        page.locator("main [name=device]").click()
        page.get_by_text("Modem siap dipakai").wait_for()
        save(page, "setup-modem")
        page.locator("footer .btn-primary").click()
        page.fill("#f-typed", "0812-3456-7890")
        page.locator("footer .btn-primary").click()
        page.locator("footer [value=skip]").click()
        page.locator("[name=open][value=yes]").click()
        save(page, "setup-review")
        page.locator("footer .btn-primary").click()
        page.get_by_text("Memasang").wait_for()
        serve_request(folder, installer)
        page.get_by_text("Kotak siap dipakai").wait_for()
        save(page, "setup-done")
        page.close()


def take_doctor(browser: Browser, config: Path, save: Callable[[Page, str], None]) -> None:
    """What the doctor says of a box whose daemons run."""
    command = [sys.executable, "-m", "appliance", "doctor", "--config", str(config)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    page = browser.new_page(viewport={"width": 1112, "height": 400})
    page.set_content(_PAGE.format("\n".join(map(_coloured, said.splitlines()))))
    page.locator("pre").evaluate("e => scrollTo(0, 0)")
    size = page.locator("pre").bounding_box()
    assert size is not None
    page.set_viewport_size({"width": 1112, "height": int(size["height"])})
    save(page, "doctor")
    page.close()


def _coloured(line: str) -> str:
    word = line.partition(" ")[0]
    colour = _COLOURS.get(word)
    if colour is None:
        return escape(line)
    rest = escape(line[len(word) :])
    return f"<b style='color:{colour}'>{word}</b>{rest}"
