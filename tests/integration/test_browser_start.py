"""A browser that starts on a box too busy for it shows its page late, but shows it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from flask import Flask

from appliance.screen import browser_profile
from tests.support.browser import served
from tests.support.programs import needs
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

CHROMIUMS_OWN_S = 15
"""For which a process of Chromium waits for the first of them, unless it is told otherwise."""
CAGE = """\
#!/bin/sh
shift 2
exec "$@" --headless --no-sandbox --disable-gpu
"""


def test_a_browser_that_is_slow_to_start_loses_no_process_and_no_page(tmp_path: Path) -> None:
    """Stopped where it has begun those beside it and does not answer them yet."""
    needs("chromium")
    cage = tmp_path / "cage"
    cage.write_text(CAGE)
    cage.chmod(0o755)
    asked: list[str] = []
    kiosk = Flask("kiosk")
    kiosk.add_url_rule("/", view_func=lambda: asked.append("/") or "<title>Posko</title>")
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUNTIME_DIRECTORY": str(tmp_path)}
    with (
        served(kiosk) as port,
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            ["/bin/sh", "-c", f"exec {browser_profile.command(f'127.0.0.1:{port}')}"],
            env=path,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as browser,
    ):
        try:
            [network] = wait_for(lambda: network_of(browser.pid), "it has begun the network's")
            os.kill(browser.pid, signal.SIGSTOP)
            begun_s = time.monotonic()
            wait_for(
                lambda: time.monotonic() - begun_s > CHROMIUMS_OWN_S + 2 or has_ended(network),
                "as long as the network's would have waited",
            )
            os.kill(browser.pid, signal.SIGCONT)
            wait_for(lambda: asked, "the page is asked for")
            assert network_of(browser.pid) == [network]
        finally:
            os.killpg(browser.pid, signal.SIGKILL)


def network_of(session: int) -> list[int]:
    """Chromium's processes that ask for pages, of one browser."""
    found = subprocess.run(
        ["/usr/bin/pgrep", "-s", str(session), "-f", "sub-type=network.mojom.NetworkService"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in found.stdout.split()]


def has_ended(pid: int) -> bool:
    """A zombie too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
