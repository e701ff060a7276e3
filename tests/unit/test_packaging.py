"""The recipe of the Debian package knows everything that the box needs."""

import re
import tomllib

from tests.support.repository import ROOT, read

PROJECT = tomllib.loads(read("pyproject.toml"))
SOURCES = read("packaging/sources").split()
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def name(requirement: str) -> str:
    found = _NAME.match(requirement)
    assert found
    return found[0].lower().replace("_", "-")


def test_every_package_of_ours_goes_in() -> None:
    found = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {pattern.rstrip("*") for pattern in found} <= set(SOURCES)


def test_all_that_goes_in_is_there() -> None:
    assert [source for source in SOURCES if not (ROOT / source).exists()] == []


def test_every_module_that_a_box_needs_is_bundled_by_its_hash() -> None:
    optional = PROJECT["project"]["optional-dependencies"]
    needed = [*PROJECT["project"]["dependencies"], *optional["gpio"], *optional["printing"]]
    pins = re.findall(
        r"(?m)^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:", read("packaging/requirements.txt")
    )
    assert {name(requirement) for requirement in needed} <= set(pins)


def test_pages_that_units_name_are_on_the_box() -> None:
    units = "".join(unit.read_text() for unit in ROOT.glob("systemd/system/*.*") if unit.is_file())
    pages = set(re.findall(r"(?m)^Documentation=file:///usr/share/doc/posko/(\S+)$", units))
    assert {f"docs/{page}" for page in pages} <= set(SOURCES)
