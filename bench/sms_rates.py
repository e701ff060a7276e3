"""How fast an SMS daemon takes in and sends, how it idles, and what memory it takes."""

import random
import statistics
import time
from functools import partial

from bench.pss import pss_kib
from bench.sms_table import Bench, bench
from tests.support.sms_daemons import SmsDaemon

MESSAGES = 200
LATENCIES = 30
SENDS = 30
IDLE_S = 60.0
_LIMIT_S = 120.0


def drain(kind: type[SmsDaemon], capacity: int) -> tuple[str, str]:
    """Messages a second that wait in the network, and AT commands for each."""
    with bench(kind, capacity) as run:
        run.get_ready()
        run.modem.call("network", up=False)
        for _ in range(MESSAGES):
            run.sms()
        commands = run.commands()
        run.modem.call("network", up=True)
        took = run.wait(lambda: run.daemon.count() > MESSAGES, _LIMIT_S)
        run.wait(lambda: not any(run.modem.audit()["slots"].values()), _LIMIT_S)
        each = (run.commands() - commands) / MESSAGES
        return f"{MESSAGES / took:.1f}/s" if took else "not all", f"{each:.1f}"


def latency(kind: type[SmsDaemon]) -> tuple[str, str, str]:
    """Arrival to committed: median and 90th percentile; and memory (PSS) idle and then."""
    with bench(kind) as run:
        run.get_ready()
        before = pss_mib(run.daemon)
        chance, waits = random.Random(1), []
        for number in range(LATENCIES):
            time.sleep(chance.uniform(0.3, 1.3))
            run.sms()
            waits.append(run.wait(partial(_has_counted, run, number + 2), 30, 0.003) or 30)
        tenths = statistics.quantiles(waits, n=10)
        after = pss_mib(run.daemon)
        return f"{tenths[4]:.2f} s", f"{tenths[8]:.2f} s", f"{before:.1f}/{after:.1f}"


def _has_counted(run: Bench, number: int) -> bool:
    return run.daemon.count() >= number


def sends(kind: type[SmsDaemon]) -> str:
    """Texts a second while the network takes 50 ms for each."""
    with bench(kind) as run:
        run.modem.fault(send_delay_s=0.05)
        for number in range(SENDS):
            run.daemon.send(f"+62812345{number:05d}", f"Kabar {number} untuk Anda")
        run.daemon.start()
        if run.wait(lambda: len(run.modem.delivered()) >= 1, 60) is None:
            return "none"
        took = run.wait(lambda: len(run.modem.delivered()) >= SENDS, _LIMIT_S)
        return f"{(SENDS - 1) / took:.1f}/s" if took else "not all"


def idle(kind: type[SmsDaemon]) -> str:
    """AT commands in a minute in which nothing happens."""
    with bench(kind) as run:
        run.get_ready()
        time.sleep(5)
        before = run.commands()
        time.sleep(IDLE_S)
        return f"{(run.commands() - before) * 60 / IDLE_S:.0f}"


def pss_mib(daemon: SmsDaemon) -> float:
    """Proportional set size of the daemon and its children."""
    return sum(map(pss_kib, daemon.pids())) / 1024
