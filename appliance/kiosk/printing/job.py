"""What the kiosk tells the printing child, and what it hears back.

The child reads one `Job` as JSON from stdin, and writes lines of `Report` to stdout: `is_sending`
just before the first byte of the slip goes out, then how it ended. So whoever kills it, or finds it
dead, still knows whether the printer can have printed anything.
"""

import msgspec

from appliance.domain.box.print_job import Outcome, Trouble
from appliance.kiosk.receipt import Slip
from appliance.runtime.kiosk_settings import Printer

CHILD_LIMIT_S = 30
"""For everything from start to end; a slip of 5 kB takes 5 s at 9600 baud."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A slip, and the printer that `lock` guards; or a file to draw a picture of the slip into.

    Without a slip the printer is only asked how it is.
    """

    slip: Slip | None = None
    printer: Printer = Printer()
    lock: str = ""
    picture: str = ""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a printer says that it is, while nothing is printed."""

    trouble: Trouble | None = None
    is_answering: bool = False
    details: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the child; `details` are for the log."""

    is_sending: bool = False
    outcome: Outcome | None = None
    look: Look | None = None
    details: str = ""
