"""The bridge to SP4N-LAPOR!, in the city only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from appliance.runtime.section import Section

_NEAR = ("http://127.0.0.1", "http://localhost", "http://[::1]")


class Lapor(Section, frozen=True):
    """Off without an address."""

    url: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$",
            description='the address that LAPOR! gives to your agency, or "": https://HOST/PATH',
        ),
    ] = ""
    token_file: Path | None = None
    every_s: Annotated[
        int, msgspec.Meta(ge=1, le=3600, description="a whole number, 1 to 3600 seconds")
    ] = 60
    timeout_s: Annotated[
        int, msgspec.Meta(ge=1, le=60, description="a whole number, 1 to 60 seconds")
    ] = 20

    def contradictions(self) -> Iterator[str]:
        """Keys that are wrong together."""
        if self.url and self.token_file is None:
            yield "lapor.url needs lapor.token_file, the token that LAPOR! has given"
        if self.url.startswith("http:") and not self.url.startswith(_NEAR):
            yield "lapor.url must be https: reports and the token travel there"
