"""`python -m modem` with two modems: both receive, each sends to the numbers of its operator."""

from contextlib import ExitStack

import pytest

from appliance.store.box import gauges
from appliance.store.sms import texts
from tests.sim.control import ModemControl
from tests.sim.running import running_modem
from tests.support.modem_daemon import CONFIG, Daemon

ALSO = """
[[modem.also]]
name = "xl"
device = "{folder}/second/modem"
"""
TELKOMSEL, XL = "+6281234567890", "+6281712345678"


class TwoModems(Daemon):
    def configuration(self):
        return (CONFIG + ALSO).format(folder=self.folder)


@pytest.fixture
def modems(tmp_path):
    (tmp_path / "second").mkdir()
    with ExitStack() as stack:
        yield [
            stack.enter_context(running_modem(tmp_path)),
            stack.enter_context(running_modem(tmp_path / "second", "--imsi", "510110000000002")),
        ]


@pytest.fixture
def daemon(tmp_path, modems):
    daemon = TwoModems(tmp_path)
    yield daemon
    if daemon.process.poll() is None:
        daemon.kill()
    daemon.log.close()


def ready(daemon, *names):
    def states():
        said = daemon.query(lambda db: [gauges.every(db)])[0]
        return [said.get(name, {}).get("state", ("",))[0] for name in names]

    ModemControl.wait_for(lambda: states() == ["ready"] * len(names), limit_s=30)


def told(modem):
    return {delivered["to"] for delivered in modem.delivered()}


def test_both_receive_and_each_answers_its_own_operator_until_one_is_lost(daemon, modems):
    first, second = modems
    ready(daemon, "modem", "modem-xl")
    second.sms(TELKOMSEL, "Lampu jalan mati di jl Rajawali")
    first.sms(XL, "Got mampet di RT 3")
    daemon.settle(2)
    assert told(first) == {"+6281234567890"}
    assert told(second) == {"+6281712345678"}
    second.call("network", up=False)
    first.sms("+6281798765432", "Sampah menumpuk di pasar")
    daemon.settle(3)
    assert "+6281798765432" in told(first)
    second.call("unplug")
    first.sms("+6281798765431", "Pohon tumbang di RT 4")
    daemon.settle(4)
    assert len(daemon.query(texts.every)) == 4
    assert daemon.stop() == 0
