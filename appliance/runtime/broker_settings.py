"""Both ends of the line between box and city: each its way to the broker, and what is its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from appliance.domain.city import pushed_settings
from appliance.domain.city.signature import KEY_PATTERN
from appliance.domain.errors import BadInput
from appliance.runtime.section import Listen, Section

Port = Annotated[int, msgspec.Meta(ge=1, le=65535, description="a whole number, 1 to 65535")]
Host = Annotated[
    str, msgspec.Meta(min_length=1, max_length=253, description="a host name or an address")
]
ClientId = Annotated[
    str,
    msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,23}\Z", description="up to 23 letters, digits, - or _"),
]
CityKeys = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=KEY_PATTERN)], ...],
    msgspec.Meta(
        max_length=8,
        description='a list of up to 8 public keys, each "ed25519:" and 64 hex digits '
        "(`posko-center signing-key show`)",
    ),
]
KeptKeys = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_.*-]{3,80}\Z")], ...],
    msgspec.Meta(max_length=64, description='a list of keys, like ["modem.quiet_hours"]'),
]


class Broker(Section, frozen=True):
    """The way to the city's MQTT broker."""

    broker: Host = "127.0.0.1"
    port: Port = 1883
    client_id: ClientId = ""
    username: str = ""
    password_file: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def _mistakes(self, section: str) -> Iterator[str]:
        """Keys of the way that are wrong together."""
        if (self.tls_cert is None) != (self.tls_key is None):
            yield f"{section}.tls_cert and {section}.tls_key belong together; set both or none"
        if self.tls_cert and self.tls_ca is None:
            yield f"{section}.tls_cert needs {section}.tls_ca, the authority of the broker"
        if self.password_file and not self.username:
            yield f"{section}.password_file needs {section}.username"


class Sync(Broker, frozen=True):
    """The uplink of the box."""

    city_keys: CityKeys = ()
    keep: KeptKeys = ()

    def contradictions(self) -> Iterator[str]:
        """Keys that are wrong together, and keys to keep that the city can't set anyway."""
        yield from self._mistakes("sync")
        for key in self.keep:
            try:
                pushed_settings.kind(key)
            except BadInput as error:
                yield f"sync.keep: {error}"


class Center(Broker, frozen=True):
    """The command center of the city; only `posko-center` reads it."""

    signing_key: Path | None = None
    benchmarks: Path | None = None
    units: Path | None = None
    escalation: Path | None = None
    listen: Listen = "127.0.0.1:8090"
    database: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(sqlite:///.+|postgres(ql(\+psycopg)?)?://.*/[^/]+)\Z",
            description="sqlite:/// and a path, or postgresql://USER@HOST/DATABASE",
        ),
    ] = "sqlite:////var/lib/posko/center.db"
    files: Path | None = None

    def contradictions(self) -> Iterator[str]:
        """Keys that are fine alone and wrong together."""
        yield from self._mistakes("center")
        if self.database.startswith("postgres") and self.files is None:
            yield "center.files is missing: a folder for photos, which no server keeps"
