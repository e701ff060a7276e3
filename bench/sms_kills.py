"""What a crash, or an answer that never comes, costs: messages lost, doubled, sent twice."""

import random
import time
from collections import Counter
from functools import partial

from bench.sms_table import Bench, bench
from tests.support.sms_daemons import SmsDaemon

KILLS = 5
INCOMING_S = 20.0
SENDS = 30
SILENCE_S = 150.0
REFUSAL_S = 60.0
_LONG = (
    "Jalan rusak parah di RT {0}, mohon segera diperbaiki sebelum ada yang jatuh lagi; " * 3 + "ya"
)


def incoming(kind: type[SmsDaemon], seed: int) -> str:
    """Lost/doubled of 200 messages, a fifth of them of several parts, with kill -9 in between."""
    with bench(kind) as run:
        run.daemon.start()
        chance = random.Random(seed)
        deaths = set(chance.sample(range(20, 190), KILLS))
        for number in range(200):
            run.sms(_LONG.format(number) if number % 5 == 0 else "")
            time.sleep(INCOMING_S / 200)
            if number in deaths:
                run.daemon.kill()
                run.daemon.start()
        run.wait(run.is_complete, 90, 0.2)
        run.wait(lambda: not any(run.modem.audit()["slots"].values()), 60, 0.2)
        return "{}/{}".format(*run.balance())


def before_delete(kind: type[SmsDaemon]) -> str:
    """Copies of a short and of a long message if the daemon dies before its CMGD takes effect."""
    copies = []
    for text in ("Lampu mati di RT 3", _LONG.format(3)):
        with bench(kind) as run:
            run.modem.fault(lost_deletes=1000)
            run.daemon.start()
            run.sms(text)
            run.wait(run.is_complete, 60, 0.001)
            run.daemon.kill()
            run.modem.fault(lost_deletes=0)
            run.daemon.start()
            run.sms()
            run.wait(run.is_complete, 60)
            copies.append(str(Counter(run.daemon.received())[text]))
    return " ".join(copies)


def sending(kind: type[SmsDaemon], seed: int) -> str:
    """Never/twice of 30 texts, killed while they are sent."""
    with bench(kind) as run:
        run.modem.fault(send_delay_s=0.05)
        texts = [f"Kabar {number} untuk Anda" for number in range(SENDS)]
        for number, text in enumerate(texts):
            run.daemon.send(f"+62812345{number:05d}", text)
        run.daemon.start()
        chance = random.Random(seed)
        for part in range(1, KILLS + 1):
            wanted = part * SENDS // (KILLS + 1)
            run.wait(partial(_has_delivered, run, wanted), 60, 0.002)
            time.sleep(chance.uniform(0, 0.1))
            run.daemon.kill()
            run.daemon.start()
        run.wait(partial(_has_delivered, run, SENDS), 60, 0.1)
        told = Counter(item["text"] for item in run.modem.delivered())
        twice = sum(count > 1 for count in told.values())
        return f"{sum(text not in told for text in texts)}/{twice}"


def deliveries(kind: type[SmsDaemon], seconds: float, **faults: object) -> str:
    """How often a text is delivered within so many seconds, and its attempts."""
    with bench(kind) as run:
        run.modem.fault(**faults)
        run.daemon.send("+6281234500001", "Kabar untuk Anda")
        run.daemon.start()
        run.wait(lambda: _attempts(run), 60, 0.1)
        time.sleep(seconds)
        return f"{len(run.modem.delivered())} ({_attempts(run)} tries)"


def _has_delivered(run: Bench, number: int) -> bool:
    return len(run.modem.delivered()) >= number


def _attempts(run: Bench) -> int:
    count: int = run.modem.audit()["sends"]
    return count
