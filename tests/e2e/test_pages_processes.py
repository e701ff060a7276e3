"""The processes of the web faces: settings in, READY, pages, SIGTERM, exit 0."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.people import Browser, ticket_of

pytestmark = pytest.mark.slow

CONFIG = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Pekanbaru"
[store]
path = "{folder}/posko.db"
[{section}]
listen = "127.0.0.1:{port}"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("module", "section"),
    [("captive_portal", "portal"), ("appliance.kiosk", "kiosk"), ("appliance.desk", "desk")],
)
def test_a_face_starts_says_ready_serves_feeds_the_watchdog_and_leaves_cleanly(
    module: str, section: str, tmp_path: Path
) -> None:
    port = free_port()
    config = tmp_path / "posko.toml"
    config.write_text(CONFIG.format(folder=tmp_path, section=section, port=port))
    notify = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(notify))
        systemd.settimeout(20)
        with subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=Path(__file__).parents[2],
            env={
                **os.environ,
                "POSKO_CONFIG": str(config),
                "NOTIFY_SOCKET": str(notify),
                "WATCHDOG_USEC": "90000000",
            },
        ) as process:
            try:
                assert systemd.recv(100) == b"READY=1"
                assert systemd.recv(100) == b"WATCHDOG=1"
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                    assert "Kecamatan Bukit Raya" in page.read().decode()
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0
            finally:
                process.kill()


def test_a_wrong_setting_is_named_and_ends_with_its_own_status(tmp_path: Path) -> None:
    config = tmp_path / "posko.toml"
    config.write_text(
        CONFIG.format(folder=tmp_path, section="portal", port=1).replace("listen", "lisen")
    )
    done = subprocess.run(
        [sys.executable, "-m", "captive_portal", "--config", str(config)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 78
    assert "portal.lisen" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("factory", "answer"), [("mock", b'"starts":0'), ("none", None)])
def test_the_kiosk_runs_with_its_panel_or_without_and_leaves_cleanly(
    factory: str, answer: bytes | None, tmp_path: Path
) -> None:
    port = free_port()
    config = tmp_path / "posko.toml"
    plain = CONFIG.format(folder=tmp_path, section="kiosk", port=port)
    config.write_text(f"{plain}[panel]\nstart_button = 17\npower_led = 5\n")
    environment = {
        **os.environ,
        "POSKO_CONFIG": str(config),
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "GPIOZERO_PIN_FACTORY": factory,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        with subprocess.Popen(
            [sys.executable, "-m", "appliance.kiosk"],
            cwd=Path(__file__).parents[2],
            env=environment,
        ) as process:
            try:
                assert systemd.recv(100) == b"READY=1"
                address = f"http://127.0.0.1:{port}/"
                with urllib.request.urlopen(address, timeout=10) as page:
                    assert (b"data-panel" in page.read()) == (answer is not None)
                if answer:
                    with urllib.request.urlopen(f"{address}panel?seen=", timeout=10) as news:
                        assert answer in news.read()
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0
            finally:
                process.kill()


def test_a_power_cut_in_the_middle_of_the_kiosks_conversation_keeps_nothing_but_the_sent(
    tmp_path: Path,
) -> None:
    port = free_port()
    config = tmp_path / "posko.toml"
    config.write_text(CONFIG.format(folder=tmp_path, section="kiosk", port=port))
    environment = {**os.environ, "POSKO_CONFIG": str(config)}
    root, told = Path(__file__).parents[2], "gangkenangarahasia"

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "appliance.kiosk"], cwd=root, env=environment
        )

    def on_disk() -> bool:
        return any(told.encode() in file.read_bytes() for file in tmp_path.glob("posko.db*"))

    resident = Browser(f"http://127.0.0.1:{port}")
    with start() as process:
        resident.open("/lapor")
        for button in ("lang=id", "choose=pju", "go=write"):
            resident.press(button)
        resident.press("go=next", text=f"Lampu mati di {told}")
        process.kill()
    assert not on_disk()
    with start() as process:
        for button in ("place=", "go=next", "go=next", "agree=no"):
            resident.press(button)
        ticket_of(resident.url)
        process.kill()
    assert on_disk()
