"""What a city needs to enrol boxes and to revoke them."""

from pathlib import Path
from typing import Annotated

import msgspec

from appliance.runtime.section import Section

Words = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], ...],
    msgspec.Meta(
        max_length=16,
        description='a list of words, like ["systemctl", "reload", "mosquitto"], or []',
    ),
]


class Fleet(Section, frozen=True):
    """Enrolment of boxes; only `posko-center` reads it."""

    url: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(https?://[^\s/]+)?$", description="an address without a path, or empty"
        ),
    ] = ""
    broker: Annotated[
        str, msgspec.Meta(max_length=253, description="a host name or an address, or empty")
    ] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535, description="a whole number, 1 to 65535")] = (
        8883
    )
    ca_key: Path | None = None
    broker_folder: Path | None = None
    reload: Words = ()
    certificate_days: Annotated[
        int, msgspec.Meta(ge=1, le=3650, description="a whole number, 1 to 3650")
    ] = 825
