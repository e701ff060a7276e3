"""An earlier release made of the package: a lower version, and a migration less."""

from pathlib import Path

from tests.support.package import remade

VERSION = "0.0.9"


def earlier(deb: Path, folder: Path) -> Path:
    """posko_0.0.9_ARCH.deb in a folder."""
    return remade(deb, folder, VERSION, _without_a_migration)


def _without_a_migration(tree: Path) -> None:
    [migrations] = tree.glob("usr/lib/posko/lib/*/site-packages/appliance/store/migrations")
    max(migrations.glob("*.sql")).unlink()
