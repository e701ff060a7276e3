"""`make bench-fleet`: every kecamatan of the country on one mosquitto and one receiver.

Boxes are simulated (bare MQTT packets on an epoll, the product's own back-off); the broker has the
limits of `posko-center broker-config`, the city's side is the product's receiver on its database.
All boxes are switched on in the same second, report for a while, and lose the broker together.
"""

import argparse
import tempfile
from pathlib import Path

from tests.support import storm

EVERY_KECAMATAN = 7_277


def main() -> None:
    """Print the figures; fails when a complaint is lost or stored twice."""
    parser = argparse.ArgumentParser(prog="python -m bench.fleet", description=__doc__)
    parser.add_argument("--boxes", type=int, default=EVERY_KECAMATAN, help="(%(default)s)")
    parser.add_argument("--rate", type=float, default=200.0, help="complaints a second (200)")
    parser.add_argument("--steady", type=float, default=20.0, help="seconds measured (20)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        path = Path(folder).resolve()
        print(storm.play(path, boxes=args.boxes, rate=args.rate, steady_s=args.steady))


if __name__ == "__main__":
    main()
