"""The box that is examined: its settings, where its system is, and who looks."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from appliance.runtime import settings
from appliance.runtime.settings import ConfigError, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What every check may know."""

    config: Path
    settings: Settings | None
    mistake: str = ""
    """Why there are no settings."""
    root: Path = Path("/")
    """Where /sys, /proc, /run and /etc are looked for."""
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)

    @property
    def box(self) -> Settings:
        """The settings; only for checks that need some."""
        assert self.settings is not None
        return self.settings

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.box.store.path

    @property
    def system_files(self) -> Path:
        """What `posko-firmware apply` has put in force."""
        return self.root / "etc/posko/firmware/current"


def of(config: Path, root: Path = Path("/")) -> Case:
    """The case of a configuration file, also of one that cannot be used."""
    try:
        return Case(config=config, settings=settings.load(config), root=root)
    except ConfigError as error:
        return Case(config=config, settings=None, mistake=str(error), root=root)


def text(path: Path) -> str:
    """A small file of the kernel; empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""
