"""What runs in the copy that an update leaves aside: goes on with it, or copies a database."""

import logging
import os
import sys
import time
from pathlib import Path

from . import copying
from .home import Home
from .packages import Dpkg
from .running import Box, see_through

_PYTHON = ("/usr/bin/python3", "-I")


def main() -> None:
    """Go on with the update beside this file; `copy DATABASE TARGET` is for itself."""
    os.umask(0o022)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    if sys.argv[1:2] == ["copy"]:
        copying.copy(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    program = Path(sys.argv[0]).resolve()
    home = Home(program.parent)
    dpkg = Dpkg(wait=time.sleep)
    see_through(Box(home=home, dpkg=dpkg, program=(*_PYTHON, str(program))))
