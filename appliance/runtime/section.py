"""What every table of the configuration file is, and shapes that several have."""

from typing import Annotated

import msgspec

Listen = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+):[0-9]{1,5}\Z",
        description="HOST:PORT, e.g. 127.0.0.1:8080",
    ),
]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; unknown keys are mistakes."""
