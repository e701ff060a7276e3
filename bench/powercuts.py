"""Power cuts of a whole box under load, in the virtual machine of tests/vm (box check 9).

Residents report on the portal by WiFi and by SMS until the power goes, at a random moment; then the
box boots from what its disk has kept. Whose answer was cut off presses the button again. Whenever
it is up, every ticket that was ever shown must be in its database; at the end each report must be
at the city once.
"""

import argparse
import itertools
import random
import re
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.package import package
from tests.unit.command_center.city import all_requests
from tests.vm.appliance import Appliance, switched_off
from tests.vm.calls import Raised
from tests.vm.disk import CachingDisk
from tests.vm.places import OPEN, OWE
from tests.vm.residents import open_form, send

ANSWERS_MAX = 12
"""So many answers of the portal a round at most; then it is cut after up to so many seconds."""
CUT_AFTER_S = 4.0
ARRIVES_IN_S = 900.0
_PAGE = re.compile(r"/tiket/(\d{8})")
_TEXTED = re.compile(r"\b(\d\d) (\d{3}) (\d{3})\b")
PORTAL_UNITS = [f"posko-{name}.service" for name in ("nginx", "portal", "hostapd@wlan0")]


@dataclass
class Reports:
    """What residents have sent, and what they were shown."""

    sent: list[str] = field(default_factory=list)
    """Texts; each tells of another place."""
    shown: dict[str, str] = field(default_factory=dict)
    """By the portal: text, ticket."""
    unanswered: list[tuple[str, str, str]] = field(default_factory=list)
    """Submission, text and the resident's number."""
    texts: int = 0

    def new(self) -> tuple[str, str]:
        """A text that nobody has sent yet, and its sender's number."""
        number = len(self.sent)
        self.sent.append(f"lampu jalan mati di jl Kenari {number:04d}")
        return self.sent[-1], f"+62812{number:08d}"


def main() -> None:
    """Cut, look, print a line a round and the sums."""
    parser = argparse.ArgumentParser(prog="python -m bench.powercuts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    print(f"{args.rounds} power cuts, --seed {args.seed}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="posko-cuts-") as folder,
        switched_off(Path(folder), package(), make_disk=CachingDisk) as appliance,
    ):
        play(appliance, args.rounds, random.Random(args.seed))


def play(appliance: Appliance, rounds: int, chance: random.Random) -> None:
    """So many cuts; AssertionError at the first ticket that is missing or doubled."""
    reports, ready_s = Reports(), []
    for number in range(1, rounds + 1):
        ready_s.append(_boot(appliance, reports))
        before = len(_promised(appliance, reports))
        _report_until_cut(appliance, reports, chance)
        promised = len(_promised(appliance, reports))
        print(
            f"  {number:2}/{rounds}: portal ready after {ready_s[-1]:.1f} s; {promised - before} "
            f"tickets shown, {len(reports.unanswered)} report cut off, {promised} shown in all",
            flush=True,
        )
    ready_s.append(_boot(appliance, reports))
    _all_arrive(appliance, reports)
    delivered = Counter((one["to"], one["text"]) for one in appliance.modem.delivered())
    twice = sum(times > 1 for times in delivered.values())
    print(
        f"{rounds} cuts, {len(reports.sent)} reports ({reports.texts} by SMS): "
        f"{len(_promised(appliance, reports))} tickets shown, none lost, none twice at the city; "
        f"{twice} texts to residents sent twice; portal ready after {min(ready_s):.1f} to "
        f"{max(ready_s):.1f} s"
    )


def _boot(appliance: Appliance, reports: Reports) -> float:
    """Up and nothing lost; seconds from the kernel's begin until the portal was ready."""
    appliance.boot()
    assert appliance.ask("PRAGMA integrity_check") == [("ok",)]
    lost = _promised(appliance, reports) - {str(ticket) for ticket, _ in _at_box(appliance)}
    assert not lost, f"shown and lost: {sorted(lost)}"
    return max(appliance.ready_after_s(unit) for unit in PORTAL_UNITS)


def _report_until_cut(appliance: Appliance, reports: Reports, chance: random.Random) -> None:
    phones = [appliance.phone("budi"), appliance.phone("siti")]
    for phone, network in zip(phones, (OPEN, OWE), strict=True):
        phone.arrive(network)
    enough = len(reports.shown) + chance.randint(0, ANSWERS_MAX)
    cut = threading.Timer(chance.uniform(0, CUT_AFTER_S), appliance.machine.cut)
    try:
        for phone in itertools.cycle(phones):
            if len(reports.shown) >= enough and cut.ident is None:
                cut.start()
            _report(phone, reports)
            text, number = reports.new()
            reports.texts += 1
            appliance.modem.sms(number, text)
    except (OSError, EOFError):
        cut.join()


def _report(phone: object, reports: Reports) -> None:
    """What waits for an answer first."""
    if not reports.unanswered:
        text, number = reports.new()
        reports.unanswered.append(("", text, number))
    submission, text, number = reports.unanswered[0]
    try:
        reports.unanswered[0] = (submission or open_form(phone), text, number)
        page = send(phone, reports.unanswered[0][0], text, number=number)
    except Raised:  # a page that did not answer
        return
    found = _PAGE.search(page)
    assert found, page
    reports.shown[text] = found[1]
    del reports.unanswered[0]


def _promised(appliance: Appliance, reports: Reports) -> set[str]:
    """Tickets that residents have seen."""
    texted = [_TEXTED.search(one["text"]) for one in appliance.modem.delivered()]
    return {*reports.shown.values(), *("".join(found.groups()) for found in texted if found)}


def _at_box(appliance: Appliance) -> list[tuple[str, str]]:
    rows = appliance.ask("SELECT ticket, text FROM requests")
    return [(f"{ticket:08d}", text) for ticket, text in rows]


def _all_arrive(appliance: Appliance, reports: Reports) -> None:
    phone = appliance.phone("budi")
    phone.arrive(OPEN)
    while reports.unanswered:
        _report(phone, reports)
    until_s = time.monotonic() + ARRIVES_IN_S
    while len(all_requests(appliance.city)) < len(reports.sent):
        assert time.monotonic() < until_s, f"not all at the city: {appliance.journal()}"
        time.sleep(1)
    box = Counter(_at_box(appliance))
    city = Counter((one.ticket, one.text) for one in all_requests(appliance.city))
    assert box == city, f"box and city differ: {box - city}, {city - box}"
    assert Counter(text for _, text in city.elements()) == Counter(reports.sent)
    assert {(ticket, text) for text, ticket in reports.shown.items()} <= city.keys()
    assert _promised(appliance, reports) <= {ticket for ticket, _ in city}


if __name__ == "__main__":
    main()
