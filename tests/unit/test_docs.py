"""Documents stay true: each fails here when the code knows something they don't."""

import sqlite3

import msgspec
import pytest

from appliance.domain.city.topics import Leaf
from appliance.domain.events import EVENT_TYPES
from appliance.runtime.settings import Settings
from command_center.store import schema
from tests.support.repository import ROOT, read


@pytest.mark.parametrize("section", msgspec.structs.fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_documented(section: msgspec.structs.FieldInfo) -> None:
    for key in msgspec.structs.fields(section.type):
        assert f"`{section.name}.{key.name}`" in read("docs/settings.md")


def test_every_table_is_documented(db: sqlite3.Connection) -> None:
    text = read("docs/schema.md")
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = {row["name"] for row in rows} - {"sqlite_sequence", "sqlite_stat1"}
    assert [table for table in sorted(tables) if f"`{table}`" not in text] == []


@pytest.mark.parametrize("table", sorted(schema.metadata.tables))
def test_every_table_of_the_city_is_documented(table: str) -> None:
    assert f"| `{table}` |" in read("docs/schema.md").split("# The database of a city")[1]


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_event_and_its_fields_are_documented(kind: str) -> None:
    [row] = [line for line in read("docs/protocol.md").splitlines() if f"`{kind}`" in line]
    for field in msgspec.structs.fields(EVENT_TYPES[kind]):
        assert field.name in row


@pytest.mark.parametrize("leaf", Leaf)
def test_every_topic_is_documented(leaf: Leaf) -> None:
    assert f"`{leaf}" in read("docs/protocol.md")


def test_every_console_script_is_documented() -> None:
    scripts = read("pyproject.toml").split("[project.scripts]")[1].split("\n[")[0]
    for line in scripts.strip().splitlines():
        assert f"`{line.split(' ')[0]}" in read("docs/commands.md")


def test_every_adr_and_document_named_in_the_readme_exists() -> None:
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"):
        assert name in read("README.md")
        assert (ROOT / name).exists()


def test_every_make_target_explains_itself() -> None:
    targets = [line for line in read("Makefile").splitlines() if line.startswith(".PHONY")]
    named = set(targets[0].split(":")[1].split()) - {"help"}
    for target in named:
        [line] = [row for row in read("Makefile").splitlines() if row.startswith(f"{target}:")]
        assert "## " in line
