"""The one form of a time on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 with a zone."""
