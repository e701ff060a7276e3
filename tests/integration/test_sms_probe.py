"""`posko sms probe` at a simulated modem on a pseudo terminal."""

import json
from contextlib import closing

import pytest

from appliance.__main__ import main
from modem.port import open_port
from tests.sim.running import running_modem


@pytest.fixture
def posko(monkeypatch, tmp_path, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["posko", "sms", "probe", *arguments])
        status = main()
        return status, capsys.readouterr()

    return run


def test_fit_modem_is_shown_as_a_table_and_as_json(posko, tmp_path):
    device = str(tmp_path / "modem")
    with running_modem(tmp_path):
        status, printed = posko(device)
        assert status == 0
        assert "AT+CNMI=" in printed.out
        status, printed = posko(device, "--json")
    told = json.loads(printed.out)
    assert (status, told["works"], told["device"]) == (0, True, device)


def test_modem_that_will_not_work_ends_with_status_1_and_what_to_change(posko, tmp_path):
    with running_modem(tmp_path, "--pin", "1234"):
        status, printed = posko(str(tmp_path / "modem"))
    assert status == 1
    assert "[modem] pin" in printed.out
    assert "will not work" in printed.err


def test_port_that_another_program_holds_is_told_with_the_usual_culprit(posko, tmp_path):
    with running_modem(tmp_path), closing(open_port(str(tmp_path / "modem"))):
        status, printed = posko(str(tmp_path / "modem"))
    assert status == 1
    assert "ModemManager" in printed.err
    status, printed = posko(str(tmp_path / "none"))
    assert (status, "cable" in printed.err) == (1, True)
