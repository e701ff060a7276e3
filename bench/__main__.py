"""`make bench`: run every benchmark and print its table."""

import argparse

from bench import archive, idle, intake, memory, wear


def main() -> None:
    """Run them all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default: 7)")
    args = parser.parse_args()
    intake.run(args.rounds)
    intake.run_as_on_a_card(args.rounds)
    wear.run()
    archive.run()
    memory.run()
    idle.run()


if __name__ == "__main__":
    main()
