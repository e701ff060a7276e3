"""The program under the recorder: the settings of the city come again and again.

`python -m tests.powercut.city_layers FOLDER REVISIONS` writes one line for each revision into
FOLDER/confirmed, at the moment at which the city would be told that it has come.
"""

import os
import sys
from pathlib import Path

from appliance.runtime import city_layer
from appliance.runtime.city_layer import CityLayer


def main(folder: Path, revisions: int) -> None:
    """Write one after the other."""
    confirmed = os.open(folder / "confirmed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for revision in range(1, revisions + 1):
        city_layer.write(folder / "posko.db", CityLayer(revision=revision))
        os.write(confirmed, f"{revision}\n".encode())
        os.fsync(confirmed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
