"""Where nightly backups go, and who can open them."""

from pathlib import Path
from typing import Annotated

import msgspec

from appliance.domain.errors import BadInput
from appliance.domain.privacy import sealing
from appliance.runtime.section import Section


class Backup(Section, frozen=True):
    """Backups of the box (docs/backup.md)."""

    key: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(x25519:[0-9a-f]{64})?\Z",
            description='"x25519:" and 64 hex digits (`posko-center sealing-key new`), or empty',
        ),
    ] = ""
    """Whose secret opens them; empty: there are none, since a stick is easily carried away."""
    folder: Path = Path("/media/posko")
    keep: Annotated[
        int, msgspec.Meta(ge=1, le=100, description="how many, a whole number, 1 to 100")
    ] = 7

    def contradictions(self) -> list[str]:
        """A key that everybody could open."""
        try:
            if self.key:
                sealing.parse_key(self.key)
        except BadInput as error:
            return [f"backup.key: {error}"]
        return []
