"""The simulated modem is one: gammu and gnokii, which know nothing of it, work with it."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.sim.running import running_modem
from tests.support.programs import needs
from tests.support.sms_daemons import GammuFiles

pytestmark = pytest.mark.slow
CITIZEN = "+628123456789"
LONG = "Jalan rusak {parah} di RT 7, @ pasar. " * 6
WIDE = "Banjir di jalan 漢"


@pytest.fixture
def folder():
    """A short path: gnokii takes no longer one for a port."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def modem_sim(folder):
    with running_modem(folder, "--vendor", "sim800") as control:
        yield control


def run(program, *arguments, folder, text=""):
    result = subprocess.run(
        [needs(program), *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        env={"HOME": str(folder), "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(folder)},
        input=text,
        timeout=30,
    )
    return result.stdout


@pytest.fixture
def gammu(folder, modem_sim):
    config = folder / "gammurc"
    config.write_text(f"[gammu]\ndevice = {folder}/modem\nconnection = at115200\n")

    def gammu(*arguments, text=""):
        return run("gammu", "-c", str(config), *arguments, folder=folder, text=text)

    return gammu


@pytest.fixture
def gnokii(folder, modem_sim):
    config = folder / "gnokiirc"
    config.write_text(
        f"[global]\nport = {folder}/modem\nmodel = AT\nconnection = serial\nuse_locking = no\n"
        "initlength = default\nserial_baudrate = 19200\n"
    )

    def gnokii(*arguments, text=""):
        return run("gnokii", "--config", str(config), *arguments, folder=folder, text=text)

    return gnokii


def arrive(modem_sim):
    for text in ("Lampu mati @{}€", WIDE, LONG):
        modem_sim.sms(CITIZEN, text)
    modem_sim.wait_for(lambda: modem_sim.audit()["slots"]["ME"] == 4)


def texts_of_people(modem_sim):
    return [delivered["text"].strip() for delivered in modem_sim.delivered()]


def test_gammu_identifies_the_modem_and_reads_the_signal(gammu):
    assert "SIMCOM_Ltd" in gammu("identify")
    assert "-77 dBm" in gammu("monitor", "1")


def test_gammu_lists_joins_and_deletes_messages(gammu, modem_sim):
    arrive(modem_sim)
    shown = gammu("geteachsms")
    for text in ("Lampu mati @{}€", WIDE, LONG.strip(), CITIZEN):
        assert text in shown
    gammu("deletesms", "0", "100001")
    assert modem_sim.audit()["slots"]["ME"] == 3


def test_gammu_sends_long_and_wide_texts(gammu, modem_sim):
    gammu("sendsms", "TEXT", CITIZEN, "-len", "400", text=LONG)
    gammu("sendsms", "TEXT", CITIZEN, "-unicode", text=WIDE)
    assert texts_of_people(modem_sim) == [LONG.strip(), WIDE]


def test_gnokii_identifies_the_modem_and_reads_the_signal(gnokii):
    assert "SIMCOM_SIM800L" in gnokii("--identify")
    assert "RFLevel: 18" in gnokii("--monitor", "once")


def test_gnokii_reads_and_deletes_messages(gnokii, modem_sim):
    arrive(modem_sim)
    shown = gnokii("--getsms", "ME", "1", "4")
    for text in ("Lampu mati @{}€", WIDE, "Linked (2/2)", CITIZEN):
        assert text in shown
    gnokii("--deletesms", "ME", "2")
    assert modem_sim.audit()["slots"]["ME"] == 3


def test_gnokii_sends_short_long_and_wide_texts(gnokii, modem_sim):
    gnokii("--sendsms", CITIZEN, text="Laporan diterima @{}")
    gnokii("--sendsms", CITIZEN, "--long", "400", text=LONG)
    gnokii("--sendsms", CITIZEN, text=WIDE)
    assert texts_of_people(modem_sim) == ["Laporan diterima @{}", LONG.strip(), WIDE]


def test_gammu_smsd_receives_sends_and_gets_the_status_report(folder, modem_sim):
    arrive(modem_sim)
    daemon = GammuFiles(folder / "gammu", folder / "modem")
    daemon.send(CITIZEN, "Laporan diterima")
    daemon.start()
    try:
        modem_sim.wait_for(lambda: len(daemon.received()) == 3, limit_s=20)
        modem_sim.wait_for(
            lambda: f"Delivered to {CITIZEN}" in (daemon.folder / "log").read_text(), limit_s=20
        )
    finally:
        daemon.stop()
    assert set(daemon.received()) == {"Lampu mati @{}€", WIDE, LONG}
    assert texts_of_people(modem_sim) == ["Laporan diterima"]
