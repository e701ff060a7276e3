"""One procedure on one port, then the port is closed: for tools beside the daemon.

Unsolicited lines are left to the daemon, which sweeps at its start.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from modem.events import Timing
from modem.exchange import Command, Exchange, Reply
from modem.port import Port
from modem.procedures.probing import Finding, probe
from modem.procedures.steps import Answer, Pause
from modem.silence import Silence

T = TypeVar("T")


def look_over(
    port: Port, *, timing: Timing, clock: Callable[[], float] = time.monotonic
) -> list[Finding]:
    """Run the probe on an open port."""
    session = _Session(port, clock)
    procedure = Silence(timing).heed(probe(timing))
    answer: Answer = None
    while True:
        try:
            step = procedure.send(answer)
        except StopIteration as done:
            findings: list[Finding] = done.value
            return findings
        answer = None
        if isinstance(step, Command):
            answer = session.ask(step)
        elif isinstance(step, Pause):
            session.wait(step.seconds)


class _Session:
    def __init__(self, port: Port, clock: Callable[[], float]) -> None:
        self._port = port
        self._clock = clock
        self._exchange = Exchange()

    def ask(self, command: Command) -> Reply:
        self._port.write(self._exchange.start(command, self._clock()).data)
        while True:
            for result in self._read():
                if isinstance(result, Reply):
                    return result
            if (expired := self._exchange.expire(self._clock())) is not None:
                return expired

    def wait(self, seconds: float) -> None:
        until_s = self._clock() + seconds
        while self._clock() < until_s:
            self._read()

    def _read(self) -> list[object]:
        data = self._port.read(max(1, self._port.in_waiting))
        return list(self._exchange.feed(data, self._clock()))
