"""What a fleet goes through: switched on at once, a steady day, the broker's death and return.

Played with a thousand boxes by the tests and with every kecamatan of the country by the benchmark.
"""

import socket
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.pss import pss_kib
from command_center.broker_config import LIMITS
from demo.supervisor import Child, Supervisor, answers
from tests.support.fleet import Fleet, listen_overflows
from tests.support.ports import unused_ports
from tests.support.programs import needs

OUTAGE_S = 3.0
"""systemd starts a dead broker again within a few seconds."""
_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured; seconds."""

    boxes: int
    complaints: int
    up_s: float
    """From switching all on to all connected and subscribed."""
    greeted_s: float
    """From then until the city has committed and acknowledged the first complaint of each."""
    puback_p99_s: float
    city_p50_s: float
    city_p99_s: float
    back_s: float
    """From the broker's return to all connected and subscribed."""
    settled_s: float
    """From then until nothing is unacknowledged."""
    failed_attempts: int
    overflows: int
    """SYNs dropped at a full backlog, over the whole run."""
    broker_kib: float
    """Memory (PSS) that each box costs the broker, over what it holds without any."""
    center_kib: float
    """The same of receiver and database cache."""

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.boxes} boxes: all up {self.up_s:.1f} s after being switched on, the first "
                f"complaint of each acknowledged {self.greeted_s:.1f} s later",
                f"steady: PUBACK p99 {_ms(self.puback_p99_s)}; committed by the city and "
                f"acknowledged p50 {_ms(self.city_p50_s)}, p99 {_ms(self.city_p99_s)}",
                f"broker away for {OUTAGE_S:.0f} s: all up {self.back_s:.1f} s after its return, "
                f"all acknowledged {self.settled_s:.1f} s later; {self.failed_attempts} failed "
                f"attempts, {self.overflows} SYNs dropped",
                f"memory per box: broker {self.broker_kib:.1f} KiB, "
                f"center {self.center_kib:.1f} KiB",
                f"{self.complaints} complaints, each stored once",
            )
        )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def play(folder: Path, *, boxes: int, rate: float, steady_s: float) -> Figures:
    """Go through it; AssertionError when a complaint is lost or doubled or a wait is too long."""
    [port] = unused_ports(1)
    database = folder / "center.db"
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{LIMITS}")
    broker = Child(
        "broker",
        [needs("mosquitto"), "-c", str(config)],
        folder / "mosquitto.log",
        is_ready=lambda: answers(socket.AF_INET, ("127.0.0.1", port)),
    )
    center = Child(
        "center",
        [
            *(sys.executable, "-m", "tests.support.fleet_center"),
            *("--port", str(port), "--database", f"sqlite:///{database}"),
        ],
        folder / "center.log",
        is_ready=database.exists,
    )
    overflows = listen_overflows()
    supervisor = Supervisor()
    with Fleet([port], boxes) as fleet:
        try:
            supervisor.start(broker)
            supervisor.start(center)
            idle = _pss_kib(broker), _pss_kib(center)
            up_s, greeted_s = _switch_on(fleet)
            fleet.run_for(steady_s, rate=rate)  # what was sent twice meanwhile is worked off
            fleet.seen.puback_s.clear()
            fleet.seen.city_s.clear()
            fleet.run_for(steady_s, rate=rate)
            fleet.run_until(lambda: not fleet.unacked, "all acknowledged", limit_s=_LIMIT_S)
            held = _pss_kib(broker), _pss_kib(center)
            puback_s, city_s = sorted(fleet.seen.puback_s), sorted(fleet.seen.city_s)
            fleet.failed_attempts = 0
            supervisor.kill("broker")
            fleet.run_for(OUTAGE_S, rate=rate)
            supervisor.start_again("broker")
            back_s = fleet.run_until(
                lambda: _all_up(fleet), "all back", limit_s=_LIMIT_S, rate=rate
            )
            settled_s = fleet.run_until(lambda: not fleet.unacked, "settled", limit_s=_LIMIT_S)
        finally:
            supervisor.stop()
        _stored_once(database, fleet)
        return Figures(
            boxes=boxes,
            complaints=sum(box.reported for box in fleet.boxes),
            up_s=up_s,
            greeted_s=greeted_s,
            puback_p99_s=puback_s[int(0.99 * len(puback_s))],
            city_p50_s=city_s[len(city_s) // 2],
            city_p99_s=city_s[int(0.99 * len(city_s))],
            back_s=back_s,
            settled_s=settled_s,
            failed_attempts=fleet.failed_attempts,
            overflows=listen_overflows() - overflows,
            broker_kib=(held[0] - idle[0]) / boxes,
            center_kib=(held[1] - idle[1]) / boxes,
        )


def _pss_kib(child: Child) -> int:
    assert child.process
    return pss_kib(child.process.pid)


def _switch_on(fleet: Fleet) -> tuple[float, float]:
    fleet.report_everywhere()
    fleet.start()
    up_s = fleet.run_until(lambda: _all_up(fleet), "all up", limit_s=_LIMIT_S)
    return up_s, fleet.run_until(lambda: not fleet.unacked, "greeted", limit_s=_LIMIT_S)


def _all_up(fleet: Fleet) -> bool:
    return fleet.ready == len(fleet.lines)


def _stored_once(database: Path, fleet: Fleet) -> None:
    with sqlite3.connect(database) as db:
        stored = dict(db.execute("SELECT epoch, upto FROM streams WHERE lane = 'p1'"))
        [requests] = db.execute("SELECT count(*) FROM requests").fetchone()
    db.close()
    assert stored == {box.epoch: box.reported for box in fleet.boxes}
    assert requests == sum(box.reported for box in fleet.boxes)
