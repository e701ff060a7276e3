"""`make image-test`: the made image from its first boot to a box that serves, in qemu.

Everything is the image's own but the boot loader, the machine and its radio (docs/image.md). Each
step says what was seen and how long it took; the first that is not as it should be ends it.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.image_box import RASPI3B, VIRT, WITH_SCREEN, ImageBox
from bench.image_hall import seen_on_the_screen
from bench.image_journey import Journey
from bench.image_update import newer_release, update_and_go_back

BOARDS = {"virt": VIRT, "screen": WITH_SCREEN, "raspi3b": RASPI3B}
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Everything, or on another machine only as far as it goes."""
    parser = argparse.ArgumentParser(prog="make image-test", description=__doc__)
    parser.add_argument("image", nargs="?", type=Path, help="default: the newest of build/image")
    parser.add_argument("--board", choices=tuple(BOARDS), default="virt")
    given = parser.parse_args()
    image = given.image or _newest()
    with tempfile.TemporaryDirectory(dir=image.parent) as folder:
        box = ImageBox(image, Path(folder) / "box", BOARDS[given.board])
        journey = Journey(box)
        print(f"{image.name} on qemu's {given.board}: since the start, for the step, what was seen")
        try:
            if given.board == "raspi3b":
                journey.seen_on_the_console()
                return
            box.power_on()
            if given.board == "screen":
                seen_on_the_screen(box, journey, image.parent)
                return
            journey.first_boot()
            journey.set_up()
            journey.sizes()
            journey.power_cut()
            release = newer_release(image.with_suffix(".deb"), Path(folder))
            update_and_go_back(box, journey, release)
        finally:
            box.cut()
            (image.parent / "console.log").write_text(box.said())


def _newest() -> Path:
    made = sorted((ROOT / "build/image").glob("*.img"), key=lambda path: path.stat().st_mtime)
    if not made:
        sys.exit("no image in build/image; as root: make image")
    return made[-1]


if __name__ == "__main__":
    main()
