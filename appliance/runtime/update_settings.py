"""The table `[update]`: whose releases the box takes, and when it installs them by itself."""

from typing import Annotated

import msgspec

from appliance.domain.city.signature import KEY_PATTERN
from appliance.runtime.modem_settings import DailySpan
from appliance.runtime.section import Section

ReleaseKeys = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=KEY_PATTERN)], ...],
    msgspec.Meta(
        max_length=8,
        description='a list of up to 8 public keys, each "ed25519:" and 64 hex digits '
        "(`posko-center updates key`)",
    ),
]


class Update(Section, frozen=True):
    """Updates of the box; only `posko-update` reads it."""

    release_keys: ReleaseKeys = ()
    window: DailySpan = "01:00-04:00"
    minutes: Annotated[
        int, msgspec.Meta(ge=3, le=60, description="a whole number, 3 to 60 minutes")
    ] = 15
