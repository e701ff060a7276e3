from dataclasses import replace
from datetime import date

import pytest

from modem.advice import advise
from modem.events import Account, Health, ModemState

TODAY = date(2026, 11, 21)


def test_healthy_channel_needs_nothing():
    account = Account(balance_rp=50_000, valid_until=date(2027, 3, 1))
    assert advise(Health(state=ModemState.READY, signal_dbm=-77, account=account), TODAY) == ""


@pytest.mark.parametrize("state", set(ModemState) - {ModemState.READY, ModemState.STARTING})
def test_every_trouble_has_its_advice(state):
    assert advise(Health(state=state), TODAY)


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Account(balance_rp=9_999), "Rp9999"),
        (Account(valid_until=date(2026, 12, 5)), "2026-12-05"),
        (Account(valid_until=date(2026, 11, 1)), "2026-11-01"),
    ],
)
def test_credit_that_ends_is_told_in_time(account, words):
    assert words in advise(Health(state=ModemState.READY, account=account), TODAY)


def test_a_port_at_which_no_modem_was_ever_heard_may_be_the_wrong_one():
    silent = Health(state=ModemState.RECOVERING)
    assert "[modem] device" in advise(silent, TODAY)
    assert "[modem] device" not in advise(replace(silent, profile="huawei"), TODAY)


def test_a_sim_that_stays_full_is_told():
    full = Health(state=ModemState.READY, used=10, total=10)
    assert "10 places" in advise(full, TODAY)
    assert advise(Health(state=ModemState.READY, used=9, total=10), TODAY) == ""


def test_weak_signal_is_told_with_its_figure():
    assert "-107 dBm" in advise(Health(state=ModemState.READY, signal_dbm=-107), TODAY)
