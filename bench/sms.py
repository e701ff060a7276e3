"""`make bench-sms`: Posko's modem process against gammu-smsd and smstools, on one simulated modem.

All daemons look every second where they poll. What is a rate runs alone; kills and faults, where
time is mostly waited, run side by side.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bench import sms_faults, sms_kills, sms_rates
from bench.sms_table import show
from tests.support.sms_daemons import DAEMONS, SmsDaemon

WORKERS = 6
Kind = type[SmsDaemon]
KILL_ROWS: dict[str, Callable[[Kind], str]] = {
    "killed 5 times in 200 incoming: lost/doubled": lambda kind: sms_kills.incoming(kind, 1),
    "killed before CMGD: copies of short, long": sms_kills.before_delete,
    "killed 5 times in 30 sends: never/twice": lambda kind: sms_kills.sending(kind, 1),
    "sent, no answer: deliveries in 150 s": lambda kind: sms_kills.deliveries(
        kind, sms_kills.SILENCE_S, silent_sends=1
    ),
    "CMS 500 although sent: deliveries in 60 s": lambda kind: sms_kills.deliveries(
        kind, sms_kills.REFUSAL_S, send_error_after_sending=1
    ),
    "CMS 38 for ever: deliveries in 60 s": lambda kind: sms_kills.deliveries(
        kind, sms_kills.REFUSAL_S, send_error_always=38
    ),
    "CMS 21 for ever: deliveries in 60 s": lambda kind: sms_kills.deliveries(
        kind, sms_kills.REFUSAL_S, send_error_always=21
    ),
}


def rates(kinds: Sequence[Kind]) -> Iterator[tuple[str, list[str]]]:
    """Measure one daemon after another."""
    for capacity in (20, 255):
        drains = [sms_rates.drain(kind, capacity) for kind in kinds]
        yield f"drain 200 messages through {capacity} slots", [rate for rate, _ in drains]
        yield "AT commands for each", [commands for _, commands in drains]
    waits = [sms_rates.latency(kind) for kind in kinds]
    yield "arrival to committed, median", [wait[0] for wait in waits]
    yield "arrival to committed, p90", [wait[1] for wait in waits]
    yield "memory idle/after (PSS, MiB)", [wait[2] for wait in waits]
    yield "30 texts sent, 50 ms each in the network", [sms_rates.sends(kind) for kind in kinds]
    with ThreadPoolExecutor(WORKERS) as pool:
        yield "AT commands in an idle minute", list(pool.map(sms_rates.idle, kinds))


def side_by_side(
    kinds: Sequence[Kind], rows: Mapping[str, Callable[[Kind], str]]
) -> Iterator[tuple[str, list[str]]]:
    """Run every row with every daemon, several at once."""
    with ThreadPoolExecutor(WORKERS) as pool:
        cells = {name: [pool.submit(play, kind) for kind in kinds] for name, play in rows.items()}
        for name, row in cells.items():
            yield name, [cell.result() for cell in row]


def main() -> None:
    """Print the phases that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.sms", description=__doc__)
    names = [kind.name for kind in DAEMONS]
    parser.add_argument("--phases", nargs="+", default=["rates", "kills", "faults"])
    parser.add_argument("--daemons", nargs="+", default=names, help=f"of {', '.join(names)}")
    args = parser.parse_args()
    kinds = [kind for kind in DAEMONS if kind.name in args.daemons]
    shown = [kind.name for kind in kinds]
    if "rates" in args.phases:
        show("rates", shown, rates(kinds))
    if "kills" in args.phases:
        show("crashes and silence", shown, side_by_side(kinds, KILL_ROWS))
    if "faults" in args.phases:
        rows = {row.name: partial(sms_faults.outcome, row) for row in sms_faults.ROWS}
        show("faults: each message in once within 60 s", shown, side_by_side(kinds, rows))


if __name__ == "__main__":
    main()
