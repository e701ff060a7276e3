"""One TOML file -> frozen Settings, checked whole at start.

Every mistake is reported with its key path and what is allowed, all of them at once; an unknown
key is a mistake too. `posko.example.toml` shows every key.
"""

import os
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from appliance.domain import home
from appliance.domain.city import pushed_settings
from appliance.domain.city.pushed_settings import Layer
from appliance.domain.errors import BadInput, PoskoError
from appliance.domain.ids import SiteCode
from appliance.domain.privacy import sealing
from appliance.runtime import city_layer
from appliance.runtime.backup_settings import Backup
from appliance.runtime.broker_settings import Center, Sync
from appliance.runtime.desk_settings import Desk
from appliance.runtime.fleet_settings import Fleet
from appliance.runtime.kiosk_settings import Kiosk, Panel, Printer
from appliance.runtime.lapor_settings import Lapor
from appliance.runtime.modem_settings import Modem
from appliance.runtime.network_settings import Board, Network, Radio
from appliance.runtime.notice_settings import Notices
from appliance.runtime.section import Listen, Section
from appliance.runtime.update_settings import Update
from appliance.runtime.wifi_settings import Wifi

CONFIG_VARIABLE = "POSKO_CONFIG"
DEFAULT_PATH = Path("/etc/posko/posko.toml")
_CONFIG_MAX_BYTES = 256 * 1024

Name = Annotated[
    str,
    msgspec.Meta(pattern=r"^[^\x00-\x1f]{1,40}\Z", description="1 to 40 characters in one line"),
]
SealingKeys = Annotated[
    dict[
        Annotated[str, msgspec.Meta(pattern=sealing.UNIT_PATTERN)],
        Annotated[str, msgspec.Meta(pattern=sealing.KEY_PATTERN)],
    ],
    msgspec.Meta(
        max_length=sealing.UNITS_MAX,
        description='a table like {"*" = "x25519:...", DP3APM = "x25519:..."}: 64 hex digits each '
        "(`posko-center sealing-key new`)",
    ),
]
SECRETS = {"pin", "passphrase", "database"}
"""Keys whose values are never shown, in whatever table."""


class ConfigError(PoskoError, ValueError):
    """The configuration cannot be used; the message lists every mistake."""


class Site(Section, frozen=True):
    """Which kecamatan this box stands in."""

    code: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\Z",
            description='a Kemendagri kecamatan code in quotes, e.g. "14.71.07"',
        ),
    ]
    name: Name
    city: Name

    @property
    def site_code(self) -> SiteCode:
        """The code as a domain value."""
        return SiteCode(self.code)


class Store(Section, frozen=True):
    """The one database file of the box."""

    path: Path = Path("/var/lib/posko/posko.db")


class Portal(Section, frozen=True):
    """The captive portal."""

    listen: Listen = "127.0.0.1:8080"
    url: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(:[0-9]{1,5})?\Z",
            description="an address without a path: http://posko.lan",
        ),
    ] = "http://posko.lan"
    reports_per_hour: Annotated[
        int, msgspec.Meta(ge=1, le=10_000, description="a whole number, 1 to 10000")
    ] = 30
    photos_per_hour: Annotated[
        int, msgspec.Meta(ge=0, le=10_000, description="a whole number, 0 to 10000")
    ] = 10


class Archive(Section, frozen=True):
    """The documents of the kecamatan."""

    file_max_mb: Annotated[
        int, msgspec.Meta(ge=1, le=64, description="a whole number, 1 to 64")
    ] = 32
    disk_percent: Annotated[
        int, msgspec.Meta(ge=1, le=80, description="a whole number, 1 to 80")
    ] = 40

    @property
    def file_max_bytes(self) -> int:
        """The largest file."""
        return self.file_max_mb * 1024 * 1024


class Sealing(Section, frozen=True):
    """Whom confidential reports are sealed to."""

    keys: SealingKeys = msgspec.field(default_factory=dict)

    def contradictions(self) -> Iterator[str]:
        """Keys that everybody could open."""
        try:
            sealing.parse_keys(self.keys)
        except BadInput as error:
            yield f"sealing.keys: {error}"


class Sleep(Section, frozen=True):
    """When pages that nobody asks for give their memory back."""

    after_s: Annotated[
        int, msgspec.Meta(ge=1, le=86_400, description="a whole number of seconds, 1 to 86400")
    ] = 900


class Log(Section, frozen=True):
    """What the daemons write to stderr."""

    level: Literal["TRAFFIC", "DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(Section, frozen=True):
    """The whole file; only `[site]` is required."""

    site: Site
    store: Store = Store()
    portal: Portal = Portal()
    kiosk: Kiosk = Kiosk()
    desk: Desk = Desk()
    archive: Archive = Archive()
    printer: Printer = Printer()
    panel: Panel = Panel()
    wifi: Wifi = Wifi()
    radio: Radio = Radio()
    network: Network = Network()
    board: Board = Board()
    modem: Modem = Modem()
    sync: Sync = Sync()
    sealing: Sealing = Sealing()
    backup: Backup = Backup()
    center: Center = Center()
    lapor: Lapor = Lapor()
    fleet: Fleet = Fleet()
    update: Update = Update()
    notices: Notices = Notices()
    sleep: Sleep = Sleep()
    log: Log = Log()


def find(option: str | None) -> Path:
    """The file to read: `--config`, else POSKO_CONFIG, else /etc/posko/posko.toml."""
    return Path(option or os.environ.get(CONFIG_VARIABLE) or DEFAULT_PATH)


def load(path: Path) -> Settings:
    """Read and check the file and what lies in its folder of additions, and be at home in its city
    (`home`); raises ConfigError.

    A key of `posko.d/NAME.toml` beside `posko.toml` goes before the same key of the file: there is
    what programs write, such as enrolment. What the city has set (`pushed_settings`) goes before
    both, but for `sync.keep`; where the whole would be wrong, it is left out.
    """
    table = _own(path)
    loaded = parse(table, source=str(path))
    home.settle(loaded.site.site_code)
    try:
        return _with_city(table, loaded, city_layer.read(loaded.store.path).values)
    except (ConfigError, BadInput):
        return loaded


def check_city(path: Path, layer: Layer) -> None:
    """Raise BadInput that says why the settings of this box cannot take what the city sets."""
    try:
        table = _own(path)
        _with_city(table, parse(table, source=str(path)), layer)
    except ConfigError as error:
        raise BadInput(" ".join(str(error).split())) from None


def _with_city(table: dict[str, Any], own: Settings, layer: Layer) -> Settings:
    if not layer:
        return own
    for key, value in layer.items():
        pushed_settings.checked(key, value)
    return parse(pushed_settings.merge(table, layer, own.sync.keep), source="what the city sets")


def _own(path: Path) -> dict[str, Any]:
    """The file with its additions."""
    table = _table(path)
    for addition in _found(additions(path)):
        for section, keys in _table(addition).items():
            known = table.get(section, {})
            both = isinstance(known, dict) and isinstance(keys, dict)
            table[section] = {**known, **keys} if both else keys
    return table


def additions(path: Path) -> Path:
    """The folder of additions to a configuration file: `/etc/posko/posko.d`."""
    return path.with_suffix(".d")


def _found(folder: Path) -> list[Path]:
    """The additions in their order; a folder that cannot be read is no empty one."""
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"cannot read {folder}: {error.strerror}") from None


def _table(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except PermissionError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}. Run it as root (sudo).") from None
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}. `sudo posko setup` makes a box's; or name the "
            f"file with --config or {CONFIG_VARIABLE}; posko.example.toml is a start."
        ) from None
    if len(raw) > _CONFIG_MAX_BYTES:
        raise ConfigError(f"{path} is {len(raw)} bytes, more than a configuration can be")
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))  # editors of Windows put a mark before it
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path} is not UTF-8 (at line {line}); save it anew with that encoding"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path} is not valid TOML: nested too deeply") from None


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
    if not mistakes:
        mistakes.extend(_contradictions(Settings(**sections)))
    if mistakes:
        listed = "\n".join(f"  - {mistake}" for mistake in mistakes)
        raise ConfigError(f"{source} has {len(mistakes)} mistake(s):\n{listed}")
    return Settings(**sections)


def _section(
    name: str, section_type: type[Section], table: dict[str, Any], mistakes: list[str]
) -> Section | None:
    fields = {field.name: field for field in msgspec.structs.fields(section_type)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            mistakes.append(
                f"{name}.{key} is not a known key; allowed in [{name}]: {', '.join(fields)}"
            )
            continue
        try:
            values[key] = msgspec.convert(value, fields[key].type, dec_hook=_to_path)
        except msgspec.ValidationError:
            before = len(mistakes)
            _tables(f"{name}.{key}", fields[key].type, value, mistakes)
            if len(mistakes) == before:
                shown = "something else" if key in SECRETS else repr(value)
                mistakes.append(f"{name}.{key} must be {_allowed(fields[key].type)}, not {shown}")
    absent = [f.name for f in fields.values() if f.required and f.name not in table]
    mistakes.extend(f"{name}.{key} is missing" for key in absent)
    try:
        return section_type(**values)
    except TypeError:
        return None


def _tables(key: str, kind: object, value: object, mistakes: list[str]) -> None:
    """Say what is wrong inside a list of tables, as `modem.also[0].pin`."""
    inner = get_args(get_args(kind)[0]) if get_origin(kind) is Annotated else ()
    if not (inner and isinstance(inner[0], type) and issubclass(inner[0], Section)):
        return
    for place, table in enumerate(value if isinstance(value, list) else ()):
        if isinstance(table, dict):
            _section(f"{key}[{place}]", inner[0], table, mistakes)


def _contradictions(settings: Settings) -> list[str]:
    """Keys that are fine alone and wrong together."""
    found = []
    faces = {
        "portal": settings.portal.listen,
        "kiosk": settings.kiosk.listen,
        "desk": settings.desk.listen,
    }
    for (one, listen), (other, another) in combinations(faces.items(), 2):
        if listen == another:
            found.append(f"{one}.listen and {other}.listen are the same: {listen!r}")
    for name, listen in (*faces.items(), ("center", settings.center.listen)):
        if not 0 < int(listen.rpartition(":")[2]) <= 65535:
            found.append(f"{name}.listen: the port must be 1 to 65535, not {listen!r}")
    found.extend(settings.modem.contradictions())
    found.extend(settings.wifi.contradictions())
    found.extend(settings.desk.contradictions(settings.wifi.networks))
    found.extend(settings.printer.contradictions())
    found.extend(settings.lapor.contradictions())
    found.extend(settings.sync.contradictions())
    found.extend(settings.center.contradictions())
    found.extend(settings.backup.contradictions())
    found.extend(settings.panel.contradictions(settings.modem.power_keys))
    found.extend(settings.sealing.contradictions())
    return found


def _to_path(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    raise msgspec.ValidationError("not a path")


def _allowed(kind: object) -> str:
    """Say in words what a key accepts."""
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(kind))
    for part in (kind, *get_args(kind)):  # what may be left out is `part | None`
        for note in get_args(part)[1:]:
            if isinstance(note, msgspec.Meta) and note.description:
                return note.description
    return "a path in quotes" if Path in (kind, *get_args(kind)) else "text in quotes"
