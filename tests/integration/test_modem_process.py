"""`python -m modem` as systemd runs it: real process, real database, simulated modem."""

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest

from appliance.store.cases import requests
from appliance.store.sms import texts
from tests.sim.running import running_modem
from tests.support.modem_daemon import Daemon


def phone(number):
    return f"0812345{number:05d}"


def answers(modem_sim):
    """How many texts each resident got."""
    return Counter(delivered["to"] for delivered in modem_sim.delivered())


@pytest.fixture
def modem_sim(tmp_path):
    with running_modem(tmp_path) as control:
        yield control


@pytest.fixture
def daemon(tmp_path, modem_sim):
    daemon = Daemon(tmp_path)
    yield daemon
    if daemon.process.poll() is None:
        daemon.kill()
    daemon.log.close()


def test_report_by_sms_is_answered_by_sms_and_the_daemon_stops_cleanly(daemon, modem_sim):
    modem_sim.sms("08123456789", "Lampu jalan mati di jl Rajawali dekat masjid")
    modem_sim.wait_for(modem_sim.delivered, limit_s=20)
    (reply,) = modem_sim.delivered()
    (request,) = daemon.query(requests.every)
    assert reply["to"] == "08123456789"
    assert str(request.ticket) in reply["text"]
    assert daemon.stop() == 0
    log = (daemon.folder / "modem.log").read_text(encoding="utf-8")
    assert "8123456789" not in log
    assert "Rajawali" not in log


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_report_reaches_a_modem_that_is_silent_at_most_commands_and_polled(tmp_path, modem_sim):
    """SMS check 36, with the patience of an office."""
    modem_sim.fault(ignored=r"AT(?!$|E|\+(CMG[FSLRD]|CPIN|CSQ|CREG)).+")
    daemon = Daemon(tmp_path)
    try:
        modem_sim.sms("08123456789", "Lampu jalan mati di jl Rajawali dekat masjid")
        modem_sim.wait_for(modem_sim.delivered, limit_s=200)
        assert daemon.stop() == 0
    finally:
        daemon.kill()
        daemon.log.close()
    log = (daemon.folder / "modem.log").read_text(encoding="utf-8")
    assert "state=ready" in log
    assert "state=recovering" not in log


@pytest.mark.slow
def test_killed_before_the_prompt_every_resident_gets_exactly_one_receipt(daemon, modem_sim):
    """Until the modem asks for the message, nothing has been sent and nothing is in doubt."""
    modem_sim.fault(prompt_delay_s=0.5)
    for number in range(8):
        modem_sim.sms(phone(number), f"Laporan {number}: got mampet")
        sends = modem_sim.audit()["sends"]
        modem_sim.wait_for(lambda sends=sends: modem_sim.audit()["sends"] > sends, limit_s=20)
        daemon.kill()
        daemon.start()
    modem_sim.fault(prompt_delay_s=0)
    daemon.settle(8)
    assert answers(modem_sim) == {phone(number): 1 for number in range(8)}
    assert {text.state for text in daemon.query(texts.every)} <= {"sent", "delivered"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_moment_only_what_was_in_the_air_is_in_doubt(daemon, modem_sim):
    seed = int(os.environ.get("POSKO_SEED", str(random.randrange(10**6))))
    kills = int(os.environ.get("POSKO_KILLS", "12"))
    print(f"POSKO_SEED={seed}")
    chance = random.Random(seed)
    modem_sim.fault(prompt_delay_s=0.3, send_delay_s=0.3)
    people = 2 * kills
    for number in range(people):
        modem_sim.sms(phone(number), f"Laporan {number}: got mampet di RT {number}")
        if number % 2:
            sends = modem_sim.audit()["sends"]
            modem_sim.wait_for(lambda sends=sends: modem_sim.audit()["sends"] > sends, limit_s=20)
            time.sleep(chance.uniform(0, 0.7))  # the moment of death is the random input
            daemon.kill()
            daemon.start()
    modem_sim.fault(prompt_delay_s=0, send_delay_s=0)
    daemon.settle(people)
    told, states = answers(modem_sim), daemon.query(texts.every)
    in_doubt = {text.address for text in states if text.state == "uncertain"}
    untold = {phone(number) for number in range(people)} - set(told)
    print(f"kills={kills} people={people} told={len(told)} uncertain={len(in_doubt)} {untold=}")
    assert max(told.values()) == 1
    assert untold <= in_doubt
    assert len(untold) <= 2, "only death between the note and the write leaves a resident untold"


@pytest.mark.slow
def test_killed_again_and_again_each_report_is_stored_once_and_answered_at_most_once(
    daemon, modem_sim
):
    """SMS checks 11 and 27."""
    sent = [f"Laporan {number}: got mampet di RT {number}" for number in range(60)]
    for number, text in enumerate(sent):
        modem_sim.sms(phone(number), text)
        if number % 12 == 11:
            modem_sim.wait_for(
                lambda number=number: len(daemon.reports()) > number - 8,
                limit_s=20,
            )
            daemon.kill()
            daemon.start()
    daemon.settle(len(sent))
    assert sorted(daemon.reports()) == sorted(sent)
    told = answers(modem_sim)
    assert max(told.values()) == 1
    uncertain = [text for text in daemon.query(texts.every) if text.state == "uncertain"]
    assert len(told) + len(uncertain) >= len(sent)
    # Status reports may still lie there.
    modem_sim.wait_for(lambda: modem_sim.audit()["slots"]["SM"] == 0)
    audit = modem_sim.audit()
    assert (audit["deleted_unread"], audit["deleted_all"]) == (0, 0)


def test_missing_configuration_is_explained(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "modem", "--config", str(tmp_path / "none.toml")],
        capture_output=True,
        check=False,
        text=True,
        timeout=20,
    )
    assert result.returncode == 78
    assert "none.toml" in result.stderr
