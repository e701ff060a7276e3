"""What the city enrols boxes with: its authority, its broker, its keys; from the settings."""

from dataclasses import dataclass
from pathlib import Path

from appliance.domain.errors import PoskoError
from command_center.fleet.authority import Authority
from command_center.fleet.broker_files import BrokerFiles
from mqtt_link.access import Access


class OfficeError(PoskoError, OSError):
    """A file of the settings cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`authority` None: boxes get passwords, and none at all without `files` either."""

    authority: Authority | None
    files: BrokerFiles | None
    ca: Path | None
    """Who has signed the broker's certificate."""
    broker: str
    port: int
    city_keys: tuple[str, ...]
    access: Access
    """The city's own way to its broker."""
    url: str = ""

    @property
    def can_enrol(self) -> bool:
        """Whether the settings name what that takes."""
        return self.ca is not None and (self.authority is not None or self.files is not None)

    @classmethod
    def closed(cls) -> "Office":
        """One that enrols nobody."""
        nowhere = Access(host="", port=0, client_id="")
        return cls(
            authority=None, files=None, ca=None, broker="", port=0, city_keys=(), access=nowhere
        )

    def ca_text(self) -> str:
        """Its certificate, as PEM; raises OfficeError."""
        try:
            return self.ca.read_text(encoding="ascii") if self.ca else ""
        except (OSError, UnicodeDecodeError) as error:
            raise OfficeError(f"center.tls_ca: {self.ca} cannot be read: {error}") from None
