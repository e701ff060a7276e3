"""One TOML file -> frozen Settings, checked whole at start.

Every mistake is reported with its key path and what is allowed, all of them at once; an unknown
key is a mistake too. `posko.example.toml` shows every key.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from appliance.domain.errors import PoskoError
from appliance.domain.ids import SiteCode

CONFIG_VARIABLE = "POSKO_CONFIG"
DEFAULT_PATH = Path("/etc/posko/posko.toml")
_CONFIG_MAX_BYTES = 256 * 1024

Listen = Annotated[str, msgspec.Meta(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]*):[0-9]{1,5}$")]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class ConfigError(PoskoError, ValueError):
    """The configuration cannot be used; the message lists every mistake."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class Site(_Section, frozen=True):
    """Which kecamatan this box stands in."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$")]
    name: Name
    city: Name

    @property
    def site_code(self) -> SiteCode:
        """The code as a domain value."""
        return SiteCode(self.code)


class Store(_Section, frozen=True):
    """The one database file of the box."""

    path: Path = Path("/var/lib/posko/posko.db")


class Portal(_Section, frozen=True):
    """The captive portal."""

    listen: Listen = "127.0.0.1:8080"
    reports_per_hour: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 30


class Kiosk(_Section, frozen=True):
    """The touch screen in the hall."""

    listen: Listen = "127.0.0.1:8081"


class Modem(_Section, frozen=True):
    """The SMS modem."""

    device: str = "/dev/serial/by-id/modem"
    baud: Literal[9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600] = 115200
    pin: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4,8})?$")] = ""


class Sync(_Section, frozen=True):
    """The uplink to the city's broker."""

    broker: Annotated[str, msgspec.Meta(min_length=1, max_length=253)] = "127.0.0.1"
    port: Port = 1883
    client_id: Annotated[str, msgspec.Meta(max_length=23)] = ""
    username: str = ""
    password_file: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


class Center(_Section, frozen=True):
    """The command center of the city; only `posko-center` reads it."""

    listen: Listen = "127.0.0.1:8090"
    database: Annotated[str, msgspec.Meta(pattern=r"^sqlite:///.+")] = (
        "sqlite:////var/lib/posko/center.db"
    )
    broker: Annotated[str, msgspec.Meta(min_length=1, max_length=253)] = "127.0.0.1"
    port: Port = 1883
    client_id: Annotated[str, msgspec.Meta(max_length=23)] = ""
    username: str = ""
    password_file: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


class Log(_Section, frozen=True):
    """What the daemons write to stderr."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(_Section, frozen=True):
    """The whole file; only `[site]` is required."""

    site: Site
    store: Store = Store()
    portal: Portal = Portal()
    kiosk: Kiosk = Kiosk()
    modem: Modem = Modem()
    sync: Sync = Sync()
    center: Center = Center()
    log: Log = Log()


def find(option: str | None) -> Path:
    """The file to read: `--config`, else POSKO_CONFIG, else /etc/posko/posko.toml."""
    return Path(option or os.environ.get(CONFIG_VARIABLE) or DEFAULT_PATH)


def load(path: Path) -> Settings:
    """Read and check the file; raises ConfigError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}. Name the file with --config or "
            f"{CONFIG_VARIABLE}; posko.example.toml is a start."
        ) from None
    if len(raw) > _CONFIG_MAX_BYTES:
        raise ConfigError(f"{path} is {len(raw)} bytes, more than a configuration can be")
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    return parse(table, source=str(path))


def parse(table: dict[str, Any], *, source: str) -> Settings:
    """Check a parsed file; raises ConfigError that names every wrong key."""
    mistakes: list[str] = []
    sections: dict[str, Any] = {}
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    for name, value in table.items():
        if name not in known:
            mistakes.append(f"[{name}] is not a known section; allowed: {', '.join(known)}")
        elif not isinstance(value, dict):
            mistakes.append(f"{name} must be a section, written as [{name}]")
        else:
            sections[name] = _section(name, known[name].type, value, mistakes)
    if "site" not in table:
        mistakes.append("[site] is missing; it needs code, name and city")
    if mistakes:
        listed = "\n".join(f"  - {mistake}" for mistake in mistakes)
        raise ConfigError(f"{source} has {len(mistakes)} mistake(s):\n{listed}")
    return Settings(**sections)


def _section(
    name: str, section_type: type[_Section], table: dict[str, Any], mistakes: list[str]
) -> _Section | None:
    fields = {field.name: field for field in msgspec.structs.fields(section_type)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            mistakes.append(
                f"{name}.{key} is not a known key; allowed in [{name}]: {', '.join(fields)}"
            )
            continue
        try:
            values[key] = msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError as error:
            mistakes.append(f"{name}.{key}: {error}, got {value!r}")
    absent = [f.name for f in fields.values() if f.required and f.name not in table]
    mistakes.extend(f"{name}.{key} is missing" for key in absent)
    try:
        return section_type(**values)
    except TypeError:
        return None
